"""How a package's content shows: its times, its diffstat."""

from datetime import datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def iso(text: str) -> datetime:
    """A time of a package's content."""
    return datetime.fromisoformat(text)


@register.filter
def diffstat(text: str) -> SafeString:
    """A diffstat with its signs coloured; the last run of signs of a line alone is one."""
    return format_html_join("\n", "{}", ((_line(line),) for line in text.splitlines()))


def _line(line: str) -> SafeString:
    words = line.rstrip("+-")
    signs = line[len(words) :]
    if "|" not in words:
        return format_html("{}", line)
    plus = signs.rstrip("-")
    minus = signs[len(plus) :]
    parts = [(css, found) for css, found in (("plus", plus), ("minus", minus)) if found]
    spans = format_html_join("", '<span class="{}">{}</span>', parts)
    return format_html("{}{}", words, spans)
