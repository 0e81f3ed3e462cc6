"""Text for readers as safe HTML: CommonMark by markdown-it, then sanitised by nh3.

Two layers: the parser accepts no HTML and no images, and whatever it produces, the sanitiser lets
only these elements and addresses through.
"""

import re

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

from kernel.text import drop_controls

_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "a"}
_SCHEMES = {"http", "https", "mailto"}
_ADDRESS = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
"""Allowed link targets: no relative ones, since they would lead into the room."""

_parser = (
    MarkdownIt("commonmark", {"html": False, "breaks": True})
    .disable(["image", "heading", "lheading", "code", "fence", "backticks", "hr", "blockquote"])
    .disable(["html_block", "html_inline", "reference"])
)
_parser.validateLink = lambda url: _ADDRESS.match(url) is not None  # type: ignore[method-assign]


def safe_html(text: str) -> SafeString:
    """Render paragraphs, emphasis, lists and links; everything else stays plain text."""
    return _clean(_parser.render(drop_controls(text)), _TAGS)


def safe_inline(text: str) -> SafeString:
    """Render one sentence with emphasis and links only."""
    return _clean(_parser.renderInline(drop_controls(text)), _TAGS - {"p", "ul", "ol", "li"})


def _clean(html: str, tags: set[str]) -> SafeString:
    cleaned = nh3.clean(
        html,
        tags=tags,
        attributes={"a": {"href"}, "*": set()},
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener",
        strip_comments=True,
    )
    return SafeString(cleaned.strip())
