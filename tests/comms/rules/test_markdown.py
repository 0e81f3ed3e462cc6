"""Markdown for readers: the little that is kept, and nothing that could harm them."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comms.status.markdown import safe_html, safe_inline

LINK = '<a href="https://x.org/?a=1&amp;b=2" rel="nofollow noopener">here</a>'

ALLOWED = {
    "a-paragraph": ("It is slow.", "<p>It is slow.</p>"),
    "two-paragraphs": ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
    "a-line-end": ("One\nTwo", "<p>One<br>\nTwo</p>"),
    "emphasis": ("**very** *slow*", "<p><strong>very</strong> <em>slow</em></p>"),
    "a-list": ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
    "numbers": ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
    "a-link": ("[here](https://x.org/?a=1&b=2)", f"<p>{LINK}</p>"),
    "a-title-is-dropped": ('[here](https://x.org/?a=1&b=2 "t")', f"<p>{LINK}</p>"),
    "a-mail-address": (
        "[us](mailto:a@b.org)",
        '<p><a href="mailto:a@b.org" rel="nofollow noopener">us</a></p>',
    ),
    "signs": ('5 < 6 & "so" on', '<p>5 &lt; 6 &amp; "so" on</p>'),
}


@pytest.mark.parametrize(("text", "html"), ALLOWED.values(), ids=ALLOWED)
def test_what_is_kept(text, html):
    assert safe_html(text) == html


HOSTILE = {
    "a-script": "<script>alert(1)</script>",
    "a-handler": '<b onclick="alert(1)">x</b>',
    "an-image": "![x](https://evil.org/pixel.png)",
    "a-raw-image": "<img src=x onerror=alert(1)>",
    "an-svg": "<svg/onload=alert(1)>",
    "a-frame": "<iframe src=https://evil.org></iframe>",
    "a-style": "<style>*{display:none}</style><p style=x>y</p>",
    "a-form": "<form action=https://evil.org><input name=password></form>",
    "a-comment": "<!--[if IE]><script>alert(1)</script><![endif]-->",
    "a-script-address": "[x](javascript:alert(1))",
    "a-script-address-in-disguise": "[x](JaVa&#10;Script:alert(1)) [y](\x01javascript:alert(1))",
    "a-script-address-encoded": "[x](&#106;avascript:alert(1)) [y](%6Aavascript:alert(1))",
    "a-data-address": "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "a-file-address": "[x](file:///etc/passwd)",
    "a-vbscript-address": "<vbscript:msgbox(1)>",
    "a-page-of-ours": "[x](/admin/) [y](//evil.org) [z](?next=1) [a](#top)",
    "by-reference": "[x]\n\n[x]: javascript:alert(1)",
    "breaking-out": '[x](https://x.org/"onmouseover="alert(1))',
    "a-heading-and-code": "# head\n\n    code\n\n```\nx\n```\n\n> q\n\n***\n\n`y`",
    "unfinished": "<a href='javascript:alert(1)' <b [x](https://x.org",
}


@pytest.mark.parametrize("render", [safe_html, safe_inline])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_harmful_is_left(text, render):
    assert foreign(render(text)) == []


@given(st.text(alphabet=list("abc<>\"'&[]()!`*_-#:/\\\n javscript=@.%;0"), max_size=80))
def test_nothing_harmful_is_left_of_anything(text):
    assert foreign(safe_html(text)) == []


def test_a_sentence_has_no_blocks():
    assert safe_inline("- **a** [b](https://x.org)\n\nc") == (
        '- <strong>a</strong> <a href="https://x.org" rel="nofollow noopener">b</a><br>\n<br>\nc'
    )


class Reader(HTMLParser):
    """Notes what is not ours: an element, an attribute, an address, a comment."""

    ALLOWED = frozenset({"p", "br", "em", "strong", "ul", "ol", "li", "a"})

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "a":
            address = told.pop("href", "") or ""
            if told.pop("rel", "") != "nofollow noopener":
                self.foreign.append("rel")
            if not address.lower().startswith(("https://", "http://", "mailto:")):
                self.foreign.append(address)
        if tag not in self.ALLOWED or told:
            self.foreign.append((tag, told))

    def handle_comment(self, data: str) -> None:
        self.foreign.append(data)

    def handle_decl(self, decl: str) -> None:
        self.foreign.append(decl)


def foreign(html: str) -> list[object]:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.foreign
