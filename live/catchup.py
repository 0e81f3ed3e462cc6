"""What a browser missed: a pure read, for the socket's replay and for the polling endpoint."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidents.models import Incident, TimelineEntry
from incidents.panels import renderers as render
from incidents.panels.renderers import Fragment
from incidents.web.time_zone import number
from live import messages

MAX_ENTRIES = 200
"""More missed entries than this and the browser loads the page again (it shows the newest)."""

MAX_SEQ = 2**31 - 1


def after_of(text: str) -> int:
    """The sequence number that a browser reports; an invalid one counts as having everything."""
    seq = number(text)
    return MAX_SEQ if seq is None else seq


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
    entries = list(TimelineEntry.objects.raw(_MISSED, [incident_id, after, MAX_ENTRIES + 1]))
    if not entries:
        last_seq = Incident.objects.values_list("last_seq", flat=True).get(pk=incident_id)
        return Missed(min(after, last_seq), [])
    incident = _incident_of(entries[-1])
    if len(entries) > MAX_ENTRIES:
        return Missed(incident.last_seq, [], too_many=True)
    for entry in entries:
        entry.incident = incident
    return Missed(entries[-1].seq, render.entries(incident, entries))


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
    caught_up = missed(incident.pk, after)
    if caught_up.too_many:
        return {"seq": caught_up.seq, "messages": [messages.RELOAD]}
    new_messages: list[dict[str, Any]] = []
    if caught_up.fragments:
        new_messages.append(messages.entries(caught_up.fragments))
    if caught_up.fragments or look:
        incident.refresh_from_db()
        rendered = render.panels_shared(incident, now)
        new_messages.append(messages.panels(caught_up.seq, rendered.html, rendered.moment))
    if caught_up.fragments:
        new_messages.append(messages.DUTIES)
    return {"seq": caught_up.seq, "messages": new_messages}
