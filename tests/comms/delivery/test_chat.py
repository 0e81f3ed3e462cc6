"""A chat that follows: it confirms by taking the first message, and gets each update once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client

from comms.actions import outbox, subscribing
from comms.delivery import fan_out
from comms.delivery.subscribers import chat_message
from comms.delivery.wording import notification_of
from comms.models import Delivery, Subscriber
from comms.status import store
from comms.subscribers.masked_addresses import masked
from incidents.models import Incident
from kernel import clock
from tests.comms.delivery.receiving import Receiver, receiving
from tests.comms.status.published import say

pytestmark = pytest.mark.django_db
State = Delivery.State
TOKEN = "Abc9Def8Ghi7Jkl6"


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OUTGOING_ALLOW = [ip_network("127.0.0.0/8")]
    with receiving() as server:
        yield server


@pytest.fixture
def chat(receiver: Receiver) -> Subscriber:
    found = subscribing.subscribe("apprise", f"mmost://{receiver.place}/{TOKEN}", now=clock.now())
    assert found is not None
    return found


def send(later: timedelta = timedelta()) -> None:
    now = clock.now() + later
    fan_out.fill(now)
    outbox.send("apprise", now, limit=10)


def publish(incident: Incident) -> None:
    fan_out.announce_step(say(incident, clock.now()), clock.now())


def test_it_confirms_by_taking_and_is_then_told_once(
    receiver: Receiver, chat: Subscriber, incident: Incident, client: Client
) -> None:
    send()
    chat.refresh_from_db()
    assert chat.confirmed_at is not None
    publish(incident)
    send()
    send()

    (_, _, hello), (_, _, update) = receiver.got
    assert "/status/leave/" in hello.decode()
    assert "About one in three attempts to sign in fails." in update.decode()
    assert "/status/" in update.decode()


def test_one_that_never_took_it_is_told_nothing(
    receiver: Receiver, chat: Subscriber, incident: Incident
) -> None:
    receiver.status = 500
    send()
    publish(incident)
    send()

    assert len(receiver.got) == 1
    assert Delivery.objects.get().state == State.WAITING


def test_what_failed_is_sent_again(receiver: Receiver, chat: Subscriber) -> None:
    receiver.status, receiver.body = 503, TOKEN.encode()
    send()
    failed = Delivery.objects.get()
    receiver.status = 200
    send(later=timedelta(seconds=20))

    assert (failed.state, failed.attempts) == (State.WAITING, 1)
    assert "answered 503" in failed.last_error
    assert TOKEN not in failed.last_error
    assert Delivery.objects.get().state == State.SENT
    assert len(receiver.got) == 2


def test_one_inside_is_given_up_at_once(
    receiver: Receiver, chat: Subscriber, settings: Any
) -> None:
    settings.OUTGOING_ALLOW = []

    send()

    assert receiver.got == []
    assert Delivery.objects.get().state == State.DEAD


def test_its_address_is_shown_without_the_token(chat: Subscriber) -> None:
    assert TOKEN not in masked(chat)


@pytest.mark.parametrize(
    "address", ["json://example.test/", "slack://T1JJ3T3L2/", "mmosts://x.test/a1?retry=5", ""]
)
def test_what_cannot_be_told_is_refused(client: Client, address: str) -> None:
    answer = client.post("/status/subscribe/", {"kind": "apprise", "address": address})

    assert answer.status_code == 422
    assert Subscriber.objects.count() == 0


def test_the_tick_asks_a_worker_for_what_others_take_their_time_with(
    receiver: Receiver, chat: Subscriber
) -> None:
    broker = store._client(store._url())
    broker.delete("celery")

    outbox.send_waiting(clock.now())

    _, asked = broker.blpop("celery", timeout=30)
    assert b"comms.deliver" in asked
    assert receiver.got == []


def test_a_round_ends_with_its_time(receiver: Receiver, chat: Subscriber) -> None:
    now = clock.now()

    assert outbox.send("apprise", now, limit=10, until=now)

    assert receiver.got == []


def test_one_that_fails_does_not_hold_up_the_others(receiver: Receiver, chat: Subscriber) -> None:
    subscribing.subscribe("apprise", f"mmost://{receiver.place}/{TOKEN}2", now=clock.now())
    receiver.status = 500

    send()

    assert len(receiver.got) == 2


def test_a_long_update_says_in_a_chat_when_the_next_one_comes(incident: Incident) -> None:
    """What does not fit is cut before the last paragraph."""
    at = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
    update = say(incident, at, impact="word " * 300, mitigation="word " * 300)
    delivery = Delivery(subscriber=Subscriber(kind="apprise", address="slack://x"), update=update)

    _, text = chat_message(delivery.subscriber, notification_of(delivery.message))

    promise, link = text.rpartition("\n\n")[2].split("\n")
    assert promise == "We write again by 30 Nov 2026, 12:30 UTC."
    assert link.endswith(f"/status/incidents/{incident.bulletin.code}/")
