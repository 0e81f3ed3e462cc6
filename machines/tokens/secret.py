"""The text of a token: made once, recognised by its form, compared by its hash."""

import hashlib
import re
import secrets
import string
import zlib

from machines.vocabulary import PREFIXES, TokenKind

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_LENGTH = 32
_CHECK_LENGTH = 6
SHOWN_LENGTH = 11
"""Characters of a token that are stored and shown: its prefix and four more."""

FORM = re.compile(rf"(?:{'|'.join(PREFIXES.values())})[0-9A-Za-z]{{{_LENGTH + _CHECK_LENGTH}}}")


def new_secret(kind: TokenKind) -> str:
    """A token of 190 bits, with a checksum by which scanners know it from what looks alike."""
    body = PREFIXES[kind] + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return body + _check(body)


def is_well_formed(secret: str) -> bool:
    return bool(FORM.fullmatch(secret)) and secret[-_CHECK_LENGTH:] == _check(
        secret[:-_CHECK_LENGTH]
    )


def digest(secret: str) -> str:
    """A plain hash is enough: nobody guesses 190 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _check(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECK_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
