"""The option: that it is one, that the others were rejected, that the confidence carries it."""

from collections import defaultdict
from dataclasses import replace

from incidents.rules.decision.inputs import Proposal, Situation
from incidents.rules.decision.ladder import Offer, choice_for
from incidents.rules.wording import first_lower, listed, quoted
from incidents.vocabulary import Choice, Confidence, Option, Reach
from kernel.refusal import Violation
from kernel.text import has_content, normalise_reason, says_nothing

Found = tuple[Violation, ...]

ALLOWED: dict[str, tuple[Reach, ...]] = {
    Confidence.L1: (Reach.REVERSIBLE,),
    Confidence.L2: (Reach.REVERSIBLE, Reach.BOUNDED),
    Confidence.L3: (Reach.REVERSIBLE, Reach.BOUNDED, Reach.BROAD),
}
"""Playbook, "Decision confidence ladder"."""

_OPTION_OF = {Choice.ROLLBACK: Option.ROLLBACK, Choice.ESCALATE: Option.HOLD}


def settle(proposal: Proposal) -> Proposal:
    """The proposal with what follows from itself filled in.

    A rollback is the option full rollback, escalating holds; an option alone tells its choice.
    What somebody did fill in is never changed.
    """
    if proposal.choice in _OPTION_OF and not proposal.option:
        return replace(proposal, option=_OPTION_OF[Choice(proposal.choice)].value)
    if proposal.option and not proposal.choice:
        return replace(proposal, choice=choice_for(proposal.option).value)
    return proposal


def consistency(proposal: Proposal, situation: Situation) -> Found:
    """``D-REJECTED``: choice and option are known and say the same."""
    found = []
    if proposal.choice not in Choice.values:
        labels = listed((first_lower(c.label) for c in Choice), "or")
        found.append(Violation("D-REJECTED", f"Choose the decision: {labels}.", "choice"))
    offer = situation.offer(proposal.option)
    if offer is None:
        found.append(Violation("D-REJECTED", _no_option(proposal, situation), "option"))
    elif sentence := _disagreement(proposal.choice, offer):
        found.append(Violation("D-REJECTED", sentence, "choice"))
    return tuple(found)


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


def rejected(proposal: Proposal, situation: Situation) -> Found:
    """``D-REJECTED``: each rung of the ladder not taken has a reason of its own.

    One violation for each reason that must be mended. Nothing is said before an option is
    chosen: until then nobody knows which are rejected.
    """
    if situation.offer(proposal.option) is None:
        return ()
    others = [o for o in situation.offered if o.rung and o.option != proposal.option]
    twins = _twins(proposal, others)
    found = ((o, _reason_problem(proposal.rejected.get(o.option, ""), o, twins)) for o in others)
    return tuple(
        Violation("D-REJECTED", sentence, f"rejected_{offer.option}")
        for offer, sentence in found
        if sentence
    )


def _twins(proposal: Proposal, others: list[Offer]) -> dict[str, list[Offer]]:
    """The options by the reason given for them, punctuation, spacing and case aside."""
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


def why_now(proposal: Proposal, situation: Situation) -> Found:
    """``D-REJECTED``: the record says why one was chosen, beside why the others were not."""
    if not says_nothing(proposal.why_now):
        return ()
    return (Violation("D-REJECTED", "Say why this is decided now.", "why_now"),)


def confidence(proposal: Proposal, situation: Situation) -> Found:
    """``D-CONFIDENCE``: the option reaches no further than the confidence allows."""
    if proposal.confidence not in ALLOWED:
        words = "Choose a confidence: L1, L2 or L3."
        return (Violation("D-CONFIDENCE", words, "confidence"),)
    offer = situation.offer(proposal.option)
    allowed = ALLOWED[proposal.confidence]
    if offer is None or offer.reach in allowed:
        return ()
    level = f"L{proposal.confidence}"
    reaches = listed((reach.value for reach in allowed), "or")
    only = f"{reaches} options only" if len(allowed) == 1 else f"{reaches} options"
    words = f"{offer.label} has {offer.reach} reach; confidence {level} allows {only}."
    return (Violation("D-CONFIDENCE", words, "confidence"),)
