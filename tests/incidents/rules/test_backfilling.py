"""What may be written up as handled elsewhere, and every reason why not, at once."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.rules.backfilling import Account, violations
from tests.helpers.backfilled import account
from tests.incidents.rules.example_facts import SAYS_NOTHING

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
YEAR = timedelta(days=365)


def codes(**said: object) -> list[str]:
    return [one.code for one in violations(account(NOW, **said), NOW)]


def fields(**said: object) -> list[str]:
    return [one.field for one in violations(account(NOW, **said), NOW)]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({}, id="told_whole"),
        pytest.param({"recovered_at": NOW}, id="over_this_moment"),
        pytest.param(
            dict.fromkeys(("began_at", "declared_at", "mitigated_at", "recovered_at"), NOW - HOUR),
            id="all_in_one_moment",
        ),
        pytest.param(
            {"began_at": NOW - 9 * YEAR, "declared_at": NOW - 9 * YEAR}
            | dict.fromkeys(("mitigated_at", "recovered_at"), NOW - 9 * YEAR + HOUR),
            id="nine_years_ago",
        ),
        pytest.param({"began_at": NOW - YEAR}, id="slow_burn_of_a_year"),
        pytest.param({"kept": "The blue folder in the plant office"}, id="record_in_a_place"),
        pytest.param({"done": "No change was needed: the vendor failed over"}, id="nothing_by_us"),
    ],
)
def test_what_may_be_written_up(said):
    assert codes(**said) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({"title": " n/a "}, ["BF-TITLE"], id="no_title"),
        pytest.param({"severity": ""}, ["BF-SEVERITY"], id="no_severity"),
        pytest.param({"severity": "4"}, ["BF-SEVERITY"], id="unknown_severity"),
        pytest.param({"mitigated_at": None}, ["BF-TIMES"], id="a_time_is_missing"),
        pytest.param({"recovered_at": NOW + HOUR}, ["BF-PAST"], id="not_over_yet"),
        pytest.param({"declared_at": NOW - 81 * HOUR}, ["BF-ORDER"], id="declared_before_it_began"),
        pytest.param({"mitigated_at": NOW - HOUR}, ["BF-ORDER"], id="recovered_too_early"),
        pytest.param({"began_at": NOW - 11 * YEAR}, ["BF-OLD"], id="of_another_decade"),
        pytest.param({"began_at": NOW - 2 * YEAR}, ["BF-LONG"], id="a_year_mistyped"),
        pytest.param({"kept": "-"}, ["BF-RECORD"], id="no_record"),
        pytest.param({"source": "unknown"}, ["BF-SOURCE"], id="no_source"),
        pytest.param({"happened": "It broke.", "done": "  it BROKE"}, ["BF-SAME"], id="said_twice"),
        pytest.param({"happened": "n.a.", "done": "N / A"}, ["BF-HAPPENED", "BF-DONE"], id="none"),
    ],
)
def test_what_may_not(said, expected):
    assert codes(**said) == expected


@pytest.mark.parametrize("text", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
@pytest.mark.parametrize("name", ["happened", "done", "kept", "source"])
def test_each_is_told_in_words(name, text):
    assert name in fields(**{name: text})


def test_of_nothing_every_reason_is_told_at_once():
    found = violations(Account(), NOW)

    assert {one.field for one in found} == {
        "title",
        "severity",
        "began_at",
        "declared_at",
        "mitigated_at",
        "recovered_at",
        "happened",
        "done",
        "kept",
        "source",
    }


def test_a_time_that_is_missing_hides_no_wrong_order():
    early = {"declared_at": None, "mitigated_at": NOW - 90 * HOUR}

    assert codes(**early) == ["BF-TIMES", "BF-ORDER"]
    assert fields(**early) == ["declared_at", "mitigated_at"]


def test_it_is_said_how_far_two_times_are_apart():
    [found] = violations(account(NOW, declared_at=NOW - 81 * HOUR), NOW)

    assert found.sentence == "It was declared 60 minutes before it began: check both times."


def test_what_is_ahead_is_told_to_be_declared():
    [found] = violations(account(NOW, recovered_at=NOW + HOUR), NOW)

    assert found.field == "recovered_at"
    assert "declared and handled here" in found.sentence
