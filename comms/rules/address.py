"""Addresses to which updates are sent.

``S-ADDRESS``: an address is a whole mail, web or Apprise address, and leads to one place.
"""

import re
from urllib.parse import urlsplit

from kernel.refusal import Violation

type Violations = tuple[Violation, ...]

MAX_ADDRESS_LENGTH = 500

_APPRISE = re.compile(r"[a-z0-9]+://[\x21-\x7e]+", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def presence_violations(address: str) -> Violations:
    if address and len(address) <= MAX_ADDRESS_LENGTH:
        return ()
    return _violations("Say where updates should go.")


def mail_violations(address: str) -> Violations:
    return () if _MAIL.fullmatch(address) else _violations("This is not an email address.")


def webhook_violations(address: str) -> Violations:
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"} and parts.hostname and not parts.username:
        return ()
    return _violations(
        "A webhook is an http or https address, without a name and a password in it."
    )


def apprise_violations(address: str) -> Violations:
    if _APPRISE.fullmatch(address):
        return ()
    return _violations("Write the address as Apprise does, without spaces: slack://… or ntfys://…")


def whole_violations(service: str, *, is_whole: bool) -> Violations:
    """``is_whole``: Apprise's own parser accepts the address."""
    if is_whole:
        return ()
    return _violations(f"This is not a whole address of {service}; see how Apprise writes it.")


def place_violations(places: int) -> Violations:
    if places == 1:
        return ()
    return _violations("One address is one place. Add each channel or person by itself.")


def _violations(sentence: str) -> Violations:
    return (Violation("S-ADDRESS", sentence, "address"),)
