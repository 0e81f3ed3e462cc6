"""Reads a timeline back and checks its chain."""

from collections.abc import Iterator

from incidents.models import Incident, TimelineEntry
from incidents.timeline.chain import Break, Link, Sealed, first_break


def sealed(entry: TimelineEntry) -> Sealed:
    link = Link(
        incident=entry.incident_id,
        seq=entry.seq,
        kind=entry.kind,
        at=entry.at,
        actor_kind=entry.actor_kind,
        actor_name=entry.actor_name,
        actor_id=entry.actor_id,
        lane=entry.lane,
        subject=entry.subject,
        data=entry.data,
        amends=_amended(entry),
    )
    return Sealed(link, entry.previous_hash, entry.hash)


def _amended(entry: TimelineEntry) -> int | None:
    """The number of the entry that it amends; 0 where that entry is gone."""
    if entry.amends_id is None:
        return None
    return entry.amends.seq if entry.amends else 0


def verify(incident: Incident) -> Break | None:
    """The first broken entry of the incident's timeline, or None."""
    entries = (
        TimelineEntry.objects.filter(incident=incident)
        .select_related("amends")
        .order_by("seq")
        .iterator(chunk_size=1000)
    )
    return first_break(_seal_all(entries), incident.last_seq, incident.last_hash)


def _seal_all(entries: Iterator[TimelineEntry]) -> Iterator[Sealed]:
    return (sealed(entry) for entry in entries)
