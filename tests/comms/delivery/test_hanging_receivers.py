"""Receivers that take a request and never answer: the others hear as soon as ever, and the ones
that hang are left alone for a while."""

import itertools
import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from comms.actions import delivery_outcomes, outbox, parallel_sending
from comms.delivery import deadline, fan_out, guard
from comms.delivery.public_name import name_of
from comms.delivery.webhook import PREFIX
from comms.models import Delivery, NoticeChoice, Subscriber
from incidents.models import Incident, Notice, Person
from kernel import clock
from tests.comms.delivery.receiving import Receiver, receiving
from tests.comms.status.published import say
from tests.helpers.tiers import in_tier

pytestmark = pytest.mark.django_db
State = Delivery.State

HEALTHY = in_tier(test=8, prove=80)
HANGING = in_tier(test=3, prove=30)
MESSAGES = in_tier(test=15, prove=15)

GIVE_UP_SECONDS = 60.0
"""Whoever waits so long for one that hangs has failed: then all of them are hung up on."""


class Silent(socketserver.ThreadingTCPServer):
    """Accepts every connection, and says nothing until it hangs up on all of them."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Nothing)
        self.callers, self.over = 0, threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Nothing(socketserver.BaseRequestHandler):
    server: Silent

    def handle(self) -> None:
        self.server.callers += 1
        self.server.over.wait()


@pytest.fixture
def silent() -> Iterator[Silent]:
    with Silent() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        giving_up = threading.Timer(GIVE_UP_SECONDS, server.over.set)
        giving_up.start()
        yield server
        giving_up.cancel()
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def loopback(settings: Any) -> None:
    settings.OUTGOING_ALLOW = [ip_network("127.0.0.0/8")]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


def follow(address: str, **more: Any) -> Subscriber:
    before = clock.now() - timedelta(days=1)
    facts = {"kind": "webhook", "asked_at": before, "confirmed_at": before}
    return Subscriber.objects.create(address=address, secret=f"{PREFIX}c2VjcmV0", **facts | more)


def publish(incident: Incident, times: int = 1) -> None:
    for _ in range(times):
        fan_out.announce_step(say(incident, clock.now()), clock.now())
    fan_out.fill(clock.now())


@pytest.mark.case("M6")
def test_those_that_hang_delay_nobody(
    receiver: Receiver, silent: Silent, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others have all their messages while every one that hangs still does.

    Over a second: so many requests are really made.
    """
    monkeypatch.setattr(guard, "STEP_TIMEOUT_SECONDS", GIVE_UP_SECONDS)
    monkeypatch.setattr(deadline, "DEADLINE_SECONDS", GIVE_UP_SECONDS)
    arrivals = itertools.count(1)
    calls: list[int] = []

    def note() -> None:
        if next(arrivals) == HEALTHY * MESSAGES:
            calls.append(silent.callers)
            assert not silent.over.is_set(), "The others waited for the ones that hang."
            silent.over.set()

    monkeypatch.setattr(receiver, "note", note)
    for number in range(HANGING):  # they subscribed first, and so come first
        follow(f"{silent.url}/{number}")
    for number in range(HEALTHY):
        follow(f"http://{receiver.place}/{number}")
    publish(incident, MESSAGES)

    outbox.send("webhook", clock.now())

    assert calls == [HANGING]
    to_healthy = Delivery.objects.filter(subscriber__failures=0)
    assert to_healthy.filter(state=State.SENT).count() == HEALTHY * MESSAGES
    left_alone = Subscriber.objects.filter(failures=3, paused_until__isnull=False)
    assert left_alone.count() == HANGING


def test_one_message_at_a_time_goes_to_an_address_in_order(
    receiver: Receiver, incident: Incident
) -> None:
    follow(f"http://{receiver.place}/hook")
    publish(incident, 5)

    outbox.send("webhook", clock.now())

    ids = [headers["webhook-id"] for _, headers, _ in receiver.got]
    assert ids == [
        name_of("delivery", pk)
        for pk in Delivery.objects.order_by("pk").values_list("pk", flat=True)
    ]
    assert receiver.most_at_once == 1


def test_several_addresses_are_sent_to_at_once(receiver: Receiver, incident: Incident) -> None:
    """Each answers only when all have come: one after the other they would wait for ever."""
    receiver.together = threading.Barrier(5, timeout=20)
    for number in range(5):
        follow(f"http://{receiver.place}/{number}")
    publish(incident)

    outbox.send("webhook", clock.now())

    assert set(Delivery.objects.values_list("state", flat=True)) == {State.SENT}


def test_an_address_that_fails_again_and_again_is_left_alone(
    receiver: Receiver, incident: Incident
) -> None:
    receiver.status = 500
    hook = follow(f"http://{receiver.place}/hook")
    publish(incident, 5)
    now = clock.now()

    outbox.send("webhook", now)

    hook.refresh_from_db()
    assert len(receiver.got) == hook.failures == 3
    assert hook.paused_until is not None
    publish(incident)
    outbox.send("webhook", now + timedelta(seconds=10))
    assert len(receiver.got) == 3

    outbox.send("webhook", hook.paused_until)  # one is tried, for all
    assert len(receiver.got) == 4


def test_an_address_that_answers_again_gets_all_that_waits(
    receiver: Receiver, incident: Incident
) -> None:
    hook = follow(f"http://{receiver.place}/hook", failures=4, paused_until=clock.now())
    publish(incident, 5)

    outbox.send("webhook", clock.now() + timedelta(seconds=1))

    hook.refresh_from_db()
    assert (hook.failures, hook.paused_until) == (0, None)
    assert len(receiver.got) == 5


def test_a_dead_address_uses_up_the_attempts_of_all_that_waits(
    receiver: Receiver, incident: Incident
) -> None:
    receiver.status = 500
    follow(f"http://{receiver.place}/hook")
    publish(incident, 40)
    now = clock.now()

    for _ in range(12):
        outbox.send("webhook", now)
        now += timedelta(hours=2)

    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DEAD}
    assert len(receiver.got) < 25


def test_those_that_failed_come_after_the_others(
    receiver: Receiver, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel_sending, "MAX_PROMPT", 1)
    follow(f"http://{receiver.place}/failed", failures=1)
    follow(f"http://{receiver.place}/healthy")
    publish(incident)

    outbox.send("webhook", clock.now(), limit=1)

    assert [path for path, _, _ in receiver.got] == ["/healthy"]


def test_a_persons_chat_is_left_alone_too(
    receiver: Receiver, incident: Incident, deputy: Person
) -> None:
    receiver.status = 500
    now = clock.now()
    address = f"mmost://{receiver.place}/Abc9Def8Ghi7Jkl6"
    NoticeChoice.objects.create(person=deputy, address=address, address_since=now)
    for _ in range(5):
        facts = {"kind": "role.assigned", "sentence": "You are Deputy.", "href": "/"}
        Notice.objects.create(incident=incident, person=deputy, at=now, **facts)
    outbox.fill(now)

    outbox.send("apprise", now)

    choice = NoticeChoice.objects.get()
    assert len(receiver.got) == choice.failures == 3
    assert choice.paused_until is not None


@pytest.mark.case("M7")
@pytest.mark.parametrize("kind", ["webhook", "apprise"])
def test_an_address_that_is_gone_has_left(
    kind: str, receiver: Receiver, incident: Incident
) -> None:
    receiver.status = 410
    scheme = {"webhook": "http", "apprise": "mmost"}[kind]
    hook = follow(f"{scheme}://{receiver.place}/Abc9Def8Ghi7Jkl6", kind=kind)
    publish(incident, 3)

    outbox.send(kind, clock.now())

    hook.refresh_from_db()
    assert hook.left_at is not None
    assert len(receiver.got) == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.DEAD}
    publish(incident)
    assert Delivery.objects.count() == 3


def test_a_sender_that_fails_hands_nothing_over(
    receiver: Receiver, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is gone while requests are on their way: what is not stored does not leave."""

    def broken(*_: Any) -> None:
        raise RuntimeError("the database is gone")

    follow(f"http://{receiver.place}/hook")
    publish(incident)
    monkeypatch.setattr(parallel_sending, "_heed", broken)

    with pytest.raises(RuntimeError):
        outbox.send("webhook", clock.now())

    for thread in threading.enumerate():
        if thread.name == "delivery":
            thread.join(20)
    assert receiver.got == []
    assert Delivery.objects.get().state == State.SENDING
    assert delivery_outcomes.NOT_HEARD not in Delivery.objects.get().last_error
