"""Default postures. Playbook, "Incident severity matrix" and "Dependency risk matrix"."""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.rules.decision.inputs import ImpactedSurface, Proposal, Situation
from incidents.rules.wording import first_lower, listed, quoted
from incidents.vocabulary import (
    CLASS_POSTURE,
    SEVERITY_POSTURE,
    Choice,
    DependencyClass,
    Option,
    Severity,
)
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

Violations = tuple[Violation, ...]

FITS_SEVERITY: dict[str, frozenset[Option]] = {
    Severity.SEV1: frozenset({Option.ROLLBACK}),
    Severity.SEV2: frozenset({Option.FLAG, Option.HOTFIX}),
    Severity.SEV3: frozenset({Option.HOTFIX, Option.HOLD}),
}
"""A scheduled corrective patch is a hotfix now, or holding until it comes."""

FITS_CLASS: dict[str, frozenset[Option]] = {
    DependencyClass.AUTH: frozenset({Option.ROLLBACK, Option.REVOCATION}),
    DependencyClass.BILLING: frozenset({Option.WRITE_FREEZE}),
    DependencyClass.MESSAGING: frozenset({Option.THROTTLING}),
    DependencyClass.OBSERVABILITY: frozenset({Option.ROLLBACK}),
}
"""Revoking access is how an auth/identity bypass is rolled back (playbook, scenario C)."""


@dataclass(frozen=True, slots=True)
class Posture:
    """One default: where it comes from, a summary, and the options that follow it."""

    source: str
    summary: str
    options: frozenset[Option]


def postures(severity: str, surfaces: Iterable[ImpactedSurface]) -> tuple[Posture, ...]:
    """The posture of the severity, then one for each impacted class that has one."""
    surfaces = tuple(surfaces)
    applicable = []
    if severity in FITS_SEVERITY:
        label = str(Severity(severity).label)
        applicable.append(Posture(label, SEVERITY_POSTURE[severity], FITS_SEVERITY[severity]))
    for kind, options in FITS_CLASS.items():
        if names := [surface.name for surface in surfaces if surface.dependency_class == kind]:
            label = first_lower(DependencyClass(kind).label)
            applicable.append(Posture(f"{listed(names)}, {label}", CLASS_POSTURE[kind], options))
    return tuple(applicable)


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
    if situation.offer(proposal.option) is None or proposal.choice == Choice.ESCALATE:
        return ()
    left = not_followed_by(proposal.option, postures(situation.severity, situation.surfaces))
    if not left or not says_nothing(proposal.deviation_reason):
        return ()
    return (Violation("D-POSTURE", _sentence(proposal, situation, left), "deviation_reason"),)


def _sentence(proposal: Proposal, situation: Situation, left: tuple[Posture, ...]) -> str:
    offer = situation.offer(proposal.option)
    label = offer.label if offer else proposal.option
    defaults = " and of ".join(f"{default.source} ({default.summary})" for default in left)
    sentence = f"{label} leaves the posture of {defaults}. "
    if has_content(proposal.deviation_reason):
        return sentence + f"{quoted(proposal.deviation_reason)} does not say why."
    return sentence + "Say why."
