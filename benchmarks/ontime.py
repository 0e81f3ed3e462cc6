"""100,000 open deadlines: is each reminder written once, and within two seconds of its time?

Two workers, of which one has a clock that is a minute ahead, and a beat, on a database with 2,000
active incidents. Three scenes: 1,000 deadlines within a minute, 1,000 at one instant, and 1,000
within a minute while a beat is killed and another started, a worker is killed (SIGKILL) and
another started, and Valkey is restarted empty. A reminder counts from the deadline to when another
connection can read it. Then the queries of a tick are timed one by one. Ends with one JSON line;
exit status 1 when a target is missed.
"""

import json
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from benchmarks.beating import Deadlines, House, Seen, until_all, watched
from benchmarks.live import environment

DEADLINES = int(os.environ.get("DEADLINES", "100000"))
INCIDENTS = int(os.environ.get("INCIDENTS", "2000"))
DUE = int(os.environ.get("DUE", "1000"))
WITHIN = float(os.environ.get("WITHIN", "60"))
"""Seconds over which the deadlines of a scene are spread."""

TICKS = int(os.environ.get("TICKS", "15"))
LEAD = float(os.environ.get("LEAD", "10"))
TIMEOUT_SECONDS = 60.0
MAX_LATE_SECONDS, MAX_QUERY_MS = 2.0, 20.0

type Faults = tuple[tuple[float, Callable[[], object]], ...]
"""What happens, and at which part of the scene."""


def scene(deadlines: Deadlines, seen: Seen, within: float, faults: Faults = ()) -> dict[str, Any]:
    """Make ``DUE`` deadlines come due and tell how they were kept."""
    start = datetime.now(UTC) + timedelta(seconds=LEAD)
    wanted = deadlines.add([start + timedelta(seconds=within * n / DUE) for n in range(DUE)])
    for part, happen in faults:
        wait = (start - datetime.now(UTC)).total_seconds() + within * part
        time.sleep(max(0, wait))
        happen()
    over = (start - datetime.now(UTC)).total_seconds() + within
    until_all(seen, wanted, max(0, over) + TIMEOUT_SECONDS)
    time.sleep(2)  # for what would be written twice
    return _kept(wanted, seen)


def _kept(wanted: dict[Any, datetime], seen: Seen) -> dict[str, Any]:
    found = {key: seen.found.get(key, []) for key in wanted}
    late = sorted((times[0] - wanted[key]).total_seconds() for key, times in found.items() if times)
    return {
        "once": sum(len(times) == 1 for times in found.values()),
        "early": sum(seconds < 0 for seconds in late),
        "median": round(statistics.median(late), 2) if late else None,
        "worst": round(late[-1], 2) if late else None,
        "good": len(late) == DUE
        and all(len(times) == 1 for times in found.values())
        and 0 <= late[0] <= late[-1] <= MAX_LATE_SECONDS,
    }


def queries() -> tuple[list[tuple[float, float, str]], float, str]:
    """Median and worst ms of each statement of a tick; ms of a whole tick; the plan of its first.

    The first ticks look at every incident, as those of a new worker do.
    """
    from django.db import connection

    from incidents import due
    from warroom.schedule import tick

    took: dict[str, list[float]] = defaultdict(list)

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took[" ".join(sql.split())].append((time.perf_counter() - begun) * 1000)

    whole = []
    with connection.execute_wrapper(note):
        for _ in range(TICKS):
            begun = time.perf_counter()
            tick.run(datetime.now(UTC))
            whole.append((time.perf_counter() - begun) * 1000)
    figures = [(statistics.median(ms), max(ms), sql) for sql, ms in took.items()]
    plan = due.rows(datetime.now(UTC)).explain()
    return sorted(figures, reverse=True), statistics.median(whole), plan


def report(scenes: dict[str, dict[str, Any]], asked: Any) -> int:
    figures, whole, plan = asked
    print(f"{DEADLINES} open deadlines, {INCIDENTS} active incidents, {DUE} due; seconds late")
    print(f"{'scene':<10}{'once':>8}{'early':>8}{'median':>9}{'worst':>9}")
    for name, kept in scenes.items():
        words = "".join(f"{kept[one]!s:>9}" for one in ("median", "worst"))
        print(f"{name:<10}{kept['once']:8}{kept['early']:8}{words}")
    print(f"A tick with nothing due: {whole:.0f} ms; its slowest statements, ms median and worst")
    for median, worst, sql in figures[:5]:
        print(f"{median:8.1f}{worst:8.1f}  {sql[:90]}")
    print(plan)
    found = {
        **{f"worst_late_{name}": kept["worst"] for name, kept in scenes.items()},
        "once": all(kept["once"] == DUE for kept in scenes.values()),
        "slowest_query_ms": round(figures[0][0], 1),
        "tick_ms": round(whole),
        "by_index": "checkpoint_open_due" in plan,
    }
    print(json.dumps(found))
    good = all(kept["good"] for kept in scenes.values()) and found["by_index"]
    return 0 if good and found["slowest_query_ms"] <= MAX_QUERY_MS else 1


def main() -> int:
    with environment():
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        for command in ("migrate", "createcachetable"):
            call_command(command, verbosity=0)
        now, database = datetime.now(UTC), os.environ["DATABASE_URL"]
        deadlines = Deadlines(INCIDENTS, now)
        spread = timedelta(hours=70) / DEADLINES
        deadlines.add([now + timedelta(hours=1) + spread * n for n in range(DEADLINES)])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        with House(database) as house, watched(database) as seen:
            workers, beats = [house.worker(), house.worker(off=60)], [house.beat()]
            house.until_ready(len(workers))
            scenes = {
                "minute": scene(deadlines, seen, WITHIN),
                "instant": scene(deadlines, seen, 0),
            }
            faults: Faults = (
                (0.1, lambda: house.kill(beats[0])),
                (0.3, house.beat),
                (0.5, lambda: house.kill(workers[0])),
                (0.6, house.worker),
                (0.75, house.empty_valkey),
            )
            scenes["faults"] = scene(deadlines, seen, WITHIN, faults)
        return report(scenes, queries())


if __name__ == "__main__":
    raise SystemExit(main())
