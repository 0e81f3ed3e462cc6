"""May this decision be recorded? Pure: a proposal and the situation in, every violation out.

The rules stand in the order of the product's table; each is one small function in the module
of its noun. Where a value of the form is blank for which the table has no code of its own, the
nearest rule reports it: a missing choice, option or "why now" is ``D-REJECTED`` (the record says
why one was chosen beside why the others were not), a missing confidence ``D-CONFIDENCE``.
"""

from collections.abc import Iterable

from incidents.rules.decision.evidence_packet import (
    evidence,
    next_action,
    owner,
    ready,
    risks,
    scope,
)
from incidents.rules.decision.inputs import (
    Candidate,
    Cited,
    Conflict,
    FirstThing,
    ImpactedSurface,
    Proposal,
    Situation,
    Unfinished,
)
from incidents.rules.decision.ladder import Offer, choice_for, mitigates, offers, reach_of
from incidents.rules.decision.option import confidence, consistency, rejected, settle, why_now
from incidents.rules.decision.owners import one_person, owners, signers
from incidents.rules.decision.posture import Posture, left_by, posture, postures
from incidents.rules.decision.preconditions import conflict, first, one, settles
from incidents.rules.decision.statements import blast_radius, reversibility, verification
from kernel.refusal import Violation

__all__ = [
    "RULES",
    "Candidate",
    "Cited",
    "Conflict",
    "FirstThing",
    "ImpactedSurface",
    "Offer",
    "Posture",
    "Proposal",
    "Situation",
    "Unfinished",
    "by_code",
    "choice_for",
    "left_by",
    "mitigates",
    "offers",
    "postures",
    "reach_of",
    "settle",
    "settles",
    "violations",
    "warnings",
]

RULES = (
    owner,
    ready,
    scope,
    evidence,
    risks,
    next_action,
    consistency,
    rejected,
    why_now,
    reversibility,
    blast_radius,
    verification,
    confidence,
    owners,
    posture,
    first,
    one,
    conflict,
)


def violations(proposal: Proposal, situation: Situation) -> tuple[Violation, ...]:
    """Every unmet rule, one violation for each field that must be mended; empty when it may be.

    A rule that finds fault with several fields repeats its code: count rules with ``by_code``.
    What can be derived is derived first (``settle``), so store the settled proposal.
    """
    settled = settle(proposal)
    return tuple(found for rule in RULES for found in rule(settled, situation))


def warnings(proposal: Proposal, situation: Situation) -> tuple[Violation, ...]:
    """What does not stop the decision and should still be seen."""
    settled = settle(proposal)
    return one_person(settled, situation) + signers(settled, situation)


def by_code(found: Iterable[Violation]) -> dict[str, tuple[Violation, ...]]:
    """Violations grouped by rule, in order: one line at the top for each rule, all at fields."""
    grouped: dict[str, tuple[Violation, ...]] = {}
    for violation in found:
        grouped[violation.code] = (*grouped.get(violation.code, ()), violation)
    return grouped
