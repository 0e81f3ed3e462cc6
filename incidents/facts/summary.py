"""The facts of many incidents at once: as many as a home page and its duties need."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, Min, OuterRef, QuerySet, Subquery, When
from django.db.models.expressions import Combinable
from django.db.models.functions import JSONArray
from django.utils.dateparse import parse_datetime

from incidents.facts.abilities import read_assignments
from incidents.facts.incident import IncidentFacts
from incidents.facts.rows import by_incident
from incidents.facts.signed_record import signatures_and_hashes
from incidents.models import (
    Branch,
    Checkpoint,
    Decision,
    Evidence,
    Freeze,
    Incident,
    Participation,
    Person,
    Recommendation,
    Risk,
    Side,
    Surface,
    TogetherStatement,
)
from incidents.vocabulary import RecommendationState, Status
from kernel.registry import Registry

MAX_INCIDENTS = 200
"""At most this many incidents are read for a person; active ones with their part come first."""

type Column = Callable[[], Combinable]

COLUMNS = Registry[Column]("column of a summary")
"""Other apps' values that are read with the row of each incident, as attributes of these names."""


class _Unread:
    """Placeholder for a fact that a summary does not read: any use of it raises."""

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError("the summary of an incident does not have this fact")

    __iter__ = __len__ = __bool__ = __getitem__ = lambda self, *_: self.read


_UNREAD: Any = _Unread()


@dataclass(frozen=True)
class IncidentSummary(IncidentFacts):
    """Facts without those that a home page does not need; ``sides`` are of open contradictions.

    It has roles, checkpoints, decisions, signatures, surfaces by name and when they were first
    frozen, what waits for the owner of a lane, which recommendations go together, and when evidence
    was first captured. Using any other fact raises.
    """

    first_stops: Mapping[int, datetime]
    waiting: tuple[Recommendation, ...]
    pairs: frozenset[tuple[str, ...]]

    @property
    def stated_together(self) -> frozenset[tuple[str, ...]]:
        return self.pairs

    @property
    def proposed_recommendations(self) -> tuple[Recommendation, ...]:
        return self.waiting

    @property
    def owned_work(self) -> tuple[Branch | Risk, ...]:
        """Not read: who owns what and cannot act any more is shown in the room."""
        return ()

    @property
    def stopped(self) -> Mapping[int, datetime]:  # type: ignore[override]
        return self.first_stops


def unsettled_incidents(person: Person) -> "QuerySet[Incident]":
    """The active and watched incidents whose rooms the person may enter.

    Active ones come first, and among these the ones in which the person takes part.
    """
    takes_part = Participation.objects.filter(incident=OuterRef("pk"), person=person)
    rows = Incident.objects.visible_to(person).unsettled().annotate(is_mine=Exists(takes_part))
    active_first = Case(When(status=Status.ACTIVE, then=0), default=1)
    return rows.order_by(active_first, "-is_mine", "severity", "-declared_at", "-pk")


def read_summaries(person: Person) -> list[IncidentSummary]:
    """The summaries of the active and watched incidents that the person may see, worst first.

    Six queries, however many incidents there are.
    """
    incidents = list(unsettled_incidents(person).annotate(**_columns())[:MAX_INCIDENTS])
    incidents.sort(key=lambda row: (row.severity, -row.declared_at.timestamp(), -row.pk))
    return _read(incidents) if incidents else []


def _columns() -> dict[str, Any]:
    """Annotations for facts that fit into the row of an incident."""
    links = Incident.surfaces.through.objects.filter(incident=OuterRef("pk"))
    stops = Freeze.objects.filter(
        incident=OuterRef("incident"), surface=OuterRef("surface")
    ).order_by("since", "pk")
    row = JSONArray("surface", "surface__name", Subquery(stops.values("since")[:1]))
    first = Evidence.objects.filter(incident=OuterRef("pk")).order_by().values("incident")
    return {
        "its_surfaces": ArraySubquery(links.order_by("surface__name").values(row=row)),
        "its_proposals": ArraySubquery(
            Recommendation.objects.filter(
                incident=OuterRef("pk"), state=RecommendationState.PROPOSED
            ).values(row=JSONArray(*_PROPOSAL))
        ),
        "its_pairs": ArraySubquery(
            TogetherStatement.objects.filter(
                recommendation__incident=OuterRef("pk"),
                recommendation__state=RecommendationState.OPEN,
                other__state=RecommendationState.OPEN,
                withdrawn_at=None,
            )
            .order_by()
            .values(row=JSONArray("recommendation__number", "other__number"))
        ),
        "its_first_evidence": Subquery(first.annotate(at=Min("captured_at")).values("at")),
        **{name: column() for name, column in COLUMNS.items()},
    }


def _read(incidents: Sequence[Any]) -> list[IncidentSummary]:
    ids = [incident.pk for incident in incidents]
    assignments = read_assignments(incidents)
    checkpoints = by_incident(Checkpoint.objects.open(), ids)
    decision_rows = Decision.objects.select_related("checkpoint", "execution").order_by("number")
    decisions = by_incident(decision_rows, ids)
    signatures, hashes = signatures_and_hashes(decisions)
    sides = _sides(ids)
    return [
        IncidentSummary(
            incident=row,
            scenario=_UNREAD,
            surfaces=tuple(_surface(pk, name) for pk, name, _ in row.its_surfaces),
            ready_options=_UNREAD,
            assignments=tuple(assignments[row.pk]),
            freezes=_UNREAD,
            checkpoints=tuple(checkpoints[row.pk]),
            decisions=tuple(decisions[row.pk]),
            risks=_UNREAD,
            recommendations=_UNREAD,
            sides=tuple(side for side in sides if side.contradiction.incident_id == row.pk),
            signatures=tuple(signatures[row.pk]),
            hashes=hashes,
            branches=_UNREAD,
            served=_UNREAD,
            abilities={},
            first_evidence_at=row.its_first_evidence,
            evidence_by_lane=_UNREAD,
            rollback_check=_UNREAD,
            claimed_check=_UNREAD,
            precheck_at=_UNREAD,
            compared_at=_UNREAD,
            last_run_at=_UNREAD,
            waiting=tuple(_proposal(row.pk, values) for values in row.its_proposals),
            pairs=frozenset(tuple(f"R-{n}" for n in pair) for pair in row.its_pairs),
            first_stops=dict(_stops(row.its_surfaces)),
        )
        for row in incidents
    ]


def _sides(ids: list[int]) -> list[Side]:
    rows = Side.objects.filter(
        contradiction__incident__in=ids, contradiction__closed_at__isnull=True
    )
    return list(rows.select_related("contradiction", "recommendation__adopted_by"))


_PROPOSAL = ("number", "lane", "option", "option_detail", "own_name", "actor_name")
"""What a duty says of a recommendation that waits for the owner of its lane."""


def _proposal(incident: int, values: Sequence[Any]) -> Recommendation:
    names = ["incident_id", "state", *_PROPOSAL]
    row = [incident, RecommendationState.PROPOSED.value, *values]
    return Recommendation(**dict(zip(names, row, strict=True)))


def _surface(pk: int, name: str) -> Surface:
    """The surface with its name; its other columns are read when they are used."""
    return Surface.from_db("default", ["id", "name"], [pk, name])


def _stops(rows: Iterable[tuple[int, str, str | None]]) -> Iterable[tuple[int, datetime]]:
    for pk, _, since in rows:
        if since is not None and (moment := parse_datetime(since)):
            yield pk, moment
