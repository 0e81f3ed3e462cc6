"""Which values of an entry somebody wrote in sentences, in which people and things are named."""

from collections.abc import Mapping
from typing import Any

from kernel.text.mentions import texts_in

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


NAMING_TEXTS = (FREE_TEXTS - {"before"}) | {
    "alternatives",
    "answers",
    "decision",
    "detail",
    "deviation",
    "excluded",
    "headline",
    "included",
    "message",
    "mitigation",
    "own",
    "path",
    "rejected",
    "remarks",
    "reproduction",
    "uncertain",
    "unknowns",
    "what",
}
"""Values whose sentences notify whom they name: also those that no link is shown in, and lists."""


def naming_texts(data: Mapping[str, Any]) -> list[str]:
    """Every sentence in an entry's data that may name people, once, however deep it lies."""
    values = [value for name, value in data.items() if name in NAMING_TEXTS]
    return list(dict.fromkeys(text for text in texts_in(values) if text))
