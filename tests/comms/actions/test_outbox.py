"""Deliveries: once each, and again only when the mail server failed."""

import socket
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import dj_email_url
import pytest
from django.core import mail
from django.db import connection

from comms.actions import delivery_outcomes, outbox
from comms.models import Delivery
from incidents.actions import roles
from incidents.models import Incident, Notice, Person
from incidents.vocabulary import RoleName
from tests.helpers.factories import START, declared
from warroom.settings.mail import mailers

State = Delivery.State


def _notice(incident: Incident, person: Person, **values: object) -> Notice:
    facts = {"kind": "role.assigned", "sentence": "You are Deputy.", "href": "/", "at": START}
    return Notice.objects.create(incident=incident, person=person, **facts | values)


def _tick(now=START) -> None:
    outbox.fill(now)
    outbox.send_waiting(now)


@pytest.fixture
def mail_server_down(settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.MAILERS = mailers(dj_email_url.parse(f"smtp://127.0.0.1:{port}"))


def test_a_new_role_is_mailed_once(incident: Incident, commander: Person, deputy: Person) -> None:
    roles.assign(commander.as_actor(), incident.pk, role=RoleName.DEPUTY, person=deputy, now=START)

    _tick()
    _tick(START + timedelta(seconds=1))

    assert [message.to for message in mail.outbox] == [[deputy.email]]
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.sent_at) == (State.SENT, 1, START)


def test_nobody_without_an_address_and_nobody_inactive_gets_one(
    incident: Incident, commander: Person, deputy: Person
) -> None:
    Person.objects.filter(pk=deputy.pk).update(email="")
    Person.objects.filter(pk=commander.pk).update(is_active=False)
    _notice(incident, deputy)
    _notice(incident, commander)

    _tick()

    assert Delivery.objects.count() == 0


def test_an_old_notice_is_no_longer_news(incident: Incident, deputy: Person) -> None:
    _notice(incident, deputy)

    _tick(START + timedelta(hours=1))

    assert Delivery.objects.count() == 0


def test_who_lost_access_meanwhile_is_not_told(commander: Person, deputy: Person) -> None:
    restricted = declared(commander, restricted=True)
    _notice(restricted, deputy)

    _tick()

    assert mail.outbox == []
    assert Delivery.objects.values_list("state", "last_error").get() == (
        State.DEAD,
        delivery_outcomes.NO_ACCESS,
    )


def test_a_server_that_is_down_is_tried_again_later(
    incident: Incident, deputy: Person, mail_server_down: None
) -> None:
    _notice(incident, deputy)

    _tick()

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (State.WAITING, 1)
    waits = delivery.next_try_at - START
    assert timedelta(seconds=15) <= waits <= timedelta(seconds=18)
    assert delivery.last_error.startswith("ConnectionRefusedError")


def test_one_failure_ends_the_round(
    incident: Incident, deputy: Person, mail_server_down: None
) -> None:
    for _ in range(3):
        _notice(incident, deputy)

    _tick()

    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 1]


def test_it_arrives_when_the_server_is_back(
    incident: Incident, deputy: Person, mail_server_down: None, settings
) -> None:
    _notice(incident, deputy)
    _tick()
    settings.MAILERS = mailers(dj_email_url.parse("memory://"))

    _tick(START + timedelta(seconds=14))
    assert mail.outbox == []
    _tick(START + timedelta(seconds=18))

    assert len(mail.outbox) == 1
    assert Delivery.objects.values_list("state", "last_error").get() == (State.SENT, "")


def test_after_the_last_attempt_it_is_dead(
    incident: Incident, deputy: Person, mail_server_down: None
) -> None:
    _notice(incident, deputy)
    now = START

    for _ in range(len(delivery_outcomes.RETRY_DELAYS) + 3):
        _tick(now)
        now += timedelta(hours=1)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (
        State.DEAD,
        len(delivery_outcomes.RETRY_DELAYS) + 1,
    )
    assert delivery.last_error.startswith("ConnectionRefusedError")


def test_what_had_not_left_the_house_is_sent_by_the_next(
    incident: Incident, deputy: Person
) -> None:
    _notice(incident, deputy)
    outbox.fill(START)
    outbox.claim(START)

    _tick(START + timedelta(seconds=1))

    assert [message.to for message in mail.outbox] == [[deputy.email]]
    assert Delivery.objects.values_list("state", "attempts").get() == (State.SENT, 2)


def test_what_was_handed_over_is_never_sent_again(incident: Incident, deputy: Person) -> None:
    _notice(incident, deputy)
    outbox.fill(START)
    claimed = outbox.claim(START)
    assert claimed is not None
    Delivery.objects.filter(pk=claimed.pk).update(state=State.HANDED)

    _tick(START + timedelta(seconds=1))

    assert mail.outbox == []
    assert Delivery.objects.values_list("state", "last_error").get() == (
        State.UNSURE,
        delivery_outcomes.NOT_HEARD,
    )


def test_what_was_given_up_can_be_sent_again(incident: Incident, deputy: Person) -> None:
    _notice(incident, deputy)
    outbox.fill(START)
    Delivery.objects.update(state=State.DEAD, attempts=6, last_error="refused")

    assert outbox.resend([Delivery.objects.get().pk], START) == 1
    _tick()

    assert len(mail.outbox) == 1
    assert outbox.resend([Delivery.objects.get().pk], START) == 0


@pytest.mark.django_db(transaction=True)
def test_one_sender_holds_a_channel() -> None:
    seen: list[bool] = []

    def other() -> None:
        for channel in ("email", "webhook"):
            with outbox._channel_lock(channel) as mine:
                seen.append(mine)

    with outbox._channel_lock("email") as mine:
        _at_once(other)

    assert (mine, seen) == (True, [False, True])


def _at_once(*work: Callable[[], None]) -> None:
    """Run each in a thread of its own, started together."""
    barrier = Barrier(len(work))

    def run(one: Callable[[], None]) -> None:
        try:
            barrier.wait()
            one()
        finally:
            connection.close()

    threads = [Thread(target=run, args=[one]) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_two_senders_never_take_the_same_delivery(incident: Incident, deputy: Person) -> None:
    notices = [_notice(incident, deputy).pk for _ in range(20)]
    taken: list[int] = []

    def send() -> None:
        outbox.fill(START)
        while (delivery := outbox.claim(START)) is not None:
            taken.append(delivery.notice_id)

    _at_once(send, send)

    assert sorted(taken) == notices
