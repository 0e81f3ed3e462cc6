"""Browsers in which somebody has signed in: a signed cookie that opens nothing by itself."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "warroom-device"
MAX_AGE = timedelta(days=180)
MAX_PEOPLE = 5
"""People whom one browser remembers; a further one replaces the first."""

_SALT = "warroom.known-device"


def device_of(request: HttpRequest, account: str) -> str:
    """The name of this browser for an account that signed in here before, else ""."""
    return _read(request).get(account, "")


def remember(request: HttpRequest, response: HttpResponse, account: str) -> None:
    devices = _read(request)
    devices[account] = devices.pop(account, None) or secrets.token_urlsafe(12)
    response.set_cookie(
        COOKIE,
        signing.dumps(dict(list(devices.items())[-MAX_PEOPLE:]), salt=_SALT),
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, str]:
    try:
        devices = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return {}
    return dict(devices)
