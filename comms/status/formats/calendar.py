"""The calendar of maintenance windows (RFC 5545): cancelled ones stay, marked as such."""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from icalendar import Calendar, Event

from comms.status.formats import FORMATS, Rendered
from comms.status.formats.statuspage import address
from comms.status.parts import Parts, build_each
from comms.status.view_models import ShownMaintenance, Site, code_of
from comms.vocabulary import MaintenanceState

PATH = "/status/maintenance.ics"
ICS_CONTENT_TYPE = "text/calendar; charset=utf-8"

REFRESH_INTERVAL = timedelta(hours=1)
"""How often calendars should refresh."""

SHORTEST = timedelta(seconds=1)
"""An event ends after it begins (RFC 5545, 3.6.1), also one that was ended at once."""

_END = b"END:VCALENDAR\r\n"


@FORMATS.register
def calendar(site: Site, parts: Parts) -> Iterable[Rendered]:
    yield Rendered(PATH, ICS_CONTENT_TYPE, lambda: _calendar(site, parts))


def _calendar(site: Site, parts: Parts) -> bytes:
    ics = Calendar()
    ics.add("prodid", "-//Warroom//Status//EN")
    ics.add("version", "2.0")
    ics.add("method", "PUBLISH")
    ics.add("x-wr-calname", f"{settings.ORGANISATION} maintenance")
    ics.add("refresh-interval", REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    ics.add("x-published-ttl", "PT1H")
    events = build_each(parts, "calendar event of", site.maintenances, code_of, _event)
    events += [parts.keep(f"calendar event of {row.code}") or "" for row in site.unreadable]
    head = ics.to_ical().removesuffix(_END)
    return head + "".join(events).encode() + _END


def _event(window: ShownMaintenance) -> str:
    begins = window.began_at or window.starts_at
    event = Event()
    event.add("uid", f"{window.code}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("sequence", window.sequence)
    event.add("dtstamp", window.changed_at)
    event.add("last-modified", window.changed_at)
    event.add("created", window.planned_at)
    event.add("dtstart", begins)
    event.add("dtend", max(window.ended_at or window.ends_at, begins + SHORTEST))
    event.add(
        "summary",
        f"{window.title} ({', '.join(window.surfaces)})" if window.surfaces else window.title,
    )
    event.add("description", window.body)
    event.add("url", address(f"/status/maintenance/{window.code}/"))
    cancelled = window.state == MaintenanceState.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event.to_ical().decode()
