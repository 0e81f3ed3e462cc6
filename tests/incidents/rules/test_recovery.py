"""Two verification runs that are apart show a recovery; one good moment does not."""

from datetime import UTC, datetime, timedelta

import pytest

from incidents.rules.recovery import VerificationRun, missing_runs, steady_runs

START = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def run(number: int, minute: float, **changes: bool) -> VerificationRun:
    """E-``number``, begun at the minute and captured half a minute later."""
    began = START + minute * MINUTE
    return VerificationRun(number, began, began + MINUTE / 2, **changes)


FAILED = {"succeeded": False}
OTHERS = {"counts": False}

CASES = {
    "two": ([run(1, 0), run(2, 15.5)], None, ""),
    "many": ([run(1, 0), run(2, 5), run(3, 40)], None, ""),
    "one that failed before": ([run(1, 0, **FAILED), run(2, 5), run(3, 40)], None, ""),
    "none": ([], None, "Two verification runs, 15 minutes apart or more, must show it."),
    "one": ([run(1, 0)], None, "Two verification runs, 15 minutes apart"),
    "a second too near": ([run(1, 0), run(2, 15.49)], None, "they must be 15 minutes apart."),
    "at once": ([run(3, 0), run(4, 0)], None, "E-3 and E-4 are"),
    "one that failed between": (
        [run(1, 0), run(2, 10, **FAILED), run(3, 20), run(4, 30)],
        None,
        "E-3 and E-4 are 10 minutes apart",
    ),
    "one that failed since": ([run(1, 0), run(2, 20), run(3, 30, **FAILED)], None, "Two verif"),
    "somebody's failure, whoever ran it": (
        [run(1, 0), run(2, 20), run(3, 30, succeeded=False, counts=False)],
        None,
        "Two verification runs",
    ),
    "a first that does not count": ([run(1, 0, **OTHERS), run(2, 20)], None, "Two verification"),
    "from before it was opened again": (
        [run(1, 0), run(2, 20), run(3, 25)],
        START + 20 * MINUTE,
        "Two verification runs",
    ),
    "two since it was opened again": (
        [run(1, 0), run(2, 20), run(3, 40)],
        START + MINUTE,
        "",
    ),
}


@pytest.mark.parametrize(("runs", "since", "says"), CASES.values(), ids=CASES.keys())
def test_runs(runs: list[VerificationRun], since: datetime | None, says: str) -> None:
    problem = missing_runs(steady_runs(runs, since))

    assert says in problem
    assert bool(problem) == bool(says)
