"""The promised updates of incidents: derived from what was published, never set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from comms.models import Lapse, Update
from comms.rules.commitment import Promise, standing
from incidents.facts.incident import moment_of
from incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise that still stands, with the update that made it."""

    update: Update
    promise: Promise

    @property
    def next_at(self) -> datetime:
        # Only a promise with a time stands.
        assert self.promise.next_at is not None
        return self.promise.next_at


def promise_of(update: Update) -> Promise:
    return Promise(update.number, update.audience, update.published_at, update.next_at)


def said_last(
    ids: Iterable[int], until: datetime | None = None
) -> Mapping[int, tuple[Update, ...]]:
    """The last update to each audience, by incident: one query, however many incidents.

    Each carries as ``unexplained`` the numbers of all updates of its incident whose promise lapsed
    without an explanation.

    ``until`` reads them as they stood at that moment.
    """
    rows = Update.objects.filter(incident__in=ids)
    if until is not None:
        rows = rows.filter(published_at__lte=until)
    found: dict[int, list[Update]] = {}
    lapses = Lapse.objects.filter(
        update__incident=OuterRef("incident"), explained_at__isnull=True
    ).order_by("pk")
    rows = rows.annotate(unexplained=ArraySubquery(lapses.values("update__number")))
    last = rows.order_by("incident_id", "audience", "-number").distinct("incident_id", "audience")
    for update in last:
        found.setdefault(update.incident_id, []).append(update)
    return {number: tuple(updates) for number, updates in found.items()}


def of_many(
    ids: Iterable[int], until: datetime | None = None
) -> Mapping[int, tuple[Commitment, ...]]:
    """What each incident still owes its readers, the next first. One query."""
    return {number: owed(updates) for number, updates in said_last(ids, until).items()}


def owed(updates: Iterable[Update]) -> tuple[Commitment, ...]:
    """Of the last updates to each audience, those whose promise still stands."""
    by_number = {update.number: update for update in updates}
    promises = standing(promise_of(update) for update in by_number.values())
    return tuple(Commitment(by_number[one.number], one) for one in promises)


def last_of(incidents: Sequence[Incident]) -> Mapping[int, tuple[Update, ...]]:
    """The last update to each audience, by incident: one query, none for what was read before.

    The panels and duties of one room share the incident object, and so what is read here.
    """
    unread = [incident for incident in incidents if not hasattr(incident, "_said_last")]
    if unread:
        # Only a room of one incident is looked at in the past.
        until = moment_of(unread[0]) if len(unread) == 1 else None
        found = said_last([incident.pk for incident in unread], until)
        for incident in unread:
            incident._said_last = found.get(incident.pk, ())  # type: ignore[attr-defined]
    return {incident.pk: incident._said_last for incident in incidents}  # type: ignore[attr-defined]


def of(incident: Incident) -> tuple[Commitment, ...]:
    """What this incident owes its readers."""
    return owed(last_of([incident])[incident.pk])
