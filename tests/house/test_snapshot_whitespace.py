"""Which differences of layout ``bin/snapshot compare --html-whitespace`` takes for none."""

from pathlib import Path

import pytest

from tests.helpers.page_snapshot import compare
from tests.helpers.page_snapshot.placeholders import stable
from tests.helpers.page_snapshot.whitespace import normalised

EQUAL = {
    "runs collapse": ("<p>a  \n\t b</p>", "<p>a b</p>"),
    "edges of a block": ("<p>\n  a\n</p>", "<p>a</p>"),
    "between blocks": ("<ul>\n <li>a</li>\n <li>b</li>\n</ul>", "<ul><li>a</li><li>b</li></ul>"),
    "edge of a block, inside an inline element": ("<p><b> a </b></p>", "<p><b>a</b></p>"),
    "before a block, after an inline element": ("<b>a</b> <p>b</p>", "<b>a</b><p>b</p>"),
    "a second space after an inline tag": ("<p>a <b> c</b></p>", "<p>a <b>c</b></p>"),
    "inside a tag": ('<p  class="x"\n   id="y" >a</p>', '<p class="x" id="y">a</p>'),
    "between classes": ('<p class=" x\n  y ">a</p>', '<p class="x y">a</p>'),
    "around a line break": ("<p>a <br> b</p>", "<p>a<br>b</p>"),
    "inside a button": ("<p>a <button> b </button></p>", "<p>a <button>b</button></p>"),
    "between options": (
        "<select> <option>a</option> </select>",
        "<select><option>a</option></select>",
    ),
    "in an icon": ("<svg> <use href='#a'/> </svg>", "<svg><use href='#a'/></svg>"),
    "in the head": (
        "<head>\n<meta name=a>\n<title> b </title>\n</head>",
        "<head><meta name=a><title>b</title></head>",
    ),
    "around a script": (
        "<p>a</p>\n<script src=x></script>\n<p>b</p>",
        "<p>a</p><script src=x></script><p>b</p>",
    ),
    "side of an inline list": (
        "<dl><dt> a </dt> <dd>b</dd></dl>",
        "<dl><dt>a</dt> <dd>b</dd></dl>",
    ),
    "the case of the doctype": ("<!DOCTYPE html><p>a</p>", "<!doctype html><p>a</p>"),
    "after a hidden field": (
        "<form><input type=hidden name=x> <p>a</p></form>",
        "<form><input type=hidden name=x><p>a</p></form>",
    ),
    "quotes of an attribute": ("<p id='a'>b</p>", '<p id="a">b</p>'),
}
DIFFERENT = {
    "a word": ("<p>a</p>", "<p>b</p>"),
    "some or none between inline elements": ("<p><b>a</b> <i>b</i></p>", "<p><b>a</b><i>b</i></p>"),
    "some or none beside an inline element": ("<p>a <b>c</b></p>", "<p>a<b>c</b></p>"),
    "some or none before an input": ("<p>a <input></p>", "<p>a<input></p>"),
    "some or none around a hidden field": (
        "<p>a <input type=hidden> b</p>",
        "<p>a<input type=hidden>b</p>",
    ),
    "some or none before a button": ("<p>a <button>b</button></p>", "<p>a<button>b</button></p>"),
    "some or none after a button": ("<p><button>b</button> a</p>", "<p><button>b</button>a</p>"),
    "some or none before an icon": ("<p>a <svg></svg></p>", "<p>a<svg></svg></p>"),
    "some or none in an inline list": (
        "<dl><dt>a</dt> <dd>b</dd></dl>",
        "<dl><dt>a</dt><dd>b</dd></dl>",
    ),
    "inside or outside of a link": ("<p>a <a>b</a></p>", "<p>a<a> b</a></p>"),
    "a hard space": ("<p>a&nbsp; b</p>", "<p>a b</p>"),
    "preformatted": ("<pre>a  b</pre>", "<pre>a b</pre>"),
    "edge of preformatted": ("<pre>a\n</pre>", "<pre>a</pre>"),
    "below preformatted": ("<pre><b>a  b</b></pre>", "<pre><b>a b</b></pre>"),
    "what is typed": ("<textarea>a  b</textarea>", "<textarea>a b</textarea>"),
    "preformatted by its class": (
        "<div class='message'>a  b</div>",
        "<div class='message'>a b</div>",
    ),
    "value of an attribute": ("<p title='a  b'>c</p>", "<p title='a b'>c</p>"),
    "order of elements": ("<p>a</p><p>b</p>", "<p>b</p><p>a</p>"),
    "an element": ("<p>a</p>", "<div>a</div>"),
    "a comment": ("<p>a</p><!--live-->", "<p>a</p>"),
}


@pytest.mark.parametrize(("one", "other"), EQUAL.values(), ids=EQUAL.keys())
def test_whitespace_that_no_browser_renders_makes_no_difference(one: str, other: str) -> None:
    assert one != other
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_what_a_reader_would_see_makes_a_difference(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


def test_whitespace_counts_again_after_a_preformatted_element() -> None:
    assert normalised("<pre>a  b</pre>\n<p>c  d</p>") == normalised("<pre>a  b</pre><p>c d</p>")


def _kept(folder: Path, body: str) -> Path:
    folder.mkdir()
    head = "anybody GET /\nstatus 200\ncontent-type: text/html; charset=utf-8\n\n"
    (folder / "index.txt").write_text(head + body)
    return folder


@pytest.mark.parametrize(
    ("body", "exact", "laid_out"),
    [
        ("<p>a</p>", 0, 0),
        ("<p>\n  a\n</p>", 1, 0),
        ("<p>b</p>", 1, 1),
    ],
    ids=["the same", "laid out anew", "another word"],
)
def test_two_snapshots_are_compared_by_byte_or_by_what_shows(
    tmp_path: Path, body: str, exact: int, laid_out: int
) -> None:
    one, other = _kept(tmp_path / "a", "<p>a</p>"), _kept(tmp_path / "b", body)

    assert compare.main(one, other, html_whitespace=False) == exact
    assert compare.main(one, other, html_whitespace=True) == laid_out


@pytest.mark.parametrize(("html", "differs"), [(" <p>\\n a</p>", 0), ("<p>b</p>", 1)])
def test_html_in_json_is_compared_as_html(tmp_path: Path, html: str, differs: int) -> None:
    head = "anybody GET /live/\nstatus 200\ncontent-type: application/json\n\n"
    for name, text in {"a": "<p>a</p>", "b": html}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "live.txt").write_text(f'{head}{{"panels": [{{"html": "{text}"}}]}}')

    assert compare.main(tmp_path / "a", tmp_path / "b", html_whitespace=False) == 1
    assert compare.main(tmp_path / "a", tmp_path / "b", html_whitespace=True) == differs


def test_a_page_that_only_one_snapshot_has_is_a_difference(tmp_path: Path) -> None:
    one, other = _kept(tmp_path / "a", "<p>a</p>"), _kept(tmp_path / "b", "<p>a</p>")
    (other / "more.txt").write_text("")

    assert compare.main(one, other, html_whitespace=False) == 1


def test_only_tokens_keys_and_static_names_become_placeholders() -> None:
    token = "a" * 64
    page = (
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{token}">'
        '<input name="once" value="5eed5eed-5eed-4eed-8eed-000000000007">'
        '<p id="5eed5eed-5eed-4eed-8eed-000000000009">5eed5eed-5eed-4eed-8eed-000000000007</p>'
        '<script type="module" src="/static/js/a.js"></script><p>12 of 37</p>'
    )

    assert stable(page) == (
        '<input type="hidden" name="csrfmiddlewaretoken" value="<csrf>">'
        '<input name="once" value="<uuid-1>">'
        '<p id="<uuid-2>"><uuid-1></p>\n<static><p>12 of 37</p>'
    )


def test_only_figures_that_this_process_measures_are_left_out() -> None:
    page = "somebody GET /x\nstatus 200\n\n<p>up for -12.5 minutes, revision 8f3c21d</p>"

    assert stable(page, "/x") == page
    assert stable(page, "/operations/") == page.replace("-12.5", "<n>")
