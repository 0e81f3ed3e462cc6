"""Sends what waits in the queue: each entry once, in a bounded time."""

import time
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from warroom_cli import queue
from warroom_cli.client import Client
from warroom_cli.refusals import Away, Refusal
from warroom_cli.settings import Settings, Unusable, incident_number

PATIENT_SECONDS = 60.0
QUICK_SECONDS = 3.0
"""The longest that the end of a command waits for the server."""

_RECORDED_ALREADY = 409
_TOKEN_REFUSED = 401


@dataclass(frozen=True)
class Sent:
    """What became of an entry: delivered with an ``answer``, set aside or still waiting."""

    state: str
    sentences: tuple[str, ...] = ()
    answer: Any = None

    @property
    def is_delivered(self) -> bool:
        return self.state == "delivered"


WAITING, REFUSED, DELIVERED, ELSEWHERE = "waiting", "refused", "delivered", "elsewhere"


def send_within(settings: Settings, path: Path, seconds: float = QUICK_SECONDS) -> Sent:
    """Send one entry now, and others with the time that is left; never longer than ``seconds``.

    Who answers too late is not waited for: the entry stays, and its key makes it arrive once.
    """
    outcome = [Sent(WAITING, (f"{settings.url or 'The server'} has not answered yet.",))]

    def work() -> None:
        outcome[0] = send(settings, path, timeout=seconds)
        if outcome[0].is_delivered:
            send_all(settings, until=until)

    until = time.monotonic() + seconds
    _for_at_most(seconds, work)
    return outcome[0]


def post(settings: Settings, entry: queue.Entry) -> Sent:
    """Keep an entry, then send it, in a few seconds or later."""
    try:
        path = queue.keep(entry)
    except OSError as error:
        return send_unkept(settings, entry, f"It cannot be kept: {error}.")
    return send_within(settings, path)


def send_unkept(settings: Settings, entry: queue.Entry, why: str) -> Sent:
    """Send now what cannot be written to the disk: there is no later."""
    outcome = [Sent(REFUSED, (why, f"{settings.url or 'The server'} has not answered."))]

    def work() -> None:
        try:
            answer = _post(settings, entry, QUICK_SECONDS)
            outcome[0] = Sent(DELIVERED, answer=answer)
        except Refusal as refusal:
            outcome[0] = Sent(REFUSED, (why, *refusal.sentences))
        except (Away, Unusable, OSError) as error:
            outcome[0] = Sent(REFUSED, (why, str(error)))

    _for_at_most(QUICK_SECONDS, work)
    return outcome[0]


def send_rest_within(settings: Settings, seconds: float = QUICK_SECONDS) -> None:
    """Send what waits, as far as it goes."""
    if queue.waiting():
        until = time.monotonic() + seconds
        _for_at_most(seconds, lambda: send_all(settings, until=until))


def send_all(settings: Settings, *, until: float, incident: int = 0) -> list[tuple[Path, Sent]]:
    """Send entries, the oldest first, until one must wait or ``until`` of the clock is past.

    ``incident`` is for those that name none.
    """
    outcomes = []
    for path in queue.waiting():
        if (left := until - time.monotonic()) <= 0:
            break
        outcome = send(settings, path, timeout=left, incident=incident)
        outcomes.append((path, outcome))
        if outcome.state == WAITING:
            break
    return outcomes


def send(settings: Settings, path: Path, *, timeout: float, incident: int = 0) -> Sent:
    """Send one entry. It leaves the queue when the server has it, or will never take it."""
    try:
        with queue.claimed(path) as entry:
            if entry is None:
                return Sent(ELSEWHERE, ("Another command sends it.",))
            if entry.url and entry.url != settings.url:
                return Sent(ELSEWHERE, (f"It is for {entry.url}.",))
            entry = queue.with_incident(entry, incident)
            try:
                answer = _post(settings, entry, timeout)
            except Refusal as refusal:
                if refusal.status == _TOKEN_REFUSED:
                    return Sent(WAITING, tuple(refusal.sentences))
                if refusal.status != _RECORDED_ALREADY:
                    kept = queue.set_aside(path)
                    return Sent(REFUSED, (*refusal.sentences, f"It is kept in {kept}."))
                answer = {}
            queue.done(path)
            return Sent(DELIVERED, answer=answer)
    except (Away, Unusable, OSError) as error:
        return Sent(WAITING, (str(error),))
    except (ValueError, TypeError):
        return Sent(ELSEWHERE, (f"{path} cannot be read.",))


def _post(settings: Settings, entry: queue.Entry, timeout: float) -> Any:
    client = Client(settings)
    number = entry.incident or _own_incident(client, settings, entry, timeout)
    path = f"/incidents/{number}/{entry.part}"
    return client.post(path, entry.body, key=entry.key, timeout=timeout)


def _own_incident(client: Client, settings: Settings, entry: queue.Entry, timeout: float) -> int:
    """The incident of the token, where it is the one of the capture."""
    if entry.token_mark in ("", settings.token_mark):
        me = client.get("/me", timeout=timeout)
        if reference := me.get("incident"):
            return incident_number(reference)
    raise Unusable("It names no incident. Say which: warroom send INC-42")


def _for_at_most(seconds: float, work: Any) -> None:
    """In a thread: looking up a name or a slow answer has no other bound."""
    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
