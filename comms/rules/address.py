"""Addresses to which updates are sent.

``S-ADDRESS``: an address is a whole mail, web or Apprise address, and leads to one place.
"""

import re
from urllib.parse import urlsplit, urlunsplit

from kernel.refusal import Violation
from kernel.text.controls import visible

type Violations = tuple[Violation, ...]

MAX_ADDRESS_LENGTH = 500

_APPRISE = re.compile(r"[a-z0-9]+://[\x21-\x7e]+", re.IGNORECASE)
MAX_MAIL_CHARACTERS = 254
MAX_MAILBOX_CHARACTERS = 64

# As SMTP carries it without extensions (RFC 5321): what a mail server may refuse is not taken.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_MAIL = re.compile(
    rf"(?P<mailbox>{_ATOM}(?:\.{_ATOM})*)@(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{1,59}})",
    re.IGNORECASE | re.ASCII,
)
_PORTS = {"http": 80, "https": 443}


def presence_violations(address: str) -> Violations:
    if address and len(address) <= MAX_ADDRESS_LENGTH:
        return ()
    return _violations("Say where updates should go.")


def normalise_mail(address: str) -> str:
    """One spelling for what one mailbox gets: no invisible characters, no capitals."""
    return visible(address).strip().lower()


def normalise_webhook(address: str) -> str:
    """One spelling for one address: scheme and host in small letters, no port that goes without
    saying, no fragment. What cannot be read stays as it is."""
    address = visible(address).strip()
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return address
    place = parts.netloc.lower() if "@" not in parts.netloc else parts.netloc
    if port is not None and port == _PORTS.get(parts.scheme):
        place = place.removesuffix(f":{port}")
    return urlunsplit((parts.scheme, place, parts.path, parts.query, ""))


def mail_violations(address: str) -> Violations:
    match = _MAIL.fullmatch(address)
    fits = len(address) <= MAX_MAIL_CHARACTERS
    if match and fits and len(match["mailbox"]) <= MAX_MAILBOX_CHARACTERS:
        return ()
    return _violations(
        "This is not an email address that can be mailed. Write it alone, like name@example.org."
    )


def webhook_violations(address: str) -> Violations:
    try:
        parts = urlsplit(address)
        is_whole = parts.scheme in _PORTS and parts.hostname and parts.port != 0
    except ValueError:  # such as https://[::1 or a port that is no number
        is_whole = False
    if is_whole and not parts.username and not re.search(r"\s", address):
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
