"""The option: it is offered, the others were rejected, and the confidence allows its reach.

``D-REJECTED``: choice and option agree, "why now" is said, and each rung not taken has a reason.
``D-CONFIDENCE``: the option reaches no further than the confidence allows.
"""

from collections import defaultdict
from dataclasses import replace

from incidents.rules.decision.inputs import DecisionFields, Proposal, Situation
from incidents.rules.decision.ladder import Offer, choice_for
from incidents.rules.wording import first_lower, listed, quoted
from incidents.vocabulary import Choice, Confidence, Option, Reach
from kernel.refusal import Violation
from kernel.text import has_content, normalise_reason, says_nothing

Violations = tuple[Violation, ...]

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
        return replace(decision, choice=choice_for(decision.option).value)
    return decision


def consistency(proposal: Proposal, situation: Situation) -> Violations:
    """Choice and option are known and agree."""
    violations = []
    if proposal.choice not in Choice.values:
        labels = listed((first_lower(c.label) for c in Choice), "or")
        violations.append(Violation("D-REJECTED", f"Choose the decision: {labels}.", "choice"))
    offer = situation.offer(proposal.option)
    if offer is None:
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
    if choice == Choice.ROLLBACK and offer.option != Option.ROLLBACK:
        return f"The decision is rollback, the option {label}: make them agree."
    if choice == Choice.CONTINUE and offer.option == Option.ROLLBACK:
        return "A full rollback is the decision “Rollback”: make them agree."
    return ""


def rejected(proposal: Proposal, situation: Situation) -> Violations:
    """Each rung of the ladder that was not taken has a reason of its own.

    One violation for each reason to mend, and none before an option is chosen: until then nobody
    knows which options are rejected.
    """
    if situation.offer(proposal.option) is None:
        return ()
    others = [o for o in situation.offered if o.rung and o.option != proposal.option]
    twins = _twins(proposal, others)
    problems = ((o, _reason_problem(proposal.rejected.get(o.option, ""), o, twins)) for o in others)
    return tuple(
        Violation("D-REJECTED", sentence, f"rejected_{offer.option}")
        for offer, sentence in problems
        if sentence
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
        return (Violation("D-CONFIDENCE", sentence, "confidence"),)
    offer = situation.offer(proposal.option)
    allowed = ALLOWED[proposal.confidence]
    if offer is None or offer.reach in allowed:
        return ()
    level = f"L{proposal.confidence}"
    reaches = listed((reach.value for reach in allowed), "or")
    only = f"{reaches} options only" if len(allowed) == 1 else f"{reaches} options"
    sentence = f"{offer.label} has {offer.reach} reach; confidence {level} allows {only}."
    return (Violation("D-CONFIDENCE", sentence, "confidence"),)
