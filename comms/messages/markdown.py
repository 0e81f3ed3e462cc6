"""What was typed for readers as safe HTML: CommonMark by markdown-it, then held to a list by nh3.

Two fences. The parser is asked for no HTML and no images; whatever it makes all the same, the
sanitiser lets only these elements and addresses through.
"""

import re

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

_TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "a"}
_SCHEMES = {"http", "https", "mailto"}
_ADDRESS = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
"""Where a link may lead: never to a page of ours by a relative address, which readers lack."""

_parser = (
    MarkdownIt("commonmark", {"html": False, "breaks": True})
    .disable(["image", "heading", "lheading", "code", "fence", "backticks", "hr", "blockquote"])
    .disable(["html_block", "html_inline", "reference"])
)
_parser.validateLink = lambda url: _ADDRESS.match(url) is not None  # type: ignore[method-assign]


def safe_html(text: str) -> SafeString:
    """Paragraphs, emphasis, lists and links; everything else stays the text that it is."""
    return _clean(_parser.render(text), _TAGS)


def safe_inline(text: str) -> SafeString:
    """One sentence: emphasis and links alone."""
    return _clean(_parser.renderInline(text), _TAGS - {"p", "ul", "ol", "li"})


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
