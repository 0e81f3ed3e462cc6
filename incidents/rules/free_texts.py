"""Which values of an entry somebody wrote in sentences, in whom and what may be named."""

from collections.abc import Mapping
from typing import Any

FREE_TEXTS = frozenset(
    {
        "text",
        "reason",
        "reasons",
        "known",
        "finding",
        "resolution",
        "purpose",
        "trigger",
        "explanation",
        "happened",
        "need",
        "title",
        "before",
        "looked_at",
        "impact",
        "correction",
        "ask",
        "summary",
        "override",
        "scope",
        "why_now",
        "reversibility",
        "blast_radius",
        "verification",
        "next_action",
    }
)


def free_texts(data: Mapping[str, Any]) -> dict[str, str]:
    """The sentences in an entry's data, by their names."""
    return {n: value for n, value in data.items() if n in FREE_TEXTS and isinstance(value, str)}
