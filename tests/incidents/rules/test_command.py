"""Who may take command, and from when."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.rules.command import Absence, Taker, faults, may_take, take_violations

SEEN = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
DEPUTY = Taker(is_deputy=True, participates=True)
OTHER = Taker(participates=True)
STRANGER = Taker()
ADMIN = Taker(is_admin=True)
NEVER = None


def absence(**changes: object) -> Absence:
    facts = {
        "commander": "Jonas Weber",
        "can_act": True,
        "seen_at": SEEN,
        "missed_at": None,
        "deputy": "Mira Okafor",
        "away_after": timedelta(minutes=10),
        "deputy_answers_within": timedelta(minutes=5),
    }
    return Absence(**(facts | changes))  # type: ignore[arg-type]


PRESENT_BUT_SILENT = absence(missed_at=SEEN + timedelta(minutes=3))
GONE = absence(can_act=False)
NOBODY = absence(commander="", can_act=False)
NO_DEPUTY = absence(deputy="")


@pytest.mark.parametrize(
    ("facts", "taker", "first_minute"),
    [
        pytest.param(absence(), DEPUTY, 10, id="deputy, when the commander is away"),
        pytest.param(absence(), OTHER, 15, id="participant, when the deputy is silent too"),
        pytest.param(absence(), STRANGER, NEVER, id="not who does not take part"),
        pytest.param(absence(), ADMIN, 0, id="admin, always"),
        pytest.param(PRESENT_BUT_SILENT, DEPUTY, 3, id="deputy, at a missed checkpoint"),
        pytest.param(PRESENT_BUT_SILENT, OTHER, 8, id="participant, five minutes after that"),
        pytest.param(GONE, DEPUTY, 0, id="deputy, of a commander without an account"),
        pytest.param(GONE, OTHER, 0, id="participant, of a commander without an account"),
        pytest.param(NOBODY, OTHER, 0, id="participant, where nobody is commander"),
        pytest.param(NO_DEPUTY, OTHER, 10, id="participant, where there is no deputy"),
    ],
)
def test_command_may_be_taken_from(facts: Absence, taker: Taker, first_minute: int | None) -> None:
    if first_minute is None:
        assert not may_take(facts, taker, SEEN + timedelta(days=1))
        return
    first = SEEN + timedelta(minutes=first_minute)
    assert may_take(facts, taker, first)
    assert first_minute == 0 or not may_take(facts, taker, first - timedelta(seconds=1))


def test_the_commander_does_not_take_command() -> None:
    taker = Taker(is_commander=True, participates=True)

    problems = take_violations(GONE, taker, "Because", SEEN)

    assert [(v.code, v.sentence) for v in problems] == [("R-TAKE", "You are commander already.")]


@pytest.mark.parametrize(
    ("taker", "reason", "codes"),
    [
        pytest.param(DEPUTY, "", [], id="a deputy needs no reason"),
        pytest.param(OTHER, "", ["R-CAUSE"], id="another does"),
        pytest.param(OTHER, "n/a", ["R-CAUSE"], id="one that says something"),
        pytest.param(ADMIN, " ", ["R-CAUSE"], id="an admin too"),
        pytest.param(OTHER, "Both are on a plane", [], id="with a reason"),
        pytest.param(STRANGER, "", ["R-TAKE", "R-CAUSE"], id="every problem at once"),
    ],
)
def test_who_is_not_deputy_says_why(taker: Taker, reason: str, codes: list[str]) -> None:
    problems = take_violations(absence(), taker, reason, SEEN + timedelta(hours=1))

    assert [violation.code for violation in problems] == codes


def test_a_refusal_says_who_may_and_when() -> None:
    at = SEEN + timedelta(minutes=12)

    (early,) = take_violations(absence(), DEPUTY, "", SEEN + timedelta(minutes=4))
    (other,) = take_violations(absence(), OTHER, "Both are away", at)

    assert "You can take command in 6 minutes, or at once when a checkpoint is missed" in (
        early.sentence
    )
    assert other.sentence == "Mira Okafor is deputy and can take command. You can in 3 minutes."


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        pytest.param(
            PRESENT_BUT_SILENT,
            "Jonas Weber has not decided a checkpoint that was missed. Mira Okafor, deputy, can"
            " take command now; others who take part can in 4 minutes.",
            id="missed",
        ),
        pytest.param(
            absence(can_act=False, deputy=""),
            "Jonas Weber can no longer act. Whoever takes part can take command now.",
            id="unable",
        ),
    ],
)
def test_the_room_says_that_command_can_be_taken(facts: Absence, sentence: str) -> None:
    (fault,) = faults(facts, SEEN + timedelta(minutes=4), "/command/")

    assert (fault.code, fault.sentence, fault.href) == ("R-COMMAND", sentence, "/command/")


def test_being_away_alone_is_no_fault() -> None:
    assert faults(absence(), SEEN + timedelta(hours=1), "/command/") == ()
