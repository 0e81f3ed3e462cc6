"""Default postures. Playbook, "Incident severity matrix" and "Dependency risk matrix"."""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents.rules.decision.inputs import ImpactedSurface
from incidents.rules.wording import first_lower, listed
from incidents.vocabulary import (
    CLASS_POSTURE,
    CLASS_SYMPTOM,
    SEVERITY_POSTURE,
    DependencyClass,
    Option,
    Severity,
)

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
    """One default: where it comes from, a summary, and the options that follow it.

    Of a dependency class also its code and how it typically fails.
    """

    source: str
    summary: str
    options: frozenset[Option]
    dependency_class: str = ""
    symptom: str = ""


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
            source = f"{listed(names)}, {label}"
            symptom = CLASS_SYMPTOM[kind]
            applicable.append(Posture(source, CLASS_POSTURE[kind], options, kind, symptom))
    return tuple(applicable)
