"""The mark that stands where a secret was: ``⟦masked: access token⟧``.

The brackets are rare in terminals, and only the kinds below make a marker, so a text in double
brackets is not taken for one. A marker hides nothing by itself: one that somebody typed is
shown as a mark and counted as one, which is the safe way round.
"""

import re
from enum import StrEnum


class SecretKind(StrEnum):
    PRIVATE_KEY = "private key"
    ACCESS_TOKEN = "access token"
    API_KEY = "API key"
    PASSWORD = "password"
    SECRET = "secret"
    SIGNATURE = "signature"
    COOKIE = "cookie"
    WEBHOOK = "webhook address"


OPEN, CLOSE = "⟦", "⟧"

MARKER = re.compile(f"{OPEN}(masked: ({'|'.join(SecretKind)})){CLOSE}")


def marker(kind: SecretKind) -> str:
    return f"{OPEN}masked: {kind}{CLOSE}"
