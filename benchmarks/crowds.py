"""1,000 and 5,000 browsers in one room over two web processes, calm and disturbed.

As ``live``, but every server is two processes with half of the browsers each. Calm: ours against
the raw floor and the idiomatic consumer. Then only ours, between the calm rounds: while one reader
does not read what it asks for, and while 100 browsers come and 100 go each second. Also what each
browser costs in memory. Ends with one JSON line; exit status 1 when a limit is missed.
``SIZES``, ``BLOCKS`` and ``ROUNDS`` make it shorter or longer.
"""

import contextlib
import json
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

import psutil

from benchmarks import disturbers, viewers
from benchmarks.stage import (
    UVICORN,
    Writers,
    a_room,
    environment,
    expect,
    free_port,
    paired,
    running,
)

SIZES = [int(size) for size in os.environ.get("SIZES", "1000,5000").split(",")]
BLOCKS = int(os.environ.get("BLOCKS", "5"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
WARM_UP = 3
TIMEOUT_SECONDS = 60.0
PAUSE = 0.4
NAMES = ("ours", "raw", "idiomatic")
DISTURBED = ("stalled", "churn")

MAX_OF_FLOOR, MIN_OF_OURS, MAX_OF_CALM = 1.3, 5.0, 1.5
MAX_KIB = 64.0
"""Private memory of the web processes for each browser."""


@dataclass(slots=True)
class Found:
    """Seconds from commit to the last delivery, by server or disturbance; memory in KiB."""

    took: dict[str, list[float]] = field(
        default_factory=lambda: {name: [] for name in (*NAMES, *DISTURBED)}
    )
    kib: float = 0.0


@contextlib.contextmanager
def servers(ports: dict[str, list[int]]) -> Iterator[list[psutil.Process]]:
    """Two processes of each; the web processes are handed back."""
    uvicorn = ["-m", "uvicorn", *UVICORN, "--port"]
    redis = os.environ["REDIS_URL"]
    with contextlib.ExitStack() as stack:
        for port in ports["raw"]:
            raw = ["-m", "benchmarks.peers.live_raw", str(port), redis]
            stack.enter_context(running(*raw, port=port))
        for port in ports["idiomatic"]:
            peer = [*uvicorn, str(port), "benchmarks.peers.live_idiomatic:application"]
            stack.enter_context(running(*peer, port=port))
        web = ["-m", "benchmarks.doors"]
        yield [
            stack.enter_context(running(*web, str(port), str(narrow), port=port))
            for port, narrow in zip(ports["ours"], ports["narrow"], strict=True)
        ]


def private(processes: list[psutil.Process]) -> float:
    """Memory that is theirs alone, in KiB."""
    return sum(process.memory_full_info().uss for process in processes) / 1024


def scene(size: int, incident_id: int, cookies: list[str]) -> Found:
    """The first ``size`` cookies watch; the last ones are for who disturbs."""
    ports = {name: [free_port(), free_port()] for name in (*NAMES, "narrow")}
    room = f"/ws/INC-{incident_id}/?after=999999"
    paths = {"ours": room, "raw": "/", "idiomatic": "/ws/"}
    seats = {
        name: [
            (ports[name][n % 2], paths[name], cookies[n] if name == "ours" else "")
            for n in range(size)
        ]
        for name in NAMES
    }
    guests = [(ports["ours"][n % 2], room, cookie) for n, cookie in enumerate(cookies[size:])]
    stalls = [(ports["narrow"][0], room, cookies[-1])]
    context = multiprocessing.get_context("spawn")
    with servers(ports) as webs:
        warm = viewers.connect(*guests[0]), viewers.connect(*guests[1])
        time.sleep(2)
        before = private(webs)
        pipe, theirs = context.Pipe()
        client = context.Process(target=viewers.watch, args=(theirs, seats), daemon=True)
        client.start()
        try:
            expect(pipe, 600)
            for one in warm:
                one.sock.close()
            found = Found(kib=(private(webs) - before) / size)
            _blocks(pipe, Writers(incident_id), {"stalled": stalls, "churn": guests}, found)
        finally:
            client.kill()
    return found


def _blocks(
    pipe: Any, writers: Writers, others: dict[str, list[viewers.Address]], found: Found
) -> None:
    writers.ours()
    writers.learn()
    for _ in range(WARM_UP):
        for name in NAMES:
            _round(pipe, writers, name)
    for number in range(BLOCKS * ROUNDS):
        turn = number % len(NAMES)
        for name in NAMES[turn:] + NAMES[:turn]:
            found.took[name].append(_round(pipe, writers, name))
        if number % ROUNDS == ROUNDS - 1:
            for name in DISTURBED:
                with disturbers.at_work(name, others[name]):
                    for _ in range(ROUNDS):
                        found.took[name].append(_round(pipe, writers, "ours"))
    pipe.send(None)


def _round(pipe: Any, writers: Writers, name: str) -> float:
    pipe.send((name, TIMEOUT_SECONDS))
    expect(pipe, TIMEOUT_SECONDS)
    began = getattr(writers, name)()
    ended: float = expect(pipe, TIMEOUT_SECONDS + 5)
    time.sleep(PAUSE)
    return ended - began


def ratios(size: int, found: Found) -> dict[str, float]:
    """Round by round with the calm rounds beside it: what else the machine does weighs on both."""
    took = found.took
    return {
        f"ours_vs_raw_{size}": paired(took["ours"], took["raw"]),
        f"idiomatic_vs_ours_{size}": paired(took["idiomatic"], took["ours"]),
        f"stalled_vs_calm_{size}": paired(took["stalled"], took["ours"]),
        f"churn_vs_calm_{size}": paired(took["churn"], took["ours"]),
        f"kib_per_viewer_{size}": round(found.kib, 1),
    }


def show(size: int, found: Found) -> None:
    print(
        f"{size} viewers over two processes, {BLOCKS * ROUNDS} rounds, commit to last delivery, ms"
    )
    print(f"{'':<12}{'median':>9}{'best':>9}{'worst':>9}")
    for name, times in found.took.items():
        figures = (statistics.median(times), min(times), max(times))
        print(f"{name:<12}" + "".join(f"{seconds * 1000:9.1f}" for seconds in figures), flush=True)


def missed(size: int, figures_by_name: dict[str, float]) -> bool:
    return (
        figures_by_name[f"ours_vs_raw_{size}"] > MAX_OF_FLOOR
        or figures_by_name[f"idiomatic_vs_ours_{size}"] < MIN_OF_OURS
        or figures_by_name[f"stalled_vs_calm_{size}"] > MAX_OF_CALM
        or figures_by_name[f"churn_vs_calm_{size}"] > MAX_OF_CALM
        or figures_by_name[f"kib_per_viewer_{size}"] > MAX_KIB
    )


def main() -> int:
    viewers.more_files()
    with environment():
        import django

        django.setup()
        incident_id, cookies = a_room(max(SIZES) + disturbers.PEOPLE)
        figures_by_name, bad = {}, False
        for size in SIZES:
            people = cookies[:size] + cookies[-disturbers.PEOPLE :]
            found = scene(size, incident_id, people)
            show(size, found)
            figures_by_name |= ratios(size, found)
            bad = bad or missed(size, figures_by_name)
        print(json.dumps(figures_by_name))
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
