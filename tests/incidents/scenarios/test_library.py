"""Where scenarios are found, and which counts where two have one slug."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from incidents import scenarios
from incidents.models import ScenarioText
from tests.helpers.counting import queries
from tests.incidents.scenarios.example_scenarios import RIGHT, changed

BUILT_IN = ["auth-token-failure", "billing-state-mismatch", "permission-leak"]


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    settings.SCENARIOS_DIR = [tmp_path]
    return tmp_path


def test_the_three_of_the_playbook_are_there(db: None) -> None:
    assert list(scenarios.library()) == BUILT_IN
    assert scenarios.shelf().errors == []


PLAYBOOK = {
    "auth-token-failure": (
        ("flag", "hotfix"),
        ["Failing endpoint list", "First bad deploy hash", "Rollback safety check output"],
        ("investigation", "mitigation", "verification"),
        set(),
    ),
    "billing-state-mismatch": (
        ("write_freeze", "replay"),
        ["Mismatch sample size", "Blast radius estimate", "Safe replay boundary"],
        ("data_owner", "commander"),
        {"D-DUAL"},
    ),
    "permission-leak": (
        ("rollback", "revocation", "hotfix"),
        ["Reproducible minimal case", "Revocation completion proof", "Audit trail snapshot"],
        ("investigation", "mitigation", "verification"),
        {"D-FIRST"},
    ),
}


@pytest.mark.parametrize("slug", PLAYBOOK)
def test_each_says_what_the_playbook_says(slug: str) -> None:
    found = scenarios.find(slug)

    assert found is not None
    minimum = [one.label for one in found.evidence_minimum]
    assert (found.options, minimum, found.chain, found.rules) == PLAYBOOK[slug]


def test_a_file_of_the_site_adds_one(folder: Path, db: None) -> None:
    (folder / "search.toml").write_text(RIGHT)

    assert [*scenarios.library()] == [*BUILT_IN, "search-is-stale"]


def test_a_file_of_the_site_takes_the_place_of_a_built_in_one(folder: Path, db: None) -> None:
    (folder / "auth.toml").write_text(changed("search-is-stale", "auth-token-failure"))

    assert [*scenarios.library()] == BUILT_IN
    assert scenarios.library()["auth-token-failure"].title == "Search shows stale results"


def test_a_wrong_file_stops_the_start_by_name_and_closes_no_room(folder: Path) -> None:
    wrong = folder / "auth.toml"
    text = changed("search-is-stale", "auth-token-failure").replace('"bounded"', '"far"')
    wrong.write_text(text)

    with pytest.raises(SystemCheckError) as caught:
        call_command("check")

    assert f'{wrong}: options[0].reach: "far" is not one of' in str(caught.value)
    kept = scenarios.find("auth-token-failure")
    assert kept is not None
    assert kept.title == "Auth token failure after release"


def test_two_files_of_the_site_cannot_have_one_slug(folder: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (folder / name).write_text(RIGHT)

    with pytest.raises(SystemCheckError) as caught:
        call_command("check")

    said = str(caught.value)
    assert f'{folder / "b.toml"}: slug: "search-is-stale" is already the slug of' in said


@pytest.mark.parametrize("content", [b"\xff\xfe", b"slug"], ids=["not text", "not toml"])
def test_what_is_no_scenario_at_all_is_named(folder: Path, content: bytes) -> None:
    (folder / "x.toml").write_bytes(content)

    with pytest.raises(SystemCheckError, match=r"x\.toml: "):
        call_command("check")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, settings) -> None:
    settings.SCENARIOS_DIR = [tmp_path / "nowhere"]

    with pytest.raises(SystemCheckError, match="nowhere: is no folder"):
        call_command("check")


def test_files_are_found_without_asking_the_database_and_rows_in_one_query(db: None) -> None:
    ScenarioText.objects.create(slug="search-is-stale", toml=RIGHT)

    with queries() as for_files:
        scenarios.find("permission-leak")
        scenarios.find("")
        scenarios.find("\x00")
    with queries() as for_rows:
        found = scenarios.find_all(["search-is-stale", "permission-leak", "no-such"])

    assert (len(for_files), len(for_rows)) == (0, 1)
    assert found.keys() == {"search-is-stale", "permission-leak"}


def test_a_row_that_this_version_cannot_read_is_left_out(db: None) -> None:
    ScenarioText.objects.create(slug="old", toml="of = 'before'")

    assert scenarios.find("old") is None
    assert [*scenarios.library()] == BUILT_IN
