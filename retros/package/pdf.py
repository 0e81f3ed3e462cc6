"""A package's content as a tagged PDF with bookmarks. No system package, no network, no markup read
from what people wrote: the template takes it as one JSON value."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from retros.package.picture import svg
from retros.package.typesetting import typeset
from retros.package.word_count import length

_TEMPLATE = Path(__file__).with_name("package.typ")


def pdf(content: Mapping[str, Any], sha256: str) -> bytes:
    """PDF/A-compatible tagging by Typst; the same content gives the same bytes."""
    return typeset(
        {
            "template": _template(),
            "inputs": {
                "content": json.dumps(content, ensure_ascii=False),
                "picture": svg(content["picture"]["wide"]),
                "hash": sha256,
                "length": length(content["words"], content["minutes"]),
            },
            "timestamp": int(datetime.fromisoformat(content["made_at"]).timestamp()),
        }
    )


@cache
def _template() -> str:
    return _TEMPLATE.read_text()
