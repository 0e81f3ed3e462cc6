"""Settings that go out in headers, XML and calendars, judged before anything starts.

``manage.py check`` and ``migrate`` run them, with which each start begins, and each web process.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS

from kernel.text import one_line
from warroom.server import database_roles
from warroom.server.secret_key import MIN_KEY_BYTES

TAG = "warroom"

ONE_LINE = ("ORGANISATION", "BASE_URL", "DEFAULT_FROM_EMAIL")
"""They become the subject and sender of mails, the title of a feed, the name of a calendar."""


@checks.register(TAG)
def settings_are_plain(app_configs: object, **_: Any) -> list[checks.CheckMessage]:
    """``warroom.E001``: a setting is not one line of plain text."""
    return [
        checks.Error(
            f"{name} has a line break, a control character or a space at an end: {text!r}.",
            hint="Write it in one line.",
            id="warroom.E001",
        )
        for name in ONE_LINE
        if (text := getattr(settings, name)) != one_line(text) or not text
    ]


@checks.register(TAG)
def base_url_is_an_address(app_configs: object, **_: Any) -> list[checks.CheckMessage]:
    """``warroom.E002``: links, calendars and feeds need the address of this site."""
    try:
        address = urlsplit(settings.BASE_URL)
        is_address = address.scheme in {"http", "https"} and bool(address.hostname)
    except ValueError:
        is_address = False
    if is_address:
        return []
    text = f"BASE_URL is not an address: {settings.BASE_URL!r}."
    return [checks.Error(text, hint="Write it like https://warroom.example.org", id="warroom.E002")]


@checks.register(TAG)
def secret_key_is_long(app_configs: object, **_: Any) -> list[checks.CheckMessage]:
    """``warroom.E003``: whoever guesses a short key forges every session."""
    size = len(str(settings.SECRET_KEY).encode())
    if size >= MIN_KEY_BYTES:
        return []
    text = f"SECRET_KEY has {size} bytes and needs at least {MIN_KEY_BYTES}."
    hint = "Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(50))'"
    return [checks.Error(text, hint=hint, id="warroom.E003")]


@checks.register(checks.Tags.database)
def application_owns_nothing(
    app_configs: object, databases: Sequence[str] | None = None, **_: Any
) -> list[checks.CheckMessage]:
    """``warroom.W001``: the role that serves could switch the triggers of the record off."""
    if DEFAULT_DB_ALIAS not in (databases or ()) or settings.MIGRATION_DATABASE:
        return []
    if not database_roles.owns_tables():
        return []
    text = "The role of DATABASE_URL owns the tables: who has its connection can alter the record."
    hint = "Give the tables a role of their own: see Two roles in docs/operators.md."
    return [checks.Warning(text, hint=hint, id="warroom.W001")]


def refuse_wrong_settings() -> None:
    """For processes that no command of Django starts; raises ``ImproperlyConfigured``."""
    errors: Sequence[checks.CheckMessage] = checks.run_checks(tags=[TAG])
    if serious := [error for error in errors if error.is_serious()]:
        raise ImproperlyConfigured("\n".join(f"{error.msg} {error.hint}" for error in serious))
