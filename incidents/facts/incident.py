"""The facts of an incident, read in few queries, as input of the rules.

``IncidentFacts`` is read once a request; everything derived in the room comes from it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, Max, Min, OuterRef, Q, QuerySet, When
from django.db.models.functions import JSONArray

from incidents import scenarios
from incidents.facts.abilities import (
    ABLE,
    Ability,
    groups_of_holders,
    read_abilities,
    read_assignments,
    set_groups_of_holders,
)
from incidents.facts.rows import CompiledQuery, by_incident
from incidents.facts.signed_record import signatures_and_hashes
from incidents.models import (
    Assignment,
    Branch,
    Checkpoint,
    Contradiction,
    Decision,
    Evidence,
    Execution,
    Freeze,
    Incident,
    Person,
    Recommendation,
    Risk,
    Served,
    Side,
    Signature,
    Surface,
    SurfaceOption,
)
from incidents.models.evidence import is_confirmed
from incidents.rules.decision.own_option import OwnOption
from incidents.rules.minimum import CLASS_EVIDENCE
from incidents.scenarios import Scenario
from incidents.vocabulary import (
    BranchState,
    EvidenceKind,
    ExecutionRole,
    ExecutionState,
    LaneKind,
    Purpose,
    RoleName,
)


@dataclass(frozen=True)
class IncidentFacts:
    """The facts of an incident at this moment. Times are aware; lists are in order of time.

    Each decision carries its ``execution``; ``sides`` are those of all contradictions, each with
    its ``contradiction`` and ``recommendation``; ``signatures`` and ``served`` carry ``decision``
    and ``evidence`` as ids only, ``served`` also the evidence's ``number``. ``hashes`` are those of
    the decisions that somebody signed, by key, as their records stand. ``ready_options`` are those
    that impacted surfaces keep ready, by the name of the surface.
    """

    incident: Incident
    scenario: Scenario | None
    surfaces: tuple[Surface, ...]
    ready_options: Mapping[str, tuple[OwnOption, ...]]
    assignments: tuple[Assignment, ...]
    freezes: tuple[Freeze, ...]
    checkpoints: tuple[Checkpoint, ...]
    decisions: tuple[Decision, ...]
    risks: tuple[Risk, ...]
    recommendations: tuple[Recommendation, ...]
    sides: tuple[Side, ...]
    signatures: tuple[Signature, ...]
    hashes: Mapping[int, str]
    branches: tuple[Branch, ...]
    served: tuple[Served, ...]
    abilities: Mapping[int, Ability]
    first_evidence_at: datetime | None
    evidence_by_lane: Mapping[str, int]
    rollback_check: Evidence | None
    claimed_check: Evidence | None
    precheck_at: datetime | None
    compared_at: datetime | None
    last_run_at: datetime | None

    @cached_property
    def holders(self) -> Mapping[tuple[str, str], Assignment]:
        """Who holds each role now, by role and lane ("" when it is not a lane's)."""
        return {(a.role, a.lane): a for a in self.assignments if a.until is None}

    def holder(self, role: str, lane: str = "") -> Person | None:
        """Who holds the role and can act. A holder who left does not count."""
        assignment = self.holders.get((role, lane))
        return assignment.person if assignment and assignment.can_act else None

    def ability_of(self, person_id: int) -> Ability:
        """Whether who executes, verifies or owns something here can act."""
        return self.abilities.get(person_id, ABLE)

    @property
    def unable(self) -> tuple[Assignment, ...]:
        """The roles whose holder can no longer act."""
        return tuple(assignment for assignment in self.holders.values() if not assignment.can_act)

    def first_assigned(self, role: str, lane: str = "") -> datetime | None:
        """When the role was first held by anybody."""
        return next((a.since for a in self.assignments if (a.role, a.lane) == (role, lane)), None)

    @property
    def commander(self) -> Person | None:
        return self.holder(RoleName.COMMANDER)

    @property
    def deputy(self) -> Person | None:
        return self.holder(RoleName.DEPUTY)

    @cached_property
    def stopped(self) -> Mapping[int, datetime]:
        """When each surface was first frozen, or its freeze first declined."""
        first: dict[int, datetime] = {}
        for freeze in self.freezes:
            first.setdefault(freeze.surface_id, freeze.since)
        return first

    @property
    def unowned(self) -> tuple[LaneKind, ...]:
        return tuple(lane for lane in LaneKind if self.holder(RoleName.LANE_OWNER, lane) is None)

    @property
    def open_checkpoints(self) -> tuple[Checkpoint, ...]:
        return tuple(c for c in self.checkpoints if c.is_open)

    @property
    def next_checkpoint(self) -> Checkpoint | None:
        return next(iter(self.open_checkpoints), None)

    @property
    def current_decision(self) -> Decision | None:
        return self.decisions[-1] if self.decisions else None

    @property
    def mitigations(self) -> tuple[Execution, ...]:
        """The unfinished mitigations, oldest first; more than one run beside each other."""
        return tuple(d.execution for d in self.decisions if _is_running(d.execution))

    @property
    def mitigation(self) -> Execution | None:
        """The newest unfinished mitigation, if there is one."""
        return self.mitigations[-1] if self.mitigations else None

    @property
    def owed(self) -> tuple[Decision, ...]:
        """What was done first, and whose record is still owed."""
        return tuple(decision for decision in self.decisions if decision.owed)

    @property
    def failed(self) -> Decision | None:
        """The decision whose verification failed after the last decision was taken.

        It need not be the last decision itself: that may only hold, while an earlier one was still
        being executed.
        """
        return next((d for d in reversed(self.decisions) if self._failed_since(d)), None)

    def _failed_since(self, decision: Decision) -> bool:
        execution, last = decision.execution, self.decisions[-1].decided_at
        failed = execution.state == ExecutionState.FAILED
        return failed and execution.judged_at is not None and execution.judged_at > last

    @property
    def open_recommendations(self) -> tuple[Recommendation, ...]:
        return tuple(r for r in self.recommendations if r.is_open)

    @property
    def stated_together(self) -> frozenset[tuple[str, ...]]:
        """(R-1, R-2) where both are open and the owner of R-1 says that they go together."""
        names = {row.pk: row.reference for row in self.open_recommendations}
        return frozenset(
            (row.reference, names[other])
            for row in self.open_recommendations
            for other in row.stated  # type: ignore[attr-defined]
            if other in names
        )

    @property
    def proposed_recommendations(self) -> tuple[Recommendation, ...]:
        """Those to a lane that its owner has still to adopt or decline."""
        return tuple(r for r in self.recommendations if r.is_waiting)

    @property
    def contradiction(self) -> Contradiction | None:
        """The open one; there is never more than one."""
        return next((s.contradiction for s in self.sides if s.contradiction.is_open), None)

    def sides_of(self, contradiction: Contradiction) -> tuple[Side, ...]:
        return tuple(s for s in self.sides if s.contradiction_id == contradiction.pk)

    def signatures_of(self, decision: Decision) -> tuple[Signature, ...]:
        return tuple(s for s in self.signatures if s.decision_id == decision.pk)

    @property
    def active_branches(self) -> tuple[Branch, ...]:
        return _active(self.branches)

    @property
    def open_risks(self) -> tuple[Risk, ...]:
        return _open(self.risks)

    @property
    def owned_work(self) -> tuple[Branch | Risk, ...]:
        """What waits for its owner: active branches and open risks."""
        return (*self.active_branches, *self.open_risks)

    @property
    def override(self) -> Decision | None:
        """The decision that skipped readiness, if one did."""
        return next((d for d in self.decisions if d.override_reason), None)

    def freeze_of(self, surface: Surface) -> Freeze | None:
        """The freeze in force on a surface, or the recorded reason why there is none."""
        return next(
            (f for f in self.freezes if f.until is None and f.surface_id == surface.pk), None
        )


def _is_running(execution: Execution) -> bool:
    return execution.mitigates and execution.is_unfinished


def _active(branches: Iterable[Branch]) -> tuple[Branch, ...]:
    return tuple(branch for branch in branches if branch.state == BranchState.ACTIVE)


def _open(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    return tuple(risk for risk in risks if risk.is_open)


def read_all_facts(
    incidents: Sequence[Incident], until: datetime | None = None
) -> list[IncidentFacts]:
    """Read the facts of several incidents, in their order, in fifteen queries at most.

    ``until`` leaves out evidence that was captured later; all other rows are as they are now.
    """
    ids = [incident.pk for incident in incidents]
    surfaces: dict[int, list[Surface]] = defaultdict(list)
    ready: dict[int, dict[str, tuple[OwnOption, ...]]] = defaultdict(dict)
    for link in _SURFACES.of(ids):
        surfaces[link.incident_id].append(link.surface)
        if options := link.ready:
            ready[link.incident_id][link.surface.name] = tuple(OwnOption(*one) for one in options)
    assignments = read_assignments(incidents, until)
    freezes = _FREEZES.by_incident(ids)
    checkpoints = _CHECKPOINTS.by_incident(ids)
    decisions = (_DECISIONS if until is None else _DECISIONS_OF_THEN).by_incident(ids)
    risks = _RISKS.by_incident(ids)
    if until is None:
        recommendations = _RECOMMENDATIONS.by_incident(ids)
    else:
        recommendations = by_incident(_recommendations(until), ids)
    sides: dict[int, list[Side]] = defaultdict(list)
    # Skip the query when there are no recommendations: the room has a budget of 25 queries.
    joined = Side.objects.filter(contradiction__incident__in=[i for i in ids if recommendations[i]])
    for side in joined.select_related("contradiction__decision", "recommendation__adopted_by"):
        sides[side.contradiction.incident_id].append(side)
    signatures, hashes = signatures_and_hashes(decisions)
    branches = _BRANCHES.by_incident(ids)
    served = _SERVED.by_incident(
        # An incident without either has nothing that evidence could be named for.
        [i.pk for i in incidents if i.scenario or _asks_for_evidence(surfaces[i.pk])],
    )
    checks = _CHECKS.by_incident(ids) if until is None else by_incident(_checks(until), ids)
    abilities = {}
    if until is None:
        for decision in (one for pk in ids for one in decisions[pk]):
            set_groups_of_holders(decision)
        people = {pk: _with_parts(decisions[pk], branches[pk], risks[pk]) for pk in ids}
        abilities = read_abilities(incidents, assignments, people)
    library = scenarios.find_all(i.scenario for i in incidents if i.scenario)
    counts = (
        _EVIDENCE_COUNTS.of(ids)
        if until is None
        else _evidence_counts(until).filter(incident__in=ids)
    )
    counted = {row["incident"]: row for row in counts}
    return [
        IncidentFacts(
            incident=incident,
            scenario=library.get(incident.scenario),
            surfaces=tuple(surfaces[incident.pk]),
            ready_options=ready[incident.pk],
            assignments=tuple(assignments[incident.pk]),
            freezes=tuple(freezes[incident.pk]),
            checkpoints=tuple(checkpoints[incident.pk]),
            decisions=tuple(decisions[incident.pk]),
            risks=tuple(risks[incident.pk]),
            recommendations=tuple(recommendations[incident.pk]),
            sides=tuple(sides[incident.pk]),
            signatures=tuple(signatures[incident.pk]),
            hashes=hashes,
            branches=tuple(branches[incident.pk]),
            served=tuple(served[incident.pk]),
            abilities=abilities.get(incident.pk, {}),
            **_rollback_checks(checks[incident.pk]),
            **_evidence(counted.get(incident.pk)),
        )
        for incident in incidents
    ]


def _decisions(**annotations: Any) -> "QuerySet[Decision]":
    return (
        Decision.objects.select_related(
            "executor",
            "verifier",
            "commander",
            "checkpoint",
            "next_checkpoint",
            "execution__run",
            "execution__superseded_by",
            "execution__new_executor",
            "execution__new_verifier",
        )
        .defer("execution__run__text")
        .annotate(**annotations)
        .order_by("number")
    )


def _recommendations(until: datetime | None = None) -> "QuerySet[Recommendation]":
    return Recommendation.objects.with_stated(until).select_related("adopted_by")


def _checks(until: datetime | None = None) -> "QuerySet[Evidence]":
    return (
        _captured(until)
        .filter(purpose=Purpose.ROLLBACK_CHECK)
        .annotate(counts=Case(When(_counts(until), then=True), default=False))
        .order_by("incident_id", "-counts", "-number")
        .distinct("incident_id", "counts")
        .defer("text")
    )


def _with_parts(
    decisions: Iterable[Decision], branches: Iterable[Branch], risks: Iterable[Risk]
) -> tuple[Person, ...]:
    """Who executes or verifies what is unfinished, and who owns what is open."""
    executions = [decision.execution for decision in decisions if _is_running(decision.execution)]
    parts = [execution.holder(role) for execution in executions for role in ExecutionRole]
    owned: tuple[Branch | Risk, ...] = (*_active(branches), *_open(risks))
    return (*parts, *(row.owner for row in owned if row.owner is not None))


def _asks_for_evidence(surfaces: Iterable[Surface]) -> bool:
    return any(surface.dependency_class in CLASS_EVIDENCE for surface in surfaces)


def _linked_surfaces() -> "QuerySet[Any]":
    """With their own options as arguments of ``OwnOption``."""
    options = SurfaceOption.objects.filter(surface=OuterRef("surface")).order_by("name")
    columns = JSONArray("name", "reach", "reach_reason", "nearest_step")
    ready = ArraySubquery(options.values(row=columns))
    links = Incident.surfaces.through.objects.select_related("surface")
    return links.annotate(ready=ready).order_by("surface__name")


_SUCCEEDED_RUN = Q(purpose=Purpose.VERIFICATION, kind=EvidenceKind.COMMAND, exit_code=0)


def _counts(until: datetime | None) -> Q:
    """Of checks: what is only claimed shows nothing, but that it failed."""
    return is_confirmed(until) | (Q(exit_code__isnull=False) & ~Q(exit_code=0))


def _rollback_checks(newest: Iterable[Any]) -> dict[str, Any]:
    """The newest that counts, and a newer one that is only claimed."""
    counting = next((row for row in newest if row.counts), None)
    claimed = next((row for row in newest if not row.counts), None)
    is_newer = claimed and (counting is None or claimed.number > counting.number)
    return {"rollback_check": counting, "claimed_check": claimed if is_newer else None}


def _captured(until: datetime | None) -> "QuerySet[Evidence]":
    rows = Evidence.objects.all()
    return rows if until is None else rows.filter(captured_at__lte=until)


def _evidence_counts(until: datetime | None = None) -> "QuerySet[Any, Any]":
    return (
        _captured(until)
        .order_by()
        .values("incident")
        .annotate(
            first=Min("captured_at"),
            precheck=Min("captured_at", filter=Q(purpose=Purpose.PRECHECK) & is_confirmed(until)),
            compared=Min("captured_at", filter=Q(baseline__isnull=False)),
            last_run=Max("captured_at", filter=_SUCCEEDED_RUN & is_confirmed(until)),
            **{lane.value: Count("pk", filter=Q(lane=lane)) for lane in LaneKind},
        )
    )


def _evidence(row: Mapping[str, Any] | None) -> dict[str, Any]:
    row = row or {}
    return {
        "first_evidence_at": row.get("first"),
        "precheck_at": row.get("precheck"),
        "compared_at": row.get("compared"),
        "last_run_at": row.get("last_run"),
        "evidence_by_lane": {lane: row.get(lane.value, 0) for lane in LaneKind},
    }


def read_facts(incident: Incident) -> IncidentFacts:
    """Read the facts of one incident."""
    return read_all_facts([incident])[0]


def cached_facts(incident: Incident) -> IncidentFacts:
    """The facts of this incident object, read once: the panels of a room share them."""
    cached: IncidentFacts | None = getattr(incident, "_facts", None)
    if cached is None:
        cached = read_facts(incident)
        incident._facts = cached  # type: ignore[attr-defined]
    return cached


def moment_of(incident: Incident) -> datetime | None:
    """The past moment that this object shows, or None when it shows its incident as it is now."""
    moment: datetime | None = getattr(incident, "_moment", None)
    return moment


_FREEZES = CompiledQuery(lambda: Freeze.objects.select_related("surface", "kept_by"))
_CHECKPOINTS = CompiledQuery(Checkpoint.objects.all)
_DECISIONS = CompiledQuery(lambda: _decisions(**groups_of_holders()))
_DECISIONS_OF_THEN = CompiledQuery(_decisions)
_RISKS = CompiledQuery(lambda: Risk.objects.select_related("owner"))
_RECOMMENDATIONS = CompiledQuery(_recommendations)
_BRANCHES = CompiledQuery(lambda: Branch.objects.select_related("owner"))
_SERVED = CompiledQuery(lambda: Served.objects.annotate(number=F("evidence__number")))
_CHECKS = CompiledQuery(_checks)
_EVIDENCE_COUNTS: CompiledQuery[Evidence] = CompiledQuery(_evidence_counts)
_SURFACES = CompiledQuery(_linked_surfaces)
