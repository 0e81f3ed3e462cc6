"""Filters for the content of a package: its times, its diffstat."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from retros.package.word_count import length

register = template.Library()

_ESCAPED = re.compile(r"\\(.)")


@register.filter
def iso(text: str) -> datetime:
    """A time of a package's content."""
    return datetime.fromisoformat(text)


@register.filter
def length_to_read(content: Mapping[str, Any]) -> str:
    """Of a package's content: its words and minutes."""
    return length(content["words"], content["minutes"])


@register.filter
def diffstat(text: str) -> SafeString:
    """A diffstat with its signs coloured; only the last run of signs in a line counts."""
    return format_html_join("\n", "{}", ((_line(line),) for line in text.splitlines()))


def _line(line: str) -> SafeString:
    text = line.rstrip("+-")
    signs = line[len(text) :]
    if "|" not in text:
        return format_html("{}", line)
    plus = signs.rstrip("-")
    minus = signs[len(plus) :]
    parts = [(css, run) for css, run in (("plus", plus), ("minus", minus)) if run]
    spans = format_html_join("", '<span class="{}">{}</span>', parts)
    return format_html("{}{}", text, spans)


@register.filter
def plain_markdown(text: str) -> str:
    """A record as it is kept, in Markdown, as the words that it stands for (see ``escape``)."""
    return _ESCAPED.sub(r"\1", text)
