"""Who reads the page: the zone in which they see, and so also type, clock times."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo, available_timezones

from incidents.models import Person

COOKIE = "zone"
"""The browser's own zone, which the page tells; it counts until the person chooses one."""


def number(text: str | None) -> int | None:
    """A number that somebody may have typed into an address: at most nine digits, or none."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def zone_of(person: Person, cookies: Mapping[str, str]) -> ZoneInfo:
    """The person's zone, else their browser's (also of somebody signed out), else UTC."""
    for name in (getattr(person, "time_zone", ""), cookies.get(COOKIE, "")):
        if name in available_timezones():
            return ZoneInfo(name)
    return ZoneInfo("UTC")
