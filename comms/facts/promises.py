"""The promised updates of incidents, derived from published updates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from comms.models import Lapse, Update
from comms.rules.commitment import Promise, open_promises
from incidents.facts.incident import moment_of
from incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Commitment:
    """An open promise, with the update that made it."""

    update: Update
    promise: Promise

    @property
    def next_at(self) -> datetime:
        # Only a promise with a time is open.
        assert self.promise.next_at is not None
        return self.promise.next_at


def promise_of(update: Update) -> Promise:
    return Promise(update.number, update.audience, update.published_at, update.next_at)


def last_updates(
    ids: Iterable[int], until: datetime | None = None
) -> Mapping[int, tuple[Update, ...]]:
    """The last update to each audience, by incident: one query, however many incidents.

    Each is annotated with ``unexplained``: the numbers of all updates of its incident whose promise
    lapsed without an explanation.

    ``until`` reads them as of that time.
    """
    rows = Update.objects.filter(incident__in=ids)
    if until is not None:
        rows = rows.filter(published_at__lte=until)
    by_incident: dict[int, list[Update]] = {}
    lapses = Lapse.objects.filter(
        update__incident=OuterRef("incident"), explained_at__isnull=True
    ).order_by("pk")
    rows = rows.annotate(unexplained=ArraySubquery(lapses.values("update__number")))
    last = rows.order_by("incident_id", "audience", "-number").distinct("incident_id", "audience")
    for update in last:
        by_incident.setdefault(update.incident_id, []).append(update)
    return {number: tuple(updates) for number, updates in by_incident.items()}


def of_many(
    ids: Iterable[int], until: datetime | None = None
) -> Mapping[int, tuple[Commitment, ...]]:
    """The open promises by incident, the next first. One query."""
    return {
        number: open_commitments(updates) for number, updates in last_updates(ids, until).items()
    }


def open_commitments(updates: Iterable[Update]) -> tuple[Commitment, ...]:
    """The open promises among the last updates to each audience."""
    by_number = {update.number: update for update in updates}
    promises = open_promises(promise_of(update) for update in by_number.values())
    return tuple(Commitment(by_number[promise.number], promise) for promise in promises)


def last_of(incidents: Sequence[Incident]) -> Mapping[int, tuple[Update, ...]]:
    """The last update to each audience, by incident: one query, cached on the incident objects.

    The panels and duties of a room share the incident object, and so this result.
    """
    unread = [incident for incident in incidents if not hasattr(incident, "_last_updates")]
    if unread:
        # Only the room of a single incident can be shown as of an earlier time.
        until = moment_of(unread[0]) if len(unread) == 1 else None
        latest = last_updates([incident.pk for incident in unread], until)
        for incident in unread:
            incident._last_updates = latest.get(incident.pk, ())  # type: ignore[attr-defined]
    return {incident.pk: incident._last_updates for incident in incidents}  # type: ignore[attr-defined]


def of(incident: Incident) -> tuple[Commitment, ...]:
    """The open promises of one incident."""
    return open_commitments(last_of([incident])[incident.pk])
