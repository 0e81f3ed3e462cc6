"""The public id of a surface: stable, and without any internal data."""

import hashlib
import string

from comms.models.public_code import LENGTH

_ALPHABET = string.digits + string.ascii_lowercase


def surface_code(key: int) -> str:
    """Twelve characters a–z and 0–9, always the same for the surface with this key."""
    number = int.from_bytes(hashlib.sha256(f"surface:{key}".encode()).digest())
    digits = []
    for _ in range(LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)
