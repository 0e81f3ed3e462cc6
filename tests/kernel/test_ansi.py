"""Terminal output on a page: colours as classes, nothing that a page could run."""

from html import unescape
from html.parser import HTMLParser

import pytest
from django.utils.html import strip_tags
from hypothesis import given
from hypothesis import strategies as st

from kernel.text import ansi_to_html, ansi_to_plain, mask_secrets

CASES = {
    "plain": ("ok", "ok"),
    "red": ("\x1b[31mno\x1b[0m", '<span class="ansi-red">no</span>'),
    "bold-red": ("\x1b[1;31mno\x1b[m", '<span class="ansi-red ansi-bold">no</span>'),
    "dim": ("\x1b[2mold", '<span class="ansi-dim">old</span>'),
    "italic-underline": ("\x1b[3;4mx", '<span class="ansi-italic ansi-underline">x</span>'),
    "bright": ("\x1b[92myes", '<span class="ansi-green ansi-bright">yes</span>'),
    "background": ("\x1b[44mx", '<span class="ansi-on-blue">x</span>'),
    "bright-background": ("\x1b[101mx", '<span class="ansi-on-red ansi-on-bright">x</span>'),
    "256": ("\x1b[38;5;2mx", '<span class="ansi-green">x</span>'),
    "256-cube": ("\x1b[38;5;196mx", '<span class="ansi-red">x</span>'),
    "truecolour": ("\x1b[38;2;200;10;10mx", '<span class="ansi-red">x</span>'),
    "truecolour-colons": ("\x1b[38:2::200:10:10mx", '<span class="ansi-red">x</span>'),
    "curly-underline": ("\x1b[4:3mx\x1b[4:0my", '<span class="ansi-underline">x</span>y'),
    "across-lines": ("\x1b[31ma\nb", '<span class="ansi-red">a\nb</span>'),
    "hidden-text-is-shown": ("\x1b[8mx", "x"),
    "escaped": ("<script>f('&')</script>", "&lt;script&gt;f(&#x27;&amp;&#x27;)&lt;/script&gt;"),
    "cursor": ("a\x1b[2Kb\x1b[10;5Hc\x1b[?25l", "abc"),
    "title": ("\x1b]0;me@host\x07$ ls", "$ ls"),
    "link": ("\x1b]8;;https://x\x1b\\here\x1b]8;;\x1b\\", "here"),
    "unfinished": ("a\x1b[31", "a"),
    "unfinished-title": ("a\x1b]0;b\nc", "a0;b\nc"),
    "bell-and-null": ("a\x07\x00b", "a␇b"),
    "vertical-tab": ("a\x0bb\x0cc\x7f", "a␋b␌c␡"),
    "noncharacter": ("a\uffff\ufffeb\x85c", "a\ufffd\ufffdb\nc"),
    "windows-lines": ("a\r\nb\r\r\nc", "a\nb\nc"),
    "progress": ("10%\r50%\r100%\ndone", "100%\ndone"),
    "progress-keeps-colour": ("\x1b[32m1\r2\x1b[0m", '<span class="ansi-green">2</span>'),
    "progress-at-its-end": ("100%\r", "100%"),
    "progress-erased": ("50%\r\x1b[Kdone", "done"),
    "backspace": ("abc\x08\x08X", "aX"),
    "backspace-past-the-start": ("\x08\x08a", "a"),
    "overstrike": ("b\x08bo\x08ol\x08ld\x08d", "bold"),
    "direction-override": ("a\u202eb", "ab"),
    "lone-surrogate": ("a\ud800b", "ab"),
    "endless-parameters": ("\x1b[" + "1" * 5000 + "mx", "x"),
    "mark": ("--token ⟦masked: access token⟧", "--token <mark>masked: access token</mark>"),
    "mark-in-colour": (
        "\x1b[1m⟦masked: password⟧\x1b[m",
        '<span class="ansi-bold"><mark>masked: password</mark></span>',
    ),
    "no-mark-of-ours": ("⟦masked: <b>⟧", "⟦masked: &lt;b&gt;⟧"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "html"), CASES.values(), ids=CASES)
def test_output_becomes_classes_and_escaped_text(text, html):
    assert ansi_to_html(text) == html


@pytest.mark.parametrize(("text", "html"), CASES.values(), ids=CASES)
def test_as_plain_text_it_says_the_same(text, html):
    marked = html.replace("<mark>", "⟦").replace("</mark>", "⟧")
    assert ansi_to_plain(text) == unescape(strip_tags(marked))


def test_a_secret_masked_inside_colour_is_shown_as_a_mark():
    masked = mask_secrets("\x1b[1mlogin --password \x1b[31mhunter2\x1b[0m now")
    assert ansi_to_html(masked.text) == (
        '<span class="ansi-bold">login --password </span>'
        '<span class="ansi-red ansi-bold"><mark>masked: password</mark></span> now'
    )


def test_a_limit_shows_the_first_lines_only():
    assert ansi_to_html("a\nb\nc\nd", limit=2) == "a\nb"


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError("a comment")

    def handle_decl(self, decl):
        raise AssertionError("a declaration")


PIECES = st.sampled_from(
    [
        *(text for text, _ in CASES.values()),
        *("\x1b[", "\x1b]", "\x9b", "m", ";", "38;5;", "48;2;1;2;3", "\x1b[7m", "\r", "\x08", "\n"),
        *("<script>", "</span>", "<!--", "&lt;", '"', "'", "⟦masked: password⟧", "⟦", "⟧"),
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=15).map("".join))
def test_any_text_gives_balanced_spans_and_marks_only(text):
    page = Page()
    page.feed(ansi_to_html(text))
    page.close()
    assert set(page.elements) <= {("span", ("class",)), ("mark", ())}
    assert page.open == []


@given(st.text(alphabet=st.characters(exclude_categories=("C",)), max_size=60))
def test_text_without_controls_comes_through_whole(text):
    text = text.replace("\u2028", "").replace("\u2029", "").replace("⟦", "")
    page = Page()
    page.feed(ansi_to_html(text))
    page.close()
    assert page.text == text
