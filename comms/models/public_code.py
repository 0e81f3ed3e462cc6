"""Random public names: nothing can be counted or guessed from them."""

import secrets
import string

LENGTH = 12


def public_code() -> str:
    """Twelve of a–z and 0–9, as in the Statuspage API; never reused."""
    alphabet = string.ascii_lowercase + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(LENGTH))
