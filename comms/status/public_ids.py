"""Public ids of surfaces and of the page: stable, and without any internal data."""

import hashlib
import string

from comms.models.public_code import LENGTH

_ALPHABET = string.digits + string.ascii_lowercase


def surface_code(key: int) -> str:
    """Twelve characters a–z and 0–9, always the same for the surface with this key."""
    return _code(f"surface:{key}")


def page_code(base_url: str) -> str:
    """The same of the page at this address: two installations have two."""
    return _code(f"page:{base_url.rstrip('/')}")


def _code(name: str) -> str:
    number = int.from_bytes(hashlib.sha256(name.encode()).digest())
    digits = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)
