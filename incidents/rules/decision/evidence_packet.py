"""The evidence packet: owner, readiness, scope, evidence, risks, next action."""

from incidents.rules.checkpoint_limits import deadline_problem, longest
from incidents.rules.decision.inputs import Proposal, Situation
from incidents.rules.wording import duration, listed, quoted
from incidents.vocabulary import Severity
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Found = tuple[Violation, ...]


def owner(proposal: Proposal, situation: Situation) -> Found:
    """``D-OWNER``: severity and commander are set, and the commander can act."""
    found = []
    if situation.severity not in Severity.values:
        words = "Declare the severity first."
        found.append(Violation("D-OWNER", words, href=situation.severity_href))
    commander = situation.commander
    if commander is None:
        words = "Name a commander first."
        found.append(Violation("D-OWNER", words, href=situation.commander_href))
    elif not commander.can_act:
        words = f"{commander.name} commands but can no longer act: name another commander."
        found.append(Violation("D-OWNER", words, href=situation.commander_href))
    return tuple(found)


def ready(proposal: Proposal, situation: Situation) -> Found:
    """``D-READY``: before the first decision readiness holds, or is skipped for a reason."""
    if not situation.is_first or situation.readiness.holds or is_overridden(proposal, situation):
        return ()
    missing = "; ".join(situation.readiness.missing)
    mend = "Mend this, or say why you skip it."
    if has_content(proposal.override_reason):
        mend = f"{quoted(proposal.override_reason)} does not say why you skip it."
    return (Violation("D-READY", f"Not ready: {missing}. {mend}", "override_reason"),)


def is_overridden(proposal: Proposal, situation: Situation) -> bool:
    """The commander skips readiness now, with a reason, or did so before."""
    return situation.is_overridden or not says_nothing(proposal.override_reason)


def scope(proposal: Proposal, situation: Situation) -> Found:
    """``D-SCOPE``: the impacted scope is stated."""
    if not says_nothing(proposal.scope):
        return ()
    return (Violation("D-SCOPE", "State the impacted scope: what is hit, and how much.", "scope"),)


def evidence(proposal: Proposal, situation: Situation) -> Found:
    """``D-EVIDENCE``: evidence of this incident, and for the first decision the precheck output.

    An override lifts the second half only. Every fault is in one field, so the first that is
    found is reported: an item of another incident, then nothing cited, then the precheck.
    """
    sentence = _evidence_problem(proposal, situation)
    return (Violation("D-EVIDENCE", sentence, "evidence"),) if sentence else ()


def _evidence_problem(proposal: Proposal, situation: Situation) -> str:
    cited = proposal.evidence
    if foreign := [f"E-{one.number}" for one in cited if not one.of_incident]:
        verb = "is" if len(foreign) == 1 else "are"
        return f"{listed(foreign)} {verb} not evidence of this incident."
    if not cited:
        return "Cite at least one evidence item."
    solid = [one for one in cited if one.has_content]
    if not solid:
        return "Cite evidence that has content: what you cite is empty."
    if not situation.is_first or is_overridden(proposal, situation):
        return ""
    if any(one.is_precheck for one in solid):
        return ""
    return "Cite the precheck output: the first decision rests on it."


def risks(proposal: Proposal, situation: Situation) -> Found:
    """``D-RISK``: at least one residual risk in words, and none that says only "none".

    A "none" beside a real risk is refused too: it would enter the register.
    """
    written = [text for text in proposal.risks if text.strip()]
    nothing = next((text for text in written if says_nothing(text)), None)
    if nothing is not None:
        shown = quoted(nothing)
        words = f"Name at least one residual risk: {shown} is not one."
    elif not written:
        words = "Name at least one residual risk: take one of the register, or write what may fail."
    else:
        return ()
    return (Violation("D-RISK", words, "risk_new"),)


def next_action(proposal: Proposal, situation: Situation) -> Found:
    """``D-NEXT``: what happens next, and by when, within the limit of the severity."""
    found = []
    if says_nothing(proposal.next_action):
        found.append(Violation("D-NEXT", "Say what happens next.", "next_action"))
    if sentence := _deadline(proposal, situation):
        found.append(Violation("D-NEXT", sentence, "deadline"))
    return tuple(found)


def _deadline(proposal: Proposal, situation: Situation) -> str:
    if proposal.deadline is not None:
        return deadline_problem(
            "The deadline", proposal.deadline, situation.now, situation.severity
        )
    limit = longest(situation.severity)
    within = f", at most {duration(limit)} from now" if limit else ""
    return f"Give the next action a deadline{within}."
