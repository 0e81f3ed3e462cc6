"""Reading a scenario: each wrong key is named with its file."""

import pytest
from django.conf import settings

from incidents import scenarios
from incidents.rules.minimum import RequiredEvidence
from incidents.scenarios.schema import CoverTable, NeededTable, OptionTable, ScenarioTable
from incidents.vocabulary import DependencyClass, Option, Purpose, Reach
from tests.incidents.scenarios.example_scenarios import RIGHT, changed

FILE = "d-search.toml"
OPTIONS = RIGHT[RIGHT.index("[[options]]") : RIGHT.index("[[evidence_minimum]]")]


def test_what_a_scenario_says_is_read() -> None:
    found = scenarios.read(FILE, RIGHT)

    assert found == scenarios.Scenario(
        slug="search-is-stale",
        title="Search shows stale results",
        signal="Age of the index over ten minutes.",
        risk="Customers order what is sold out.",
        posture="Throttle the flow, then replay.",
        options=("throttling", "replay"),
        evidence_minimum=(
            RequiredEvidence("index-age", "Age of the index", purpose="baseline"),
            RequiredEvidence("queue-depth", "Depth of the queue", command="queuectl depth"),
        ),
        chain=("investigation", "commander"),
        rules=frozenset(),
        dependency_class="messaging",
        restricted=False,
        surfaces=("search",),
        reach={"throttling": "bounded"},
        details={"throttling": "Half the flow."},
    )


@pytest.mark.case("T2")
def test_an_escape_for_a_control_character_says_nothing() -> None:
    text = changed("Search shows stale results", r"Search\u000b shows\uffff stale results")

    assert scenarios.read(FILE, text).title == "Search shows stale results"


WRONG = {
    "not-toml": ("slug =", "slug", "is not TOML"),
    "no-risk": ('risk = "Customers order what is sold out."', "", "risk: is missing"),
    "odd-key": ("[[options]]", "[[option]]", "option: is not a known key"),
    "odd-slug": ("search-is-stale", "Search!", 'slug: "Search!" is not a slug'),
    "blank-title": ("Search shows stale results", "  ", "title: is empty"),
    "long-title": ("Search shows", "x" * 160, "title: is longer than 160 characters"),
    "number": ('"Age of the index over ten minutes."', "10", "signal: is not text"),
    "line-break": ("Half the flow.", r"a\nb", "options[0].detail: holds a line break"),
    "odd-reach": (
        '"bounded"',
        '"far"',
        'options[0].reach: "far" is not one of reversible, bounded, broad',
    ),
    "odd-option": ('"replay"', '"prayer"', 'options[1].option: "prayer" is not one of flag, '),
    "option-twice": ('"replay"', '"throttling"', 'options: "throttling" is there twice'),
    "no-option": (OPTIONS, "", "options: is missing"),
    "odd-class": (
        '"messaging"',
        '"mail"',
        'dependency_class: "mail" is not one of auth, billing, messaging, observability, other',
    ),
    "odd-step": ('["investigation"', '["nobody"', 'chain[0]: "nobody" is not one of investigation'),
    "no-step": ('["investigation", "commander"]', "[]", "chain: is empty"),
    "odd-rule": (
        'chain = ["',
        'rules = ["D-ALL"]\nchain = ["',
        'rules[0]: "D-ALL" is not one of D-DUAL, D-FIRST',
    ),
    "odd-flag": (
        'chain = ["',
        'restricted = "yes"\nchain = ["',
        "restricted: is not true or false",
    ),
    "odd-severity": (
        'chain = ["',
        'severity = "4"\nchain = ["',
        'severity: "4" is not one of 1, 2, 3',
    ),
    "text-for-list": ('["search"]', '"search"', "surfaces: is not a list"),
    "odd-purpose": (
        '"baseline"',
        '"general"',
        'evidence_minimum[0].purpose: "general" is not one of precheck, ',
    ),
    "key-twice": ("queue-depth", "index-age", 'evidence_minimum: "index-age" is there twice'),
    "key-missing": ('key = "index-age"\n', "", "evidence_minimum[0].key: is missing"),
}


@pytest.mark.parametrize(("before", "after", "sentence"), WRONG.values(), ids=WRONG)
def test_each_wrong_key_is_named_with_its_file(before: str, after: str, sentence: str) -> None:
    with pytest.raises(scenarios.ScenarioError) as caught:
        scenarios.read(FILE, changed(before, after))

    assert str(caught.value).startswith(f"{FILE}: {sentence}")


def test_everything_that_is_wrong_is_said_at_once() -> None:
    text = changed('"bounded"', '"far"').replace("search-is-stale", "S")

    with pytest.raises(scenarios.ScenarioError) as caught:
        scenarios.read(FILE, text)

    assert [problem.key for problem in caught.value.problems] == ["slug", "options[0].reach"]


def test_words_where_tables_belong_are_named() -> None:
    text = f'options = ["flag"]\n{RIGHT.replace(OPTIONS, "")}'

    with pytest.raises(scenarios.ScenarioError, match=r"options\[0\]: is not a table"):
        scenarios.read(FILE, text)


def test_the_example_of_the_documentation_is_right() -> None:
    text = (settings.BASE_DIR / "docs" / "scenarios.md").read_text()
    example = text.split("```toml\n")[1].split("```")[0]

    assert scenarios.read("scenarios.md", example).slug == "search-is-stale"


def test_the_documentation_has_every_key_and_every_value() -> None:
    text = (settings.BASE_DIR / "docs" / "scenarios.md").read_text()
    tables = (ScenarioTable, OptionTable, NeededTable, CoverTable)
    keys = {name for table in tables for name in table.model_fields}
    values = {*Option, *Reach, *DependencyClass, *scenarios.RULES, *scenarios.STEPS, *Purpose}

    assert {
        word for word in keys | values - {Purpose.GENERAL, Option.OWN} if f"`{word}`" not in text
    } == {
        "options",
        "evidence_minimum",
    }


def test_what_lanes_cover_is_read_and_stands_on_one_side() -> None:
    covers = '\n[lanes.mitigation]\nincluded = ["the index"]\nexcluded = ["%s"]\n'

    scenario = scenarios.read(FILE, RIGHT + covers % "prices")
    cover = scenario.covers["mitigation"]

    assert (cover.included, cover.excluded) == (("the index",), ("prices",))
    with pytest.raises(scenarios.ScenarioError, match="both included and excluded"):
        scenarios.read(FILE, RIGHT + covers % "The index")
