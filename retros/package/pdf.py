"""A package's content as a tagged PDF with bookmarks. No system package, no network, no markup read
from what people wrote: the template takes it as one JSON value."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from retros.package.picture import svg

_TEMPLATE = Path(__file__).with_name("package.typ")


def pdf(content: Mapping[str, Any], sha256: str) -> bytes:
    """PDF/A-compatible tagging by Typst; the same content gives the same bytes."""
    # A compiler of 100 MB is loaded by the process that needs it, and when it does.
    import typst

    made: bytes = typst.compile(
        _template(),
        sys_inputs={
            "content": json.dumps(content, ensure_ascii=False),
            "picture": svg(content["picture"]["wide"]),
            "hash": sha256,
        },
        timestamp=int(datetime.fromisoformat(content["made_at"]).timestamp()),
    )
    return made


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()
