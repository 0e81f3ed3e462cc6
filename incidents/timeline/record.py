"""The only writer of timeline entries, and therefore the only origin of a push."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from incidents.locking import check_locked
from incidents.models import Incident, TimelineEntry
from incidents.models.author import Authored
from incidents.push import publish
from incidents.timeline import keys, kinds, mentions
from incidents.timeline.chain import Link, seal
from incidents.timeline.sealing import seal_later
from kernel import prepared
from kernel.actor import Actor
from kernel.text.mentions import names_anybody


def record(
    incident: Incident,
    kind: str,
    actor: Actor,
    at: datetime,
    *,
    lane: str = "",
    subject: str = "",
    amends: TimelineEntry | None = None,
    **data: Any,
) -> TimelineEntry:
    """Append one entry to the timeline of a locked incident and push it after commit.

    People whom its texts name as ``@name`` are notified.

    ``kind`` is the code of a registered kind, ``subject`` the reference of the thing it is about
    (``E-14``), ``data`` the values of the kind's wording, in JSON's types; ``via`` is added where a
    token acted for a person.
    """
    check_locked(incident)
    if actor.token and actor.is_person:
        data["via"] = actor.token
    kinds.check(kind, subject, data)
    seq, previous = incident.last_seq + 1, incident.last_hash
    link = Link(
        incident=incident.pk,
        seq=seq,
        kind=kind,
        at=at,
        actor_kind=actor.kind.value,
        actor_name=actor.name,
        actor_id=actor.id,
        lane=lane,
        subject=subject,
        data=data,
        amends=amends.seq if amends else None,
    )
    sealed = seal(link, previous)
    entry = TimelineEntry(
        incident=incident,
        seq=seq,
        kind=kind,
        at=at,
        lane=lane,
        subject=subject,
        data=data,
        amends=amends,
        previous_hash=previous,
        hash=sealed,
        mac=keys.mac(sealed),
        key_id=keys.key_id(),
        **Authored.columns(actor),
    )
    _append(entry)
    incident.last_seq, incident.last_hash = seq, entry.hash
    seal_later(incident.pk, (seq, sealed))
    if names_anybody(data):
        mentions.notify_named(incident, entry, actor)
    duties = kinds.get(kind).duties
    transaction.on_commit(lambda: publish.entry(incident.pk, seq, duties=duties))
    return entry


def _append(entry: TimelineEntry) -> None:
    """Insert the row and move the incident's end of the timeline, in a single statement."""
    values = [entry.seq, entry.hash, entry.incident_id]
    values += [getattr(entry, name) for name in _COLUMNS]
    [(entry.pk,)] = prepared.rows(_APPEND, [*values, Jsonb(entry.data)])
    entry._state.adding, entry._state.db = False, connection.alias


_COLUMNS = (
    "incident_id", "seq", "kind", "at", "lane", "subject", "amends_id",
    "previous_hash", "hash", "mac", "key_id", "actor_kind", "actor_name", "actor_id",
)  # fmt: skip
_APPEND = f"""
    WITH moved AS (UPDATE incidents_incident SET last_seq = %s, last_hash = %s WHERE id = %s)
    INSERT INTO incidents_timelineentry ({", ".join(_COLUMNS)}, data)
    VALUES ({", ".join("%s" for _ in _COLUMNS)}, %s) RETURNING id
"""  # noqa: S608
