"""1,000 browsers in one room: how long from the commit until the last of them has the entry?

Three servers side by side, each its own process, the same bytes to the same number of connections,
in interleaved rounds: ours (commit → publish → hub → read, render, send), the raw floor
(``websockets.broadcast`` behind Redis pub/sub) and the idiomatic Channels group consumer. The two
peers are handed the finished message. Ends with one JSON line of ratios; exit status 1 when ours
takes more than 1.5 times the floor or the idiomatic one less than 4 times ours.
"""

import json
import multiprocessing
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from benchmarks import viewers
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

VIEWERS = int(os.environ.get("VIEWERS", "1000"))
ROUNDS = int(os.environ.get("ROUNDS", "15"))
WARM_UP = 3
TIMEOUT_SECONDS = 20.0
MAX_OF_FLOOR, MIN_OF_OURS = 1.5, 4.0


def measure(ports: dict[str, int], incident_id: int, cookies: list[str]) -> dict[str, list[float]]:
    """Seconds from commit to last delivery, a list for each server."""
    no_cookies = [""] * VIEWERS
    seats = {
        "ours": [(ports["ours"], f"/ws/INC-{incident_id}/?after=999999", c) for c in cookies],
        "raw": [(ports["raw"], "/", c) for c in no_cookies],
        "idiomatic": [(ports["idiomatic"], "/ws/", c) for c in no_cookies],
    }
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    client = context.Process(target=viewers.watch, args=(theirs, seats), daemon=True)
    client.start()
    try:
        return _rounds(pipe, Writers(incident_id))
    finally:
        client.kill()


def _rounds(pipe: Any, writers: Writers) -> dict[str, list[float]]:
    expect(pipe, 120)
    names = ["ours", "raw", "idiomatic"]
    took: dict[str, list[float]] = {name: [] for name in names}
    for number in range(WARM_UP + ROUNDS):
        turn = number % 3 if number else 0
        for name in names[turn:] + names[:turn]:
            pipe.send((name, TIMEOUT_SECONDS))
            expect(pipe, TIMEOUT_SECONDS)
            started = getattr(writers, name)()
            ended = expect(pipe, TIMEOUT_SECONDS + 5)
            if number >= WARM_UP:
                took[name].append(ended - started)
            if name == "ours":
                writers.learn()
            time.sleep(0.4)
    pipe.send(None)
    return took


def report(took: dict[str, list[float]]) -> int:
    middle = {name: statistics.median(times) for name, times in took.items()}
    print(f"{VIEWERS} viewers of one room, {ROUNDS} rounds, commit to last delivery, ms")
    print(f"{'':<12}{'median':>8}{'best':>8}{'worst':>8}")
    for name, times in took.items():
        figures = (middle[name], min(times), max(times))
        print(f"{name:<12}" + "".join(f"{seconds * 1000:8.1f}" for seconds in figures))
    # Round by round: what else the machine does weighs on the neighbours of a round alike.
    ratios = {
        "ours_vs_raw": paired(took["ours"], took["raw"]),
        "idiomatic_vs_ours": paired(took["idiomatic"], took["ours"]),
    }
    print(json.dumps(ratios))
    good = ratios["ours_vs_raw"] <= MAX_OF_FLOOR
    return 0 if good and ratios["idiomatic_vs_ours"] >= MIN_OF_OURS else 1


def main() -> int:
    with environment():
        import django

        django.setup()
        incident_id, cookies = a_room(VIEWERS)
        ports = {name: free_port() for name in ("ours", "raw", "idiomatic")}
        uvicorn = ["-m", "uvicorn", *UVICORN, "--port"]
        peer = ["benchmarks.peers.live_idiomatic:application"]
        with (
            running(
                *uvicorn,
                str(ports["ours"]),
                "warroom.asgi:application",
                port=ports["ours"],
            ),
            running(
                "-m",
                "benchmarks.peers.live_raw",
                str(ports["raw"]),
                os.environ["REDIS_URL"],
                port=ports["raw"],
            ),
            running(*uvicorn, str(ports["idiomatic"]), *peer, port=ports["idiomatic"]),
        ):
            return report(measure(ports, incident_id, cookies))


if __name__ == "__main__":
    raise SystemExit(main())
