"""Recovery branches: named once, owned by who can act, all three types only under one owner."""

from collections.abc import Iterable
from typing import Any

import pytest

from incidents.rules.branch import ActiveBranch, end_violations, pass_violations, violations
from incidents.vocabulary import BranchState, BranchType
from kernel.refusal import Violation
from tests.incidents.rules.example_facts import SAYS_NOTHING

MARA, JONAS, KEN = (1, "Mara Lindqvist"), (2, "Jonas Weber"), (3, "Ken Ito")
LONG_WHY = "The rollback made it needless"


def branch(number: int, kind: str, owner: tuple[int, str] = MARA, **said: Any) -> ActiveBranch:
    person, name = owner
    return ActiveBranch(
        number, kind, **{"name": f"b{number}"} | said, owner=person, owner_name=name
    )


HOTFIX, ROLLBACK, CONTAINMENT = BranchType
TWO = (branch(1, HOTFIX), branch(2, ROLLBACK, JONAS))


def found(problems: Iterable[Violation], code: str) -> list[tuple[str, str]]:
    return [(one.field, one.sentence) for one in problems if one.code == code]


@pytest.mark.parametrize(
    ("wanted", "others"),
    [
        pytest.param(branch(1, HOTFIX), (), id="the first"),
        pytest.param(branch(3, HOTFIX, KEN), TWO, id="a type that is active"),
        pytest.param(branch(2, CONTAINMENT, KEN), TWO[:1], id="the second type"),
        pytest.param(
            branch(3, CONTAINMENT), (TWO[0], branch(2, ROLLBACK)), id="all three under one owner"
        ),
        pytest.param(branch(3, HOTFIX, name="B1"), TWO, id="a name in other case"),
        pytest.param(branch(3, HOTFIX, name="none-of-these"), TWO, id="a name with none in it"),
        pytest.param(branch(2, CONTAINMENT, KEN), TWO, id="instead of one of its own"),
    ],
)
def test_a_branch_is_accepted(wanted: ActiveBranch, others: tuple[ActiveBranch, ...]) -> None:
    assert violations(wanted, others) == ()


@pytest.mark.parametrize("name", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_a_name_says_something(name: str) -> None:
    problems = violations(branch(1, HOTFIX, name=name), ())

    assert found(problems, "B-NAME") == [("name", "Name the branch as it is called.")]


def test_an_active_name_stands_once() -> None:
    problems = violations(branch(3, ROLLBACK, name="b1"), TWO)

    assert found(problems, "B-NAME") == [
        ("name", "“b1” is active already: one entry for each branch.")
    ]


@pytest.mark.parametrize("kind", ["", "Hotfix", "feature"])
def test_a_type_is_one_of_three(kind: str) -> None:
    assert found(violations(branch(1, kind), ()), "B-TYPE") == [
        ("type", "Choose the type of the branch.")
    ]


THREE = (
    "owner",
    "Hotfix, rollback and containment would all be active, owned by {}:"
    " one person must own every active branch, or one ends first.",
)


@pytest.mark.parametrize(
    ("wanted", "others", "owners"),
    [
        pytest.param(
            branch(3, CONTAINMENT, KEN),
            TWO,
            "Mara Lindqvist, Jonas Weber and Ken Ito",
            id="three owners",
        ),
        pytest.param(
            branch(3, CONTAINMENT), TWO, "Mara Lindqvist and Jonas Weber", id="two owners"
        ),
        pytest.param(
            branch(4, CONTAINMENT),
            (branch(1, HOTFIX), branch(2, ROLLBACK), branch(3, ROLLBACK, JONAS)),
            "Mara Lindqvist and Jonas Weber",
            id="a fourth, of another owner",
        ),
        pytest.param(
            branch(3, CONTAINMENT, (9, "Mara Lindqvist")),
            (branch(1, HOTFIX), branch(2, ROLLBACK)),
            "Mara Lindqvist and Mara Lindqvist",
            id="two people of one name",
        ),
    ],
)
def test_all_three_types_need_one_owner(
    wanted: ActiveBranch, others: tuple[ActiveBranch, ...], owners: str
) -> None:
    field, sentence = THREE

    assert found(violations(wanted, others), "B-THREE") == [(field, sentence.format(owners))]


def test_an_owner_is_named() -> None:
    nameless = ActiveBranch(3, CONTAINMENT, "cap", owner=None)

    assert violations(nameless, TWO) == (Violation("B-OWNER", "Name who owns it.", "owner"),)


def test_everything_is_said_at_once() -> None:
    wanted = branch(3, CONTAINMENT, KEN, name="-", can_act=False)

    codes = [one.code for one in violations(wanted, TWO)]

    assert codes == ["B-NAME", "B-OWNER", "B-THREE"]


@pytest.mark.parametrize(
    ("wanted", "others"),
    [
        pytest.param(branch(1, HOTFIX, KEN), TWO, id="two types"),
        pytest.param(branch(1, HOTFIX, JONAS), (), id="the only one"),
        pytest.param(
            branch(1, HOTFIX, JONAS),
            (branch(1, HOTFIX), branch(2, ROLLBACK, JONAS), branch(3, CONTAINMENT, JONAS)),
            id="to whom all the others belong",
        ),
    ],
)
def test_a_branch_passes_on(wanted: ActiveBranch, others: tuple[ActiveBranch, ...]) -> None:
    assert pass_violations(wanted, others, before=MARA[0]) == ()


ALL_OF_MARA = (branch(1, HOTFIX), branch(2, ROLLBACK), branch(3, CONTAINMENT))


@pytest.mark.parametrize(
    ("wanted", "others", "code"),
    [
        pytest.param(branch(1, HOTFIX), TWO, "B-OWNER", id="to its owner"),
        pytest.param(branch(1, HOTFIX, KEN, can_act=False), (), "B-OWNER", id="to who cannot act"),
        pytest.param(branch(1, HOTFIX, KEN), ALL_OF_MARA, "B-THREE", id="one of all three"),
    ],
)
def test_a_branch_does_not_pass_on(
    wanted: ActiveBranch, others: tuple[ActiveBranch, ...], code: str
) -> None:
    problems = pass_violations(wanted, others, before=MARA[0])

    assert [(one.code, one.field) for one in problems] == [(code, "owner")]


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        pytest.param(BranchState.MERGED, "", id="merged without a word"),
        pytest.param(BranchState.MERGED, "As PR 81", id="merged"),
        pytest.param(BranchState.ABANDONED, LONG_WHY, id="abandoned with a reason"),
    ],
)
def test_a_branch_ends(to: str, reason: str) -> None:
    assert end_violations("B-1", BranchState.ACTIVE, to, reason) == ()


@pytest.mark.parametrize("reason", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_abandoning_takes_a_reason(reason: str) -> None:
    problems = end_violations("B-1", BranchState.ACTIVE, BranchState.ABANDONED, reason)

    assert problems == (Violation("B-REASON", "Say why it is abandoned.", "reason"),)


@pytest.mark.parametrize(
    ("now", "to", "sentence"),
    [
        ("merged", "abandoned", "B-1 is merged already."),
        ("abandoned", "merged", "B-1 is abandoned already."),
        ("active", "active", "Say whether it is merged or abandoned."),
        ("active", "", "Say whether it is merged or abandoned."),
    ],
)
def test_a_branch_ends_once_and_as_something(now: str, to: str, sentence: str) -> None:
    assert end_violations("B-1", now, to, LONG_WHY) == (Violation("B-STATE", sentence, "state"),)
