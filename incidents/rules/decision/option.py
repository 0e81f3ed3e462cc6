"""The option: it is offered, the others were rejected, and nothing stands against it.

In order: the ladder, the confidence, the default postures, what must come before it, what it must
end, and the open contradiction that it must resolve.

``D-REJECTED``: choice and option agree, "why now" is said, and each rung not taken has a reason.
``D-CONFIDENCE``: the option reaches no further than the confidence allows.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from incidents.rules.conflict import Stand, Verdict, verdict
from incidents.rules.decision.inputs import (
    Conflict,
    DecisionFields,
    Prerequisite,
    Proposal,
    Situation,
)
from incidents.rules.decision.ladder import Offer, choice_for, mitigates
from incidents.rules.decision.own_option import (
    OwnOption,
    alternative_problems,
    judged_step,
    own_violations,
)
from incidents.rules.decision.posture import Posture, postures
from incidents.rules.wording import first_lower, listed, quoted
from incidents.vocabulary import REACH_WORDS, Choice, Confidence, Option, Reach
from kernel.refusal import Violation
from kernel.text import has_content, normalise_reason, says_nothing

Violations = tuple[Violation, ...]

FIRST_CODE = "D-FIRST"
CONFIDENCE_CODE = "D-CONFIDENCE"
ONE_CODE = "D-ONE"
CONFLICT_CODE = "D-CONFLICT"
OWED_CODE = "D-OWED"

MAX_BESIDE = 3
"""How many mitigations may run beside each other."""

ALLOWED: dict[str, tuple[Reach, ...]] = {
    Confidence.L1: (Reach.REVERSIBLE,),
    Confidence.L2: (Reach.REVERSIBLE, Reach.BOUNDED),
    Confidence.L3: (Reach.REVERSIBLE, Reach.BOUNDED, Reach.BROAD),
}
"""Playbook, "Decision confidence ladder"."""

_OPTION_OF = {Choice.ROLLBACK: Option.ROLLBACK, Choice.ESCALATE: Option.HOLD}


def settle[F: DecisionFields](decision: F) -> F:
    """The decision with choice and option filled in from each other.

    A rollback implies the option full rollback, escalating implies hold, and an option implies its
    choice. What the author filled in is never changed.
    """
    if decision.choice in _OPTION_OF and not decision.option:
        return replace(decision, option=_OPTION_OF[Choice(decision.choice)].value)
    if decision.option and not decision.choice:
        return replace(decision, choice=choice_for(decision.option, decision.own).value)
    return decision


def consistency(proposal: Proposal, situation: Situation) -> Violations:
    """Choice and option are known and agree. While neither is there, the option is asked for."""
    violations = []
    if proposal.choice not in Choice.values and (proposal.choice or proposal.option):
        labels = listed((first_lower(c.label) for c in Choice), "or")
        violations.append(Violation("D-REJECTED", f"Choose the decision: {labels}.", "choice"))
    offer = situation.offer(proposal.option, proposal.own)
    if offer is None and proposal.option == Option.OWN:
        violations += own_violations(proposal.own)
    elif offer is None:
        violations.append(Violation("D-REJECTED", _no_option(proposal, situation), "option"))
    elif sentence := _disagreement(proposal.choice, offer):
        violations.append(Violation("D-REJECTED", sentence, "choice"))
    return tuple(violations)


def _no_option(proposal: Proposal, situation: Situation) -> str:
    if not proposal.option:
        return "Choose an option, then say why the others of the ladder were rejected."
    labels = listed((first_lower(offer.label) for offer in situation.offered), "or")
    return f"{quoted(proposal.option)} is not offered here: choose {labels}."


def _disagreement(choice: str, offer: Offer) -> str:
    label = first_lower(offer.label)
    if choice == Choice.ESCALATE and offer.option != Option.HOLD:
        return f"To escalate and pause is to hold: {label} would not pause."
    step = judged_step(offer.option, offer.own)
    if choice == Choice.ROLLBACK and step != Option.ROLLBACK:
        return f"The decision is rollback, the option {label}: make them agree."
    if choice == Choice.CONTINUE and offer.option == Option.ROLLBACK:
        return "A full rollback is the decision “Rollback”: make them agree."
    return ""


def rejected(proposal: Proposal, situation: Situation) -> Violations:
    """Each rung of the ladder that was not taken has a reason of its own.

    One violation for each reason to mend, and none before an option is chosen: until then nobody
    knows which options are rejected. What was thought of beside the ladder has a reason too.
    """
    offer = situation.offer(proposal.option, proposal.own)
    name = offer.label if offer else ""
    alternatives = tuple(
        Violation("D-REJECTED", sentence, "alternatives")
        for sentence in alternative_problems(proposal.alternatives, name)
    )
    if offer is None and proposal.option != Option.OWN:
        return alternatives
    others = [o for o in situation.offered if o.rung and o.option != proposal.option]
    twins = _twins(proposal, others)
    problems = ((o, _reason_problem(proposal.rejected.get(o.option, ""), o, twins)) for o in others)
    return (
        tuple(
            Violation("D-REJECTED", sentence, f"rejected_{offer.option}")
            for offer, sentence in problems
            if sentence
        )
        + alternatives
    )


def _twins(proposal: Proposal, others: list[Offer]) -> dict[str, list[Offer]]:
    """The options by their reason, ignoring punctuation, spacing and case."""
    alike: dict[str, list[Offer]] = defaultdict(list)
    for offer in others:
        alike[normalise_reason(proposal.rejected.get(offer.option, ""))].append(offer)
    return alike


def _reason_problem(reason: str, offer: Offer, twins: dict[str, list[Offer]]) -> str:
    label = first_lower(offer.label)
    if not has_content(reason):
        return f"Say why {label} was rejected."
    if says_nothing(reason):
        return f"{quoted(reason)} does not say why {label} was rejected."
    same = [twin.label for twin in twins[normalise_reason(reason)] if twin != offer]
    if not same:
        return ""
    under = listed(f"“{twin}”" for twin in same)
    return f"Give each rejected option a reason of its own: the same stands under {under}."


def why_now(proposal: Proposal, situation: Situation) -> Violations:
    """The record says why an option was chosen, besides why the others were not."""
    if not says_nothing(proposal.why_now):
        return ()
    return (Violation("D-REJECTED", "Say why this is decided now.", "why_now"),)


def confidence(proposal: Proposal, situation: Situation) -> Violations:
    """The confidence is known and allows the reach of the option."""
    if proposal.confidence not in ALLOWED:
        sentence = "Choose a confidence: L1, L2 or L3."
        return (Violation(CONFIDENCE_CODE, sentence, "confidence"),)
    offer = situation.offer(proposal.option, proposal.own)
    allowed = ALLOWED[proposal.confidence]
    if offer is None or offer.reach in allowed:
        return ()
    level = f"L{proposal.confidence}"
    reaches = listed((REACH_WORDS[reach].lower() for reach in allowed), "or")
    only = f"{reaches} options only" if len(allowed) == 1 else f"{reaches} options"
    sentence = (
        f"{offer.label} is {REACH_WORDS[offer.reach].lower()}; confidence {level} allows {only}."
    )
    return (Violation(CONFIDENCE_CODE, sentence, "confidence"),)


def not_followed_by(option: str, defaults: Iterable[Posture]) -> tuple[Posture, ...]:
    """The postures that ``option`` does not follow."""
    return tuple(default for default in defaults if option not in default.options)


def posture(proposal: Proposal, situation: Situation) -> Violations:
    """The option must follow *every* posture.

    Where two postures differ (SEV-1 rolls back, billing freezes writes) every option leaves one of
    them, so a reason is always required: a reader will ask about that choice. Escalating with a
    pause is exempt: it takes no option, it passes the question up, and "why now" and the rejected
    rungs give the reason. Holding while the mitigation continues is an option like any other.

    ``D-POSTURE``: an option that leaves any default posture needs a deviation reason.
    """
    if situation.offer(proposal.option, proposal.own) is None or proposal.choice == Choice.ESCALATE:
        return ()
    step = judged_step(proposal.option, proposal.own)
    left = not_followed_by(step, postures(situation.severity, situation.surfaces))
    if not left or not says_nothing(proposal.deviation_reason):
        return ()
    return (Violation("D-POSTURE", _departure(proposal, situation, left), "deviation_reason"),)


def _departure(proposal: Proposal, situation: Situation, left: tuple[Posture, ...]) -> str:
    offer = situation.offer(proposal.option, proposal.own)
    label = offer.label if offer else proposal.option
    defaults = " and of ".join(f"{default.source} ({default.summary})" for default in left)
    sentence = f"{label} is not the default response of {defaults}. "
    if has_content(proposal.deviation_reason):
        return sentence + f"{quoted(proposal.deviation_reason)} does not say why."
    return sentence + "Say why."


def prerequisites_first(proposal: Proposal, situation: Situation) -> Violations:
    """Playbook, scenario C. ``prerequisites`` is empty where the rule does not apply.

    ``D-FIRST``: rollback and access revocation, executed with proof, come before a hotfix.
    """
    return first_violations(proposal.option, proposal.own, situation.prerequisites)


def first_violations(
    option: str, own: OwnOption | None, prerequisites: Iterable[Prerequisite]
) -> Violations:
    """``D-FIRST`` of an option, when it is decided and when it is started."""
    prerequisites = tuple(prerequisites)
    if judged_step(option, own) != Option.HOTFIX:
        return ()
    waiting = [thing for thing in prerequisites if not thing.is_done]
    if not waiting:
        return ()
    come = listed(first_lower(thing.label) for thing in prerequisites)
    missing = listed(f"{first_lower(thing.label)} {thing.progress}" for thing in waiting)
    sentence = f"Before a hotfix come {come}, executed and with proof: {missing}."
    return (Violation(FIRST_CODE, sentence, "option"),)


def single_mitigation(proposal: Proposal, situation: Situation) -> Violations:
    """No contradictory mitigations, so that the effect of each can be seen.

    ``D-ONE``: while a mitigation is unfinished, another one supersedes it, with a reason, or runs
    beside it: with the reason why they cannot work against each other, one owner of all branches,
    and three at most.
    """
    running = situation.unfinished
    if not running or not proposal.option or not mitigates(proposal.option):
        return ()
    if not says_nothing(proposal.supersede_reason):
        return ()
    if not says_nothing(proposal.beside_reason):
        return _beside(situation)
    one = running[-1]
    sentence = f"{one.reference}, {first_lower(one.label)}, is unfinished"
    if has_content(proposal.supersede_reason):
        sentence += f": {quoted(proposal.supersede_reason)} does not say why this supersedes it."
    else:
        sentence += (
            " (one mitigation at a time). Say why this decision supersedes it, or why both can run"
            " beside each other."
        )
    return (Violation(ONE_CODE, sentence, "supersede_reason"),)


def beside_reason_of(decision: DecisionFields) -> str:
    """Why it runs beside what is unfinished; "" where it supersedes that, by ``D-ONE``."""
    is_beside = says_nothing(decision.supersede_reason) and not says_nothing(decision.beside_reason)
    return decision.beside_reason.strip() if is_beside else ""


def _beside(situation: Situation) -> Violations:
    violations = []
    if len(situation.unfinished) >= MAX_BESIDE:
        names = listed(mitigation.reference for mitigation in situation.unfinished)
        sentence = f"{names} are unfinished: at most {MAX_BESIDE} run beside each other."
        violations.append(Violation(ONE_CODE, sentence, "beside_reason"))
    if len(situation.branch_owners) > 1:
        owners = listed(sorted(situation.branch_owners))
        sentence = (
            f"Mitigations beside each other need one owner of all branches: {owners} own them now."
        )
        violations.append(Violation(ONE_CODE, sentence, "beside_reason"))
    return tuple(violations)


def no_late_record(proposal: Proposal, situation: Situation) -> Violations:
    """``D-OWED``: while the record of an act is late, nothing but a reversible act is decided."""
    offer = situation.offer(proposal.option, proposal.own)
    if not situation.late_records or offer is None or offer.reach == Reach.REVERSIBLE:
        return ()
    return tuple(
        Violation(
            OWED_CODE,
            f"The record of {late.reference} is late: complete it first.",
            "option",
            href=late.href,
        )
        for late in situation.late_records
    )


def conflict(proposal: Proposal, situation: Situation) -> Violations:
    """Holding is no decision on mitigation: it is allowed, and leaves the contradiction open,
    unless one side recommends to hold.

    ``D-CONFLICT``: while a contradiction is open, a decision on mitigation must resolve it.
    """
    open_conflict = situation.conflict
    if open_conflict is None or (
        proposal.option and not settles(proposal.option, proposal.kind, open_conflict)
    ):
        return ()
    return (
        _on_its_subject(proposal, open_conflict)
        + _unscored(open_conflict)
        + _chosen(proposal, open_conflict)
    )


def settles(option: str, kind: str, conflict: Conflict) -> bool:
    """Whether a decision for this option, of this ``kind``, ends the contradiction."""
    return mitigates(option) or kind in conflict.options


def _on_its_subject(proposal: Proposal, conflict: Conflict) -> Violations:
    if not proposal.option or conflict.chosen(proposal.kind, proposal.target):
        return ()
    asking = [side for side in conflict.sides if side.option == proposal.kind]
    if asking:
        sides = listed((f"“{side.label}” ({side.reference})" for side in asking), "or")
        sentence = f"{conflict.reference} is open: name which one exactly, {sides}."
        return (Violation(CONFLICT_CODE, sentence, "option_detail"),)
    sides = listed((f"{first_lower(s.label)} ({s.reference})" for s in conflict.sides), "or")
    sentence = (
        f"{conflict.reference} is open: choose what it is about, {sides}, or hold until"
        " its owners agree."
    )
    return (Violation(CONFLICT_CODE, sentence, "option"),)


def _unscored(conflict: Conflict) -> Violations:
    return tuple(
        Violation(
            CONFLICT_CODE,
            f"Score the {_SCORE_NAMES[name]} of {_named([side])}, 1 to 5.",
            f"score_{side.number}_{name}",
        )
        for side in conflict.sides
        for name in side.commander.missing
    )


_SCORE_NAMES = {"reversibility": "reversibility", "blast_radius": "blast radius"}


def _chosen(proposal: Proposal, conflict: Conflict) -> Violations:
    """The leading side needs no more; any other needs evidence and a reason.

    Where the scores are level, the commander decides with a reason. What goes together with the
    chosen side is not against it.
    """
    chosen, lead = _weigh(proposal.kind, proposal.target, conflict)
    if not chosen or _unscored(conflict):
        return ()
    if not any(side in chosen for side in lead.sides):
        against = list(lead.sides)
        return _disproof(proposal, against, lead.because) + _conflict_reason(
            proposal, f"Say why the evidence disproves {_named(against)}."
        )
    if lead.is_tie:
        return _conflict_reason(proposal, "The scores are level: say why you choose this side.")
    return ()


def _weigh(kind: str, target: str, conflict: Conflict) -> tuple[tuple[Stand, ...], Verdict]:
    """The sides that are chosen, and what leads among these and those against them."""
    chosen = conflict.chosen(kind, target)
    at_issue = [s for s in conflict.sides if s in chosen or any(s.clashes(one) for one in chosen)]
    return chosen, verdict(at_issue)


def needs_conflict_reason(kind: str, target: str, conflict: Conflict) -> bool:
    """Whether the chosen side does not simply lead: then a reason is asked for."""
    chosen, lead = _weigh(kind, target, conflict)
    return bool(chosen) and (lead.is_tie or not any(side in chosen for side in lead.sides))


def _disproof(proposal: Proposal, against: list[Stand], because: str) -> Violations:
    solid = [e for e in proposal.conflict_evidence if e.of_incident and e.has_content]
    if solid:
        return ()
    sentence = f"{_named(against)} has the {because}: cite the evidence that disproves it."
    if because == "more reversible":
        sentence = f"{_named(against)} is the more reversible: cite the evidence that disproves it."
    return (Violation(CONFLICT_CODE, sentence, "conflict_evidence"),)


def _conflict_reason(proposal: Proposal, sentence: str) -> Violations:
    if not says_nothing(proposal.conflict_reason):
        return ()
    if has_content(proposal.conflict_reason):
        sentence = f"{sentence[:-1]}: {quoted(proposal.conflict_reason)} does not."
    return (Violation(CONFLICT_CODE, sentence, "conflict_reason"),)


def _named(sides: list[Stand]) -> str:
    return listed(f"{side.reference} ({first_lower(side.label)})" for side in sides)
