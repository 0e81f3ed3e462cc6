"""Who reads the page: the zone in which they see, and so also type, clock times."""

from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest

COOKIE = "zone"
"""The browser's own zone, which the page tells; it counts until the person chooses one."""


def number(text: str | None) -> int | None:
    """A number that somebody may have typed into an address: at most nine digits, or none."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def zone_of(request: HttpRequest) -> ZoneInfo:
    """The person's zone, else their browser's, else UTC."""
    for name in (request.user.time_zone, request.COOKIES.get(COOKIE, "")):
        if name in available_timezones():
            return ZoneInfo(name)
    return ZoneInfo("UTC")
