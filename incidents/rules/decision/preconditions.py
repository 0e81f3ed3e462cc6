"""What must come before, and what must end: ``D-FIRST``, ``D-ONE``, ``D-CONFLICT``."""

from incidents.rules.conflict import Stand, verdict
from incidents.rules.decision.inputs import Conflict, Proposal, Situation
from incidents.rules.decision.ladder import mitigates
from incidents.rules.wording import first_lower, listed, quoted
from incidents.vocabulary import Option
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Found = tuple[Violation, ...]


def first(proposal: Proposal, situation: Situation) -> Found:
    """``D-FIRST``: rollback and access revocation, executed with proof, before a hotfix.

    Playbook, scenario C. ``first_things`` is empty where the rule does not apply.
    """
    if proposal.option != Option.HOTFIX:
        return ()
    waiting = [thing for thing in situation.first_things if not thing.is_done]
    if not waiting:
        return ()
    come = listed(first_lower(thing.label) for thing in situation.first_things)
    missing = listed(f"{first_lower(thing.label)} {thing.standing}" for thing in waiting)
    words = f"Before a hotfix come {come}, executed and with proof: {missing}."
    return (Violation("D-FIRST", words, "option"),)


def one(proposal: Proposal, situation: Situation) -> Found:
    """``D-ONE``: a mitigation that is unfinished must be superseded, with a reason."""
    running = situation.unfinished
    if running is None or not proposal.option or not mitigates(proposal.option):
        return ()
    if not says_nothing(proposal.supersede_reason):
        return ()
    words = f"{running.reference}, {first_lower(running.label)}, is unfinished"
    if has_content(proposal.supersede_reason):
        words += f": {quoted(proposal.supersede_reason)} does not say why this supersedes it."
    else:
        words += " (one mitigation at a time). Say why this decision supersedes it."
    return (Violation("D-ONE", words, "supersede_reason"),)


def conflict(proposal: Proposal, situation: Situation) -> Found:
    """``D-CONFLICT``: while a contradiction is open, only a decision that resolves it.

    Holding is no decision on mitigation: it is allowed, and leaves the contradiction open, unless
    holding is what one side recommends.
    """
    open_one = situation.conflict
    if open_one is None or (proposal.option and not settles(proposal.option, open_one)):
        return ()
    return _on_its_subject(proposal, open_one) + _scored(open_one) + _chosen(proposal, open_one)


def settles(option: str, conflict: Conflict) -> bool:
    """Whether a decision for this option ends the contradiction."""
    return mitigates(option) or option in conflict.options


def _on_its_subject(proposal: Proposal, conflict: Conflict) -> Found:
    if not proposal.option or proposal.option in conflict.options:
        return ()
    asked = listed((f"{first_lower(s.label)} ({s.reference})" for s in conflict.sides), "or")
    words = (
        f"{conflict.reference} is open: choose what it is about, {asked}, or hold until"
        " its owners agree."
    )
    return (Violation("D-CONFLICT", words, "option"),)


def _scored(conflict: Conflict) -> Found:
    return tuple(
        Violation(
            "D-CONFLICT",
            f"Score the {_WORDS[name]} of {side.reference} ({first_lower(side.label)}), 1 to 5.",
            f"score_{side.number}_{name}",
        )
        for side in conflict.sides
        for name in side.commander.missing
    )


_WORDS = {"reversibility": "reversibility", "blast_radius": "blast radius"}


def _chosen(proposal: Proposal, conflict: Conflict) -> Found:
    """The leading side may be taken as it is; another needs evidence and a reason.

    Where the scores are level, the commander decides with a reason.
    """
    if proposal.option not in conflict.options or _scored(conflict):
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


def _disproof(proposal: Proposal, against: list[Stand], because: str) -> Found:
    solid = [e for e in proposal.conflict_evidence if e.of_incident and e.has_content]
    if solid:
        return ()
    words = f"{_named(against)} has the {because}: cite the evidence that disproves it."
    if because == "more reversible":
        words = f"{_named(against)} is the more reversible: cite the evidence that disproves it."
    return (Violation("D-CONFLICT", words, "conflict_evidence"),)


def _reason(proposal: Proposal, words: str) -> Found:
    if not says_nothing(proposal.conflict_reason):
        return ()
    if has_content(proposal.conflict_reason):
        words = f"{words[:-1]}: {quoted(proposal.conflict_reason)} does not."
    return (Violation("D-CONFLICT", words, "conflict_reason"),)


def _named(sides: list[Stand]) -> str:
    return listed(f"{side.reference} ({first_lower(side.label)})" for side in sides)
