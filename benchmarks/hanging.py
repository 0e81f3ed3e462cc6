"""Webhook receivers that hang: what do they cost all others?

One sender, RECEIVERS addresses, MESSAGES updates for each, in interleaved rounds: none hangs, or
one in ten accepts a request and never answers. The figure is the time from the moment at which an
update is published to its arrival at a receiver that answers. Ends with one JSON line; exit status
1 when the others' p95 is more than 1.5 times what it is while none hangs.
"""

import json
import os
import socketserver
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent)]

from benchmarks.stage import environment

RECEIVERS = int(os.environ.get("RECEIVERS", "100"))
MESSAGES = int(os.environ.get("MESSAGES", "5"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
HANGING_SHARE = 0.1
MAX_RATIO = 1.5


class Receivers(ThreadingHTTPServer):
    """All that answer, on one port; ``arrivals`` are the times by the monotonic clock."""

    daemon_threads = True
    request_queue_size = 1024

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receiver)
        self.arrivals: list[float] = []


class _Receiver(BaseHTTPRequestHandler):
    server: Receivers

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.arrivals.append(time.monotonic())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Silence."""


class Silent(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Nothing)
        self.over = threading.Event()


class _Nothing(socketserver.BaseRequestHandler):
    server: Silent

    def handle(self) -> None:
        self.server.over.wait()


@contextmanager
def serving[T: socketserver.BaseServer](server: T) -> Iterator[T]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def measure(hanging: int, number: int) -> list[float]:
    """Seconds until each message arrived at a receiver that answers."""
    from comms.actions import outbox
    from comms.delivery import fan_out
    from comms.models import Announcement, Delivery, Subscriber
    from incidents.timeline.row_checks import lifted
    from kernel import clock
    from tests.comms.status.published import say
    from tests.helpers.factories import PersonFactory, declared

    Delivery.objects.all().delete()
    Announcement.objects.all().delete()
    Subscriber.objects.all().delete()
    with serving(Receivers()) as receivers, serving(Silent()) as silent:
        ports = [silent.server_address[1]] * hanging
        ports += [receivers.server_address[1]] * (RECEIVERS - hanging)
        now = clock.now()
        facts = {"kind": "webhook", "asked_at": now, "confirmed_at": now}
        secret = "whsec_c2VjcmV0"  # pragma: allowlist secret
        Subscriber.objects.bulk_create(
            Subscriber(address=f"http://127.0.0.1:{port}/{path}", secret=secret, **facts)
            for path, port in enumerate(ports)
        )
        person = PersonFactory(username=f"commander-{number}-{hanging}", groups=["responder"])
        incident = declared(person, now=clock.now())
        began = time.monotonic()
        with lifted():  # an update without the entry that an action writes
            for _ in range(MESSAGES):
                fan_out.announce_step(say(incident, clock.now()), clock.now())
        fan_out.fill(clock.now())
        expected = (RECEIVERS - hanging) * MESSAGES
        sender = threading.Thread(target=_send, args=(outbox,), daemon=True)
        sender.start()
        while len(receivers.arrivals) < expected and sender.is_alive():
            sender.join(0.02)
        arrivals = [at - began for at in receivers.arrivals]
        silent.over.set()  # the round is over: they are hung up on, and the sender ends
        sender.join()
    if len(arrivals) != expected:
        raise SystemExit(f"{len(arrivals)} of {expected} arrived")
    return arrivals


def _send(outbox: Any) -> None:
    from django.db import connection

    from kernel import clock

    try:
        outbox.send("webhook", clock.now())
    finally:
        connection.close()


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def main() -> int:
    os.environ["OUTGOING_ALLOW"] = "127.0.0.0/8"
    with environment():
        os.environ["LOG_LEVEL"] = "CRITICAL"
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        few = round(RECEIVERS * HANGING_SHARE)
        measure(0, -1)  # imports and pools
        rounds = [(p95(measure(0, n)), p95(measure(few, n))) for n in range(ROUNDS)]
    none = statistics.median(one for one, _ in rounds)
    some = statistics.median(one for _, one in rounds)
    ratio = statistics.median(hung / well for well, hung in rounds)
    print(f"{RECEIVERS} receivers, {MESSAGES} messages each, medians of {ROUNDS} rounds")
    print(f"{'p95 while none hangs, s':<32}{none:>8.2f}")
    print(f"{f'p95 of the others, {few} hang, s':<32}{some:>8.2f}   at most {MAX_RATIO} times")
    print(json.dumps({"p95_ratio_with_hanging": round(ratio, 2)}))
    return 0 if ratio <= MAX_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
