"""What readers wait for, derived from what was published: promised messages, the first update, and
the correction of a recovery that came back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, DateTimeField, Exists, F, Max, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Subquery
from django.db.models.functions import Coalesce

from comms.facts.messages import REOPENED_KINDS
from comms.models import Escalation, Lapse, LeadershipNote, Update
from comms.models.message import Message
from comms.rules.commitment import Promise, PromiseKind, first_update, open_promises
from comms.vocabulary import Progress
from incidents.facts.incident import moment_of
from incidents.facts.rows import CompiledQuery
from incidents.models import Incident, TimelineEntry
from incidents.vocabulary import Severity, Status


@dataclass(frozen=True, slots=True)
class LastMessages:
    """The promises of the last messages of an incident, fulfilled or not.

    ``unexplained`` are lapses without an explanation: the kind and number of the message.
    """

    promises: tuple[Promise, ...] = ()
    unexplained: tuple[tuple[PromiseKind, int], ...] = field(default=())

    @property
    def open(self) -> tuple[Promise, ...]:
        return open_promises(self.promises)


type _Row = Mapping[str, Any]


def last_messages(
    ids: Iterable[int], until: datetime | None = None
) -> Mapping[int, tuple[_Row, ...]]:
    """The last update to each audience and the last escalation, by incident, or since when the
    first update is awaited. One query, however many incidents. ``until`` reads them as of then.
    """
    ids = list(ids)
    rows = _LAST_MESSAGES.of(ids) if until is None else _last_messages(ids, until)
    by_incident: dict[int, list[_Row]] = {}
    for row in rows:
        by_incident.setdefault(row["incident_key"], []).append(row)
    return {number: tuple(found) for number, found in by_incident.items()}


_NO_TEXT = Value("", output_field=CharField())


def _common(kind: PromiseKind) -> dict[str, Any]:
    """The columns that the three parts of the union share."""
    unexplained = Lapse.objects.filter(explained_at__isnull=True).order_by("pk")
    outer = OuterRef("pk") if kind == PromiseKind.FIRST else OuterRef("incident")
    return {
        "row_kind": Value(kind.value, output_field=CharField()),
        "late_updates": ArraySubquery(
            unexplained.filter(update__incident=outer).values("update__number")
        ),
        "late_escalations": ArraySubquery(
            unexplained.filter(escalation__incident=outer).values("escalation__number")
        ),
    }


_COLUMNS = (
    *("row_kind", "row_key", "incident_key", "row_number", "to", "how", "since", "due"),
    *("reopened_at", "row_severity", "row_status", "is_answered", "late_updates"),
    "late_escalations",
)


def _published(
    model: type[Message], ids: Any, until: datetime | None, kind: PromiseKind
) -> QuerySet[Any]:
    rows = model._default_manager.filter(incident__in=ids)
    if until is not None:
        rows = rows.filter(published_at__lte=until)
    return rows.annotate(
        **_common(kind),
        row_key=F("pk"),
        incident_key=F("incident_id"),
        row_number=F("number"),
        since=F("published_at"),
        due=F("next_at"),
        row_severity=F("incident__severity"),
        row_status=F("incident__status"),
    )


def _updates(ids: Any, until: datetime | None) -> QuerySet[Any, Any]:
    rows = _published(Update, ids, until, PromiseKind.UPDATE).annotate(
        to=F("audience"),
        how=F("progress"),
        reopened_at=reopened_since(until),
        is_answered=Value(value=False),
    )
    later = Update.objects.filter(
        _up_to(until, "published_at"),
        incident=OuterRef("incident"),
        audience=OuterRef("audience"),
        number__gt=OuterRef("number"),
    )
    return rows.filter(~Exists(later)).order_by().values(*_COLUMNS)


def reopened_since(until: datetime | None = None) -> Subquery:
    """Of updates: when their incident was last opened again since, if it was."""
    reopened = TimelineEntry.objects.filter(
        _up_to(until, "at"),
        incident=OuterRef("incident"),
        kind__in=REOPENED_KINDS,
        at__gt=OuterRef("published_at"),
    )
    return Subquery(reopened.order_by("-seq").values("at")[:1])


def _escalations(ids: Any, until: datetime | None) -> QuerySet[Any, Any]:
    notes = LeadershipNote.objects.filter(
        _up_to(until, "published_at"),
        incident=OuterRef("incident"),
        published_at__gt=OuterRef("published_at"),
    )
    rows = _published(Escalation, ids, until, PromiseKind.ESCALATION).annotate(
        to=_NO_TEXT,
        how=_NO_TEXT,
        reopened_at=Value(None, output_field=DateTimeField()),
        is_answered=Exists(notes),
    )
    later = Escalation.objects.filter(
        _up_to(until, "published_at"), incident=OuterRef("incident"), number__gt=OuterRef("number")
    )
    return rows.filter(~Exists(later)).order_by().values(*_COLUMNS)


def _last_messages(ids: list[int], until: datetime | None = None) -> QuerySet[Any, Any]:
    rows = _updates(ids, until).union(_escalations(ids, until), _silent(ids, until), all=True)
    return rows.order_by()  # the order of updates is by a column that is not in the union


def _silent(ids: Any, until: datetime | None) -> QuerySet[Any, Any]:
    """Incidents that nobody has published of, since they are as severe as they are."""
    updates = Update.objects.filter(_up_to(until, "published_at"), incident=OuterRef("pk"))
    rows = Incident.objects.filter(~Exists(updates), pk__in=ids).annotate(
        **_common(PromiseKind.FIRST),
        row_key=F("pk"),
        incident_key=F("pk"),
        row_number=Value(1),
        to=_NO_TEXT,
        how=_NO_TEXT,
        since=severe_since(until),
        due=Value(None, output_field=DateTimeField()),
        reopened_at=Value(None, output_field=DateTimeField()),
        row_severity=F("severity"),
        row_status=F("status"),
        is_answered=Value(value=False),
    )
    return rows.order_by().values(*_COLUMNS)


def severe_since(until: datetime | None = None) -> Coalesce:
    """Since its declaration, or since it was last raised from a severity without such a limit."""
    relaxed = [str(s.label) for s in Severity if s.value not in settings.FIRST_UPDATE_WITHIN]
    raised = TimelineEntry.objects.filter(
        _up_to(until, "at"),
        incident=OuterRef("pk"),
        kind="severity.changed",
        data__before__in=relaxed,
    ).order_by()
    latest = raised.values("incident").annotate(latest=Max("at")).values("latest")
    return Coalesce(Subquery(latest), F("declared_at"))


_LAST_MESSAGES: CompiledQuery[Any] = CompiledQuery(within=_last_messages)


def _up_to(until: datetime | None, column: str) -> Q:
    return Q() if until is None else Q(**{f"{column}__lte": until})


def of_rows(rows: Iterable[_Row], incident: Incident | None = None) -> LastMessages:
    """``incident``, as it is at the moment that is shown, in place of its columns."""
    promises: list[Promise] = []
    unexplained: tuple[tuple[PromiseKind, int], ...] = ()
    for row in rows:
        severity = incident.severity if incident else row["row_severity"]
        status = incident.status if incident else row["row_status"]
        promises += _promises(row, severity, status)
        unexplained = (
            *((PromiseKind.UPDATE, number) for number in row["late_updates"]),
            *((PromiseKind.ESCALATION, number) for number in row["late_escalations"]),
        )
    return LastMessages(tuple(promises), unexplained)


def _promises(row: _Row, severity: str, status: str) -> Iterable[Promise]:
    kind, key, number = PromiseKind(row["row_kind"]), row["row_key"], row["row_number"]
    is_active = status == Status.ACTIVE
    if kind == PromiseKind.FIRST:
        within = settings.FIRST_UPDATE_WITHIN.get(severity)
        if within is not None and is_active:
            yield first_update(key, row["since"], within)
        return
    due = None if row["is_answered"] else row["due"]
    yield Promise(number, row["to"], row["since"], due, kind, key)
    reopened_at = row["reopened_at"]
    if reopened_at and is_active and row["how"] == Progress.RECOVERED:
        came_back = PromiseKind.CAME_BACK
        yield Promise(number, row["to"], reopened_at, reopened_at, came_back, key)


def of_many(ids: Iterable[int]) -> Mapping[int, tuple[Promise, ...]]:
    """What readers wait for by incident, the next first. One query."""
    return {number: of_rows(rows).open for number, rows in last_messages(ids).items()}


def last_of(incidents: Sequence[Incident]) -> Mapping[int, LastMessages]:
    """The last messages by incident: one query, cached on the incident objects.

    The panels and duties of a room share the incident object, and so this result.
    """
    unread = [incident for incident in incidents if not hasattr(incident, "_last_messages")]
    if unread:
        # Only the room of a single incident can be shown as of an earlier time.
        until = moment_of(unread[0]) if len(unread) == 1 else None
        latest = last_messages([incident.pk for incident in unread], until)
        for incident in unread:
            rows = latest.get(incident.pk, ())
            incident._last_messages = of_rows(rows, incident)  # type: ignore[attr-defined]
    return {incident.pk: incident._last_messages for incident in incidents}  # type: ignore[attr-defined]


def of(incident: Incident) -> tuple[Promise, ...]:
    """What readers of one incident wait for, the next first."""
    return last_of([incident])[incident.pk].open
