"""A web process is killed under thousands of browsers: how soon has each of them all of it again?

Two web processes with ``VIEWERS`` browsers each, in one room where entries go on being written.
One process is killed with SIGKILL and started again at once. Its browsers come back as the page's
script does, to either of the two, and catch up. In the end each browser's digest over all entries
that it was sent (number and HTML, in order) must be that of a fresh rendering from the database.
Ends with one JSON line; exit status 1 when one differs, when anything but a lost or refused
connection went wrong, or when it took too long.
"""

import contextlib
import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from benchmarks import returning
from benchmarks.returning import Outcome
from benchmarks.stage import (
    UVICORN,
    Writers,
    a_room,
    environment,
    expect,
    free_port,
    started,
    until_it_answers,
)

VIEWERS = int(os.environ.get("VIEWERS", "2000"))
BETWEEN = 1.0
"""Seconds between two entries."""

TIMEOUT_SECONDS = 300.0
MAX_SETTLE_SECONDS = 15.0
"""Seconds until all are live again and have everything, from when the process listens again."""

ALLOWED = {"ConnectionRefusedError", "ConnectionResetError", "closed", "closed at the door"}
"""What a browser may see of a process that was killed."""


def web(port: int) -> "subprocess.Popen[bytes]":
    words = ["-m", "uvicorn", *UVICORN, "--port", str(port)]
    return started(*words, "warroom.asgi:application")


@contextlib.contextmanager
def writing(writers: Writers) -> Iterator[None]:
    """Entries all the while."""
    over = threading.Event()

    def write() -> None:
        while not over.wait(BETWEEN):
            writers.ours()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def storm(incident_id: int, cookies: list[str]) -> tuple[Outcome, float, bool]:
    """What became of them, seconds until the process listened again, and are all digests right?"""
    writers, ports = Writers(incident_id), [free_port(), free_port()]
    writers.ours()
    first = writers.last_seq
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    arguments = (theirs, ports, f"/ws/INC-{incident_id}/", cookies, first)
    client = context.Process(target=returning.watch, args=arguments, daemon=True)
    webs = [web(port) for port in ports]
    try:
        for port in ports:
            until_it_answers(port)
        client.start()
        expect(pipe, TIMEOUT_SECONDS)
        with writing(writers):
            time.sleep(2)
            killed_at = time.monotonic()
            webs[0].kill()
            webs[0].wait()
            pipe.send(killed_at)
            webs[0] = web(ports[0])
            until_it_answers(ports[0])
            again = time.monotonic() - killed_at
            expect(pipe, TIMEOUT_SECONDS)
            time.sleep(1)
        pipe.send(writers.last_seq)
        outcome: Outcome = expect(pipe, TIMEOUT_SECONDS)
        return outcome, again, list(outcome.digests) == [returning.fresh(incident_id, first)]
    finally:
        if client.is_alive():
            client.kill()
        for one in webs:
            one.kill()
            one.wait()


def report(outcome: Outcome, again: float, equal: bool) -> int:
    wrong = sum(outcome.errors.values()) + sum(
        count for what, count in outcome.lost.items() if what not in ALLOWED
    )
    print(f"{2 * VIEWERS} viewers over two processes, one of which is killed and started again")
    rows: list[tuple[str, Any]] = [
        ("without a connection at the worst moment", outcome.away),
        ("the process listens again after, s", round(again, 1)),
        ("all live again after, s", round(outcome.settled, 1)),
        ("tries that found it down, and connections that it lost", outcome.lost),
        ("errors", outcome.errors or "none"),
        ("every timeline equals the database's", "yes" if equal else "NO"),
    ]
    for what, found in rows:
        print(f"{what:<58}{found}")
    figures = {
        "settled_part_of_limit": round((outcome.settled - again) / MAX_SETTLE_SECONDS, 2),
        "errors": wrong,
        "digests_equal": equal,
    }
    print(json.dumps(figures))
    return 0 if equal and not wrong and outcome.settled - again <= MAX_SETTLE_SECONDS else 1


def main() -> int:
    with environment():
        import django

        django.setup()
        incident_id, cookies = a_room(2 * VIEWERS)
        return report(*storm(incident_id, cookies))


if __name__ == "__main__":
    raise SystemExit(main())
