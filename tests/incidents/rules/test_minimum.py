from datetime import timedelta

import pytest

from incidents.rules.minimum import EvidenceFacts, RequiredEvidence, check_minimum
from tests.incidents.rules.example_facts import DECLARED

CHECK = RequiredEvidence("check", "Rollback safety check output", purpose="rollback_check")
HASH = RequiredEvidence("hash", "First bad deploy hash", command="git bisect")
BOTH = RequiredEvidence("both", "Dry run", purpose="rollback_check", command="deploy rollback")
NAMED = RequiredEvidence("list", "Failing endpoint list")


def at(minute: int):
    return DECLARED + timedelta(minutes=minute)


@pytest.mark.parametrize(
    ("needed", "bearing"),
    [
        pytest.param(NAMED, EvidenceFacts(1, at(3), key="list"), id="named"),
        pytest.param(
            CHECK, EvidenceFacts(1, at(3), key="check"), id="named_though_it_is_recognised"
        ),
        pytest.param(CHECK, EvidenceFacts(1, at(3), purpose="rollback_check"), id="by_purpose"),
        pytest.param(
            HASH, EvidenceFacts(1, at(3), command="sudo git  BISECT run"), id="by_command"
        ),
        pytest.param(
            BOTH,
            EvidenceFacts(1, at(3), purpose="rollback_check", command="deploy rollback"),
            id="both",
        ),
    ],
)
def test_an_item_is_met(needed, bearing):
    (found,) = check_minimum([needed], [bearing])

    assert (found.item.met, found.item.met_at, found.evidence) == (True, at(3), (1,))


@pytest.mark.parametrize(
    ("needed", "bearing"),
    [
        pytest.param(NAMED, EvidenceFacts(1, at(3)), id="not_named"),
        pytest.param(NAMED, EvidenceFacts(1, at(3), key="check"), id="named_for_another"),
        pytest.param(
            CHECK,
            EvidenceFacts(1, at(3), key="list", purpose="rollback_check"),
            id="a_name_is_for_one",
        ),
        pytest.param(CHECK, EvidenceFacts(1, at(3), purpose="precheck"), id="another_purpose"),
        pytest.param(HASH, EvidenceFacts(1, at(3), command="git bi sect"), id="another_command"),
        pytest.param(HASH, EvidenceFacts(1, at(3)), id="no_command"),
        pytest.param(BOTH, EvidenceFacts(1, at(3), purpose="rollback_check"), id="half_of_both"),
        pytest.param(
            BOTH, EvidenceFacts(1, at(3), command="deploy rollback"), id="other_half_of_both"
        ),
    ],
)
def test_an_item_is_missing(needed, bearing):
    (found,) = check_minimum([needed], [bearing])

    assert (found.item.missing, found.evidence) == ("no evidence shows it yet", ())


def test_it_is_met_since_the_first_that_shows_it():
    later = EvidenceFacts(2, at(9), purpose="rollback_check")
    named = EvidenceFacts(1, at(12), key="check")
    first = EvidenceFacts(3, at(5), key="check")

    (found,) = check_minimum([CHECK], [later, named, first, first])

    assert (found.item.met_at, found.evidence) == (at(5), (3, 2, 1))


def test_items_keep_their_order():
    found = check_minimum([NAMED, CHECK, HASH], [EvidenceFacts(1, at(1), key="check")])

    assert [(one.item.code, one.item.met) for one in found] == [
        ("list", False),
        ("check", True),
        ("hash", False),
    ]
