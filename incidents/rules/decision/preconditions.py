"""What must be done before a decision, and what must be ended by it."""

from incidents.rules.conflict import Stand, verdict
from incidents.rules.decision.inputs import Conflict, Proposal, Situation
from incidents.rules.decision.ladder import mitigates
from incidents.rules.wording import first_lower, listed, quoted
from incidents.vocabulary import Option
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

PREREQUISITES_FIRST = "D-FIRST"

Violations = tuple[Violation, ...]


def prerequisites_first(proposal: Proposal, situation: Situation) -> Violations:
    """Playbook, scenario C. ``prerequisites`` is empty where the rule does not apply.

    ``D-FIRST``: rollback and access revocation, executed with proof, come before a hotfix.
    """
    if proposal.option != Option.HOTFIX:
        return ()
    waiting = [thing for thing in situation.prerequisites if not thing.is_done]
    if not waiting:
        return ()
    come = listed(first_lower(thing.label) for thing in situation.prerequisites)
    missing = listed(f"{first_lower(thing.label)} {thing.progress}" for thing in waiting)
    sentence = f"Before a hotfix come {come}, executed and with proof: {missing}."
    return (Violation(PREREQUISITES_FIRST, sentence, "option"),)


def single_mitigation(proposal: Proposal, situation: Situation) -> Violations:
    """One mitigation at a time, so that its effect can be seen.

    ``D-ONE``: a mitigation that is unfinished must be superseded, with a reason.
    """
    running = situation.unfinished
    if running is None or not proposal.option or not mitigates(proposal.option):
        return ()
    if not says_nothing(proposal.supersede_reason):
        return ()
    sentence = f"{running.reference}, {first_lower(running.label)}, is unfinished"
    if has_content(proposal.supersede_reason):
        sentence += f": {quoted(proposal.supersede_reason)} does not say why this supersedes it."
    else:
        sentence += " (one mitigation at a time). Say why this decision supersedes it."
    return (Violation("D-ONE", sentence, "supersede_reason"),)


def conflict(proposal: Proposal, situation: Situation) -> Violations:
    """Holding is no decision on mitigation: it is allowed, and leaves the contradiction open,
    unless one side recommends to hold.

    ``D-CONFLICT``: while a contradiction is open, a decision on mitigation must resolve it.
    """
    open_conflict = situation.conflict
    if open_conflict is None or (proposal.option and not settles(proposal.option, open_conflict)):
        return ()
    return (
        _on_its_subject(proposal, open_conflict)
        + _unscored(open_conflict)
        + _chosen(proposal, open_conflict)
    )


def settles(option: str, conflict: Conflict) -> bool:
    """Whether a decision for this option ends the contradiction."""
    return mitigates(option) or option in conflict.options


def _on_its_subject(proposal: Proposal, conflict: Conflict) -> Violations:
    if not proposal.option or proposal.option in conflict.options:
        return ()
    sides = listed((f"{first_lower(s.label)} ({s.reference})" for s in conflict.sides), "or")
    sentence = (
        f"{conflict.reference} is open: choose what it is about, {sides}, or hold until"
        " its owners agree."
    )
    return (Violation("D-CONFLICT", sentence, "option"),)


def _unscored(conflict: Conflict) -> Violations:
    return tuple(
        Violation(
            "D-CONFLICT",
            f"Score the {_SCORE_NAMES[name]} of {_named([side])}, 1 to 5.",
            f"score_{side.number}_{name}",
        )
        for side in conflict.sides
        for name in side.commander.missing
    )


_SCORE_NAMES = {"reversibility": "reversibility", "blast_radius": "blast radius"}


def _chosen(proposal: Proposal, conflict: Conflict) -> Violations:
    """The leading side needs no more; any other needs evidence and a reason.

    Where the scores are level, the commander decides with a reason.
    """
    if proposal.option not in conflict.options or _unscored(conflict):
        return ()
    lead = verdict(conflict.sides)
    if proposal.option not in lead.options:
        against = [side for side in conflict.sides if side.option in lead.options]
        return _disproof(proposal, against, lead.because) + _reason(
            proposal, f"Say why the evidence disproves {_named(against)}."
        )
    if lead.is_tie:
        return _reason(proposal, "The scores are level: say why you choose this side.")
    return ()


def _disproof(proposal: Proposal, against: list[Stand], because: str) -> Violations:
    solid = [e for e in proposal.conflict_evidence if e.of_incident and e.has_content]
    if solid:
        return ()
    sentence = f"{_named(against)} has the {because}: cite the evidence that disproves it."
    if because == "more reversible":
        sentence = f"{_named(against)} is the more reversible: cite the evidence that disproves it."
    return (Violation("D-CONFLICT", sentence, "conflict_evidence"),)


def _reason(proposal: Proposal, sentence: str) -> Violations:
    if not says_nothing(proposal.conflict_reason):
        return ()
    if has_content(proposal.conflict_reason):
        sentence = f"{sentence[:-1]}: {quoted(proposal.conflict_reason)} does not."
    return (Violation("D-CONFLICT", sentence, "conflict_reason"),)


def _named(sides: list[Stand]) -> str:
    return listed(f"{side.reference} ({first_lower(side.label)})" for side in sides)
