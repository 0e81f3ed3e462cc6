"""The pages as files: nothing inline, no icon that is not drawn, no entry without words."""

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from incidents.models import Incident, Person
from incidents.timeline import kinds
from incidents.vocabulary import LaneKind, Reach, Severity

ROOT = settings.BASE_DIR
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").rglob("*.js"))
_ICON = re.compile(r"""{%\s*icon\s+"([^"]+)"(\|add:)?""")
_IN_CODE = re.compile(r"""["'`#]((?:i|mark|lane|sev|reach)-[a-z0-9-]+)["'`]""")
_TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)


class Inline(HTMLParser):
    """Collects what a strict content policy would refuse to run or to apply."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.found.append(f"line {self.getpos()[0]}: <{tag}>")
        for name, value in given.items():
            handler = name.startswith(("on", "hx-on")) or name == "style"
            if handler or (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"line {self.getpos()[0]}: {name} of <{tag}>")


def inline_in(html: str) -> list[str]:
    parser = Inline()
    parser.feed(html)
    return parser.found


def without_tags(source: str) -> str:
    """The template's own HTML; ``{% static %}`` and the like leave a word, so attributes stay."""
    return _TAG.sub("x", source)


def symbols() -> set[str]:
    root = ElementTree.parse(ROOT / "static" / "icons.svg").getroot()
    return {element.attrib["id"] for element in root.iter() if element.tag.endswith("symbol")}


def icons_of(source: str) -> set[str]:
    """The icons that a template names; ``"lane-"|add:kind`` stands for one of each lane."""
    found: set[str] = set()
    for name, added in _ICON.findall(source):
        found |= {f"{name}{lane.value}" for lane in LaneKind} if added else {name}
    return found


def test_the_judge_sees_what_is_inline() -> None:
    bad = '<p style="a" onclick="b">x</p><script>1</script><style></style><a href="javascript:x">'
    assert len(inline_in(bad)) == 5
    assert inline_in('<script src="/x.js"></script><p class="style">onclick</p>') == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.name))
def test_no_template_has_inline_code(template: Path) -> None:
    assert inline_in(without_tags(template.read_text())) == []


@pytest.mark.parametrize("path", ["", "timeline/", "evidence/new/", "lanes/mitigation/", "roles/"])
def test_no_page_has_inline_code(
    client: Client, staffed: Incident, commander: Person, path: str
) -> None:
    client.force_login(commander, "django.contrib.auth.backends.ModelBackend")
    html = client.get(f"/INC-{staffed.pk}/{path}").content.decode()
    assert "<h1" in html
    assert inline_in(html) == []


def test_each_icon_of_a_template_is_drawn() -> None:
    named = {path.name: icons_of(path.read_text()) for path in TEMPLATES}
    assert sum(map(len, named.values())) > 50
    assert {name: missing for name, has in named.items() if (missing := has - symbols())} == {}


def test_each_icon_of_the_code_is_drawn() -> None:
    made = {f"lane-{lane.value}" for lane in LaneKind} | {f"reach-{reach.value}" for reach in Reach}
    made |= {f"sev-{severity.value}" for severity in Severity}
    for path in SCRIPTS:
        made |= {n for n in _IN_CODE.findall(path.read_text()) if n.startswith(("i-", "mark-"))}
    assert made - symbols() == set()


@pytest.mark.parametrize("kind", kinds.KINDS.values(), ids=lambda kind: kind.code)
def test_each_kind_of_entry_has_words_and_a_drawn_icon(kind: kinds.Kind) -> None:
    assert kind.label
    assert kind.headline
    assert kind.icon in symbols()


def test_the_error_pages_need_no_person() -> None:
    for name in ("400", "403", "403_csrf", "404", "413", "500"):
        html = render_to_string(f"{name}.html")
        assert html.count("<h1") == 1
        assert inline_in(html) == []
