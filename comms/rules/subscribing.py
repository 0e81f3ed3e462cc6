"""May this address be told of updates? Pure: whether it answers is found out by asking it."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from comms.rules import chat
from comms.vocabulary import SubscriberKind
from kernel.refusal import Violation

Found = tuple[Violation, ...]

_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LONGEST = chat.LONGEST


@dataclass(frozen=True, slots=True)
class Asked:
    kind: str
    address: str


def violations(asked: Asked) -> Found:
    """Every reason why it cannot."""
    address = asked.address
    if asked.kind not in SubscriberKind.values:
        return (Violation("S-KIND", "Choose email, a webhook, or a chat service.", "kind"),)
    if asked.kind == SubscriberKind.APPRISE:
        return chat.violations(address)
    if not address or len(address) > LONGEST:
        return (Violation("S-ADDRESS", "Say where updates should go.", "address"),)
    if asked.kind == SubscriberKind.EMAIL:
        if _MAIL.fullmatch(address):
            return ()
        return (Violation("S-ADDRESS", "This is not an email address.", "address"),)
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        words = "A webhook is an http or https address, without a name and a password in it."
        return (Violation("S-ADDRESS", words, "address"),)
    return ()


def added(name: str, *, is_known: bool) -> Found:
    """Of one that an admin adds: it needs a name in lists, and may be there only once."""
    found = []
    if not name:
        found.append(Violation("S-NAME", "Say what it is called in lists.", "name"))
    if is_known:
        found.append(Violation("S-KNOWN", "This address is told already.", "address"))
    return tuple(found)
