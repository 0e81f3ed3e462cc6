"""May this decision be recorded? Pure functions from a proposal and a situation to violations.

The rules are in the order of the product's table; each is one small function in the module of its
noun. A blank field for which the table has no code is reported by the nearest rule: a missing
choice, option or "why now" by ``D-REJECTED`` (the record says why one option was chosen and the
others were not), a missing confidence by ``D-CONFIDENCE``.
"""

from collections.abc import Iterable

from incidents.rules.decision.evidence_packet import (
    blast_radius,
    evidence,
    next_action,
    owner,
    owners,
    ready,
    reversibility,
    risks,
    same_person,
    scope,
    signers,
    verification,
)
from incidents.rules.decision.inputs import (
    Candidate,
    Cited,
    Conflict,
    DecisionFields,
    ImpactedSurface,
    LateRecord,
    Prerequisite,
    Proposal,
    Situation,
    Unfinished,
)
from incidents.rules.decision.ladder import Offer, choice_for, mitigates, offers, reach_of
from incidents.rules.decision.option import (
    confidence,
    conflict,
    consistency,
    no_late_record,
    not_followed_by,
    posture,
    prerequisites_first,
    rejected,
    settle,
    settles,
    single_mitigation,
    why_now,
)
from incidents.rules.decision.posture import Posture, postures
from kernel.refusal import Violation

__all__ = [
    "RULES",
    "Candidate",
    "Cited",
    "Conflict",
    "DecisionFields",
    "ImpactedSurface",
    "LateRecord",
    "Offer",
    "Posture",
    "Prerequisite",
    "Proposal",
    "Situation",
    "Unfinished",
    "by_code",
    "choice_for",
    "mitigates",
    "not_followed_by",
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
    prerequisites_first,
    single_mitigation,
    no_late_record,
    conflict,
)


def violations(proposal: Proposal, situation: Situation) -> tuple[Violation, ...]:
    """Every unmet rule, one violation for each field to mend; empty when it may be recorded.

    ``proposal`` is settled (see ``settle``). A rule that several fields violate repeats its code:
    count rules with ``by_code``.
    """
    return tuple(violation for rule in RULES for violation in rule(proposal, situation))


def warnings(proposal: Proposal, situation: Situation) -> tuple[Violation, ...]:
    """What the author should see although it does not refuse the decision."""
    return same_person(proposal, situation) + signers(proposal, situation)


def by_code(violations: Iterable[Violation]) -> dict[str, tuple[Violation, ...]]:
    """Violations grouped by code, in order: the page lists each rule once."""
    grouped: dict[str, tuple[Violation, ...]] = {}
    for violation in violations:
        grouped[violation.code] = (*grouped.get(violation.code, ()), violation)
    return grouped
