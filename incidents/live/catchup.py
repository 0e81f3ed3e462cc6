"""What a browser missed: a pure read, for the socket's replay and for the polling endpoint."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidents.live import messages, render
from incidents.live.render import Fragment
from incidents.models import Incident, TimelineEntry
from incidents.reader import number

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


def missed(incident_id: int, after: int) -> Missed:
    """The entries after ``after``, oldest first. One query, whatever their number.

    The incident comes with each row, though one would do: a hub reads one entry at a time, and a
    second query would stand between the commit and every browser.
    """
    rows = TimelineEntry.objects.filter(incident=incident_id).after(after)
    found = list(rows.select_related("incident", "amends")[: MOST + 1])
    if not found:
        last_seq = Incident.objects.values_list("last_seq", flat=True).get(pk=incident_id)
        return Missed(min(after, last_seq), [])
    incident = found[0].incident
    if len(found) > MOST:
        return Missed(incident.last_seq, [], too_many=True)
    return Missed(found[-1].seq, render.entries(incident, found))


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
