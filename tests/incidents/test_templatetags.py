"""The small words of every page."""

import re
from datetime import timedelta, timezone

import pytest
from django.conf import settings
from django.template import engines

from incidents.models import Incident
from incidents.templatetags import room
from incidents.timeline import kinds
from incidents.vocabulary import LaneKind, Reach, Severity
from kernel.refusal import Violation
from tests.helpers.factories import START

SYMBOLS = set(
    re.findall(r'<symbol id="([^"]+)"', (settings.BASE_DIR / "static/icons.svg").read_text())
)
INCIDENT = Incident(declared_at=START)


def test_tags_need_no_load() -> None:
    template = engines["django"].from_string('{% icon "i-met" %}')

    assert template.render({}) == (
        '<svg class="icon" aria-hidden="true"><use href="/static/icons.svg#i-met"/></svg>'
    )


def named_in_templates() -> list[tuple[str, str]]:
    folder = settings.BASE_DIR / "templates"
    return [
        (str(path.relative_to(folder)), name)
        for path in sorted(folder.rglob("*.html"))
        for name in re.findall(r'\{% icon "([^"]+)"(?!\|)', path.read_text())
    ]


def test_every_symbol_that_a_template_names_is_drawn() -> None:
    named = named_in_templates()

    assert len(named) > 50
    assert [use for use in named if use[1] not in SYMBOLS] == []


def test_every_symbol_of_the_vocabulary_is_drawn() -> None:
    made = {f"sev-{value}" for value in Severity.values}
    made |= {f"reach-{value}" for value in Reach.values}
    made |= {f"lane-{value}" for value in LaneKind.values}
    made |= {kind.icon for kind in kinds.KINDS.values()}

    assert made - SYMBOLS == set()


def test_a_moment_is_the_same_for_every_reader() -> None:
    east = START.astimezone(timezone(timedelta(hours=9)))

    assert room.moment(east) == '<time datetime="2026-03-05T14:00:00Z" data-clock>14:00 UTC</time>'
    assert room.moment(None) == ""


def test_a_day_names_its_date() -> None:
    assert room.day(START) == (
        '<time datetime="2026-03-05T14:00:00Z" data-clock="day">05 Mar 2026, 14:00 UTC</time>'
    )


@pytest.mark.parametrize(
    ("after", "shown"),
    [
        ({"minutes": 0}, "T+00:00"),
        ({"minutes": 35, "seconds": 59}, "T+00:35"),
        ({"minutes": 60}, "T+01:00"),
        ({"hours": 123, "minutes": 4}, "T+123:04"),
        ({"minutes": -5}, "T−00:05"),
        ({"minutes": -61}, "T−01:01"),
    ],
)
def test_time_since_declaring(after: dict[str, int], shown: str) -> None:
    assert room.tplus(START + timedelta(**after), INCIDENT) == shown


@pytest.mark.parametrize("value", Severity.values)
def test_severity_is_a_word_beside_its_bars(value: str) -> None:
    badge = room.severity_badge(value)

    assert f"severity-{value}" in badge
    assert f"#sev-{value}" in badge
    assert f"SEV-{value}" in badge


def test_reach_is_a_word_beside_its_sign() -> None:
    assert room.reach("bounded").endswith("Partly reversible</span>")


class Row:
    def __init__(self, name: str, *, is_agent: bool = False) -> None:
        self.actor_name, self.is_agent = name, is_agent


def test_an_author_is_only_text() -> None:
    assert room.author(Row("<b>Mara</b>")) == (
        '<span class="person">&lt;b&gt;Mara&lt;/b&gt;</span>'
    )


def test_an_agent_is_marked_by_sign_and_word() -> None:
    shown = room.author(Row("probe", is_agent=True))

    assert "person-agent" in shown
    assert "#i-agent" in shown
    assert "probe (agent)" in shown


def test_output_keeps_its_colours_and_no_markup() -> None:
    shown = room.ansi("\x1b[31mred\x1b[0m <script>")

    assert '<span class="ansi-red">red</span>' in shown
    assert "<script>" not in shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (0, "0 ms"), (999, "999 ms"), (1400, "1.4 s"), (125_000, "2 min 5 s")],
)
def test_a_duration_in_words(value: int | None, shown: str) -> None:
    assert room.milliseconds(value) == shown


def test_a_rule_is_listed_once_for_each_field_that_breaks_it() -> None:
    first = Violation("D-OWNERS", "Name who executes.", field="executor")
    again = Violation("D-OWNERS", "Name who verifies.", field="verifier")
    shapeless = [Violation("", "Too long.", field=field) for field in ("scope", "why_now")]

    listed = room.refusal_lines([first, again, first, *shapeless], None)

    assert listed == [("", violation) for violation in (first, again, *shapeless)]


def test_older_entries_keep_the_filter() -> None:
    wanted = {"q": "a&b", "lane": "", "kind": "Notes"}

    assert room.querystring_of(wanted, 40) == "?q=a%26b&kind=Notes&before=40"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (22 * 60, "22:00"),
        (3600 + 61, "1:01:01"),
        (0, "overdue"),
        (-59, "overdue"),
        (-60, "1 min late"),
        (-89 * 60 - 59, "89 min late"),
        (-90 * 60, "1 h late"),
    ],
)
def test_a_countdown_as_it_stood(seconds: int, words: str) -> None:
    assert room.left(START + timedelta(seconds=seconds), START) == words


def test_a_clock_as_it_stood() -> None:
    assert room.stood(START + timedelta(hours=27, seconds=61), INCIDENT) == "T+27:01:01"
