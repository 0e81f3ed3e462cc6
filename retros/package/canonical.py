"""The one way to write JSON that is hashed. Pure."""

import hashlib
import json
from typing import Any


def canonical(content: Any) -> str:
    """Keys in order, no spaces; a lone surrogate could not be stored, so it is replaced."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()


def digest(data: str | bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()
