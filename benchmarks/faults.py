"""What fails while people work: is anything lost, doubled, or left behind?

Two web processes, two workers and two beats under ``manage.py up``; people who write through the
pages, many who watch by socket, and two real browsers. Each fault lasts ``SECONDS`` of that load.
After each: every write that was taken is there, once; every page has every entry, once and in
order; no reminder and no mail came twice; and at the end every chain holds. Prints a table, and as
its last line one JSON object; exit status 1 on any violation.
"""

import json
import os
import secrets
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each of many processes would compile all anew

from tests.browser.launch import launched
from tests.faults.cluster import cluster
from tests.faults.load import Load
from tests.faults.trial import FAULTS, Outcome, Tab, Trial
from warroom.up.supervisor import Shape

SECONDS = float(os.environ.get("SECONDS", "60"))
VIEWERS = int(os.environ.get("VIEWERS", "200"))
WRITERS = int(os.environ.get("WRITERS", "6"))
SHAPE = Shape(web=2, workers=2, beats=2)


def main() -> int:
    os.environ["SECRET_KEY"] = secrets.token_hex(32)
    # Two for each fault are brought forward: one comes due in it, one when it is over.
    seeding = ("--people=12", "--due-from=3000", f"--due-count={2 * len(FAULTS)}")
    with cluster(SHAPE, *seeding) as on, launched() as browser:
        load = Load(on, WRITERS, VIEWERS)
        with load.at_work():
            trial = Trial(on, load, [Tab(browser, on, person) for person in (0, 1)])
            outcomes = [trial.suffer(name, SECONDS) for name in FAULTS]
            return report(outcomes, load, trial.finish())


def report(outcomes: list[Outcome], load: Load, at_the_end: list[str]) -> int:
    print(f"{WRITERS} writers, {VIEWERS} viewers, 2 browsers, {SECONDS:g} s of each fault")
    print(
        f"{'':<36}{'taken':>7}{'sent again':>12}{'slowest s':>11}{'back after s':>14}  pages said"
    )
    for one in outcomes:
        taken = one.answers["204"] + one.answers["302"]
        again = one.answers.total() - taken
        notices = ", ".join(sorted(set(one.stood) - {"live"})) or "nothing"
        figures = f"{taken:>7}{again:>12}{one.slowest:>11.1f}{one.back_after:>14.1f}"
        print(f"{one.fault:<36}{figures}  {notices}")
    violations = [sentence for one in outcomes for sentence in one.violations] + at_the_end
    for sentence in violations:
        print(sentence)
    back = {one.fault: round(one.back_after, 1) for one in outcomes}
    print(json.dumps({"taken": load.taken(), "violations": len(violations), "back_after": back}))
    return 1 if violations else 0


if __name__ == "__main__":
    raise SystemExit(main())
