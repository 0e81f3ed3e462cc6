"""The keys of the record: from the settings, never from the database.

Each key has an id, which stands beside whatever was made with it, so that keys can be changed: new
entries are made with the newest, older ones are verified with the key whose id they name.
"""

import hashlib
import hmac
from collections.abc import Mapping
from functools import cache

from django.conf import settings

ID_LENGTH = 16
_PURPOSE = b"warroom record, version 1"


def key_id() -> str:
    """The id of the key that new entries are made with."""
    return next(iter(_keys(*_secrets())))


def mac(content: str) -> str:
    """HMAC-SHA-256 of a text, in hex, with the newest key."""
    keys = _keys(*_secrets())
    return _mac(keys[next(iter(keys))], content)


def mac_holds(content: str, tag: str, of: str) -> bool | None:
    """Whether ``tag`` is that of the text under the key ``of``; None for an unknown key."""
    key = _keys(*_secrets()).get(of)
    return None if key is None else hmac.compare_digest(_mac(key, content), tag)


def keys() -> Mapping[str, bytes]:
    """Every key by its id, the newest first: 32 bytes each."""
    return _keys(*_secrets())


def derived(key: bytes, purpose: bytes) -> bytes:
    """Another key of 32 bytes, for another purpose."""
    return hmac.digest(key, purpose, "sha256")


def _mac(key: bytes, content: str) -> str:
    return hmac.digest(key, content.encode(), "sha256").hex()


def _secrets() -> tuple[str, ...]:
    """The newest first. ``SECRET_KEY`` counts for verifying also when there is a key of its own,
    so that one can be set at any time."""
    own = [settings.RECORD_KEY] if settings.RECORD_KEY else []
    fallbacks = getattr(settings, "SECRET_KEY_FALLBACKS", ())
    return (*own, settings.SECRET_KEY, *settings.RECORD_KEY_FALLBACKS, *fallbacks)


@cache
def _keys(*secrets: str) -> dict[str, bytes]:
    found = {}
    for secret in secrets:
        key = hmac.digest(secret.encode(), _PURPOSE, "sha256")
        found[hashlib.sha256(key).hexdigest()[:ID_LENGTH]] = key
    return found
