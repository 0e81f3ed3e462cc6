"""What a browser missed: a pure read, for the socket's replay and for the polling endpoint."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidents.models import Incident, TimelineEntry
from incidents.panels import renderers as render
from incidents.panels.renderers import Fragment
from incidents.web.time_zone import number
from live import messages

MOST = 200
"""More missed entries than this and the browser loads the page again (it shows the newest)."""


LARGEST = 2**31 - 1


def after_of(said: str) -> int:
    """The sequence number that a browser says it has; nonsense counts as having everything."""
    found = number(said)
    return LARGEST if found is None else found


@dataclass(frozen=True, slots=True)
class Missed:
    """``seq`` is the end of the timeline that was read; ``too_many`` means: load the page again."""

    seq: int
    fragments: list[Fragment]
    too_many: bool = False


# By hand: between the commit and every browser Django would take eight times as long, most of it
# to build the same query again. All that is not read here is read when somebody asks for it.
_MISSED = """
SELECT entry.*, incident.last_seq AS its_last_seq, incident.declared_at AS its_declared_at,
incident.status AS its_status
FROM incidents_timelineentry entry JOIN incidents_incident incident ON incident.id = incident_id
WHERE incident_id = %s AND seq > %s ORDER BY seq LIMIT %s
"""


def missed(incident_id: int, after: int) -> Missed:
    """The entries after ``after``, oldest first. One query, whatever their number."""
    found = list(TimelineEntry.objects.raw(_MISSED, [incident_id, after, MOST + 1]))
    if not found:
        last_seq = Incident.objects.values_list("last_seq", flat=True).get(pk=incident_id)
        return Missed(min(after, last_seq), [])
    incident = _incident_of(found[-1])
    if len(found) > MOST:
        return Missed(incident.last_seq, [], too_many=True)
    for entry in found:
        entry.incident = incident
    return Missed(found[-1].seq, render.entries(incident, found))


def _incident_of(entry: Any) -> Incident:
    read = {
        "id": entry.incident_id,
        "last_seq": entry.its_last_seq,
        "declared_at": entry.its_declared_at,
        "status": entry.its_status,
    }
    names = [f.attname for f in Incident._meta.concrete_fields if f.attname in read]  # its order
    return Incident.from_db(entry._state.db, names, [read[name] for name in names])


def poll(incident: Incident, after: int, now: datetime, *, look: bool = False) -> dict[str, Any]:
    """The answer to a poll: the messages that a socket would have carried since ``after``.

    With ``look`` the panels come even if nothing was recorded: time has changed them.
    """
    found = missed(incident.pk, after)
    if found.too_many:
        return {"seq": found.seq, "messages": [messages.RELOAD]}
    told: list[dict[str, Any]] = []
    if found.fragments:
        told.append(messages.entries(found.fragments))
    if found.fragments or look:
        incident.refresh_from_db()
        painted = render.panels_shared(incident, now)
        told.append(messages.panels(found.seq, painted.html, painted.moment))
    if found.fragments:
        told.append(messages.DUTIES)
    return {"seq": found.seq, "messages": told}
