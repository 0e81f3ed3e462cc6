"""People's own notices: to each by the ways that they chose, once on each, and the test of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from comms.actions import delivery_outcomes, notices, outbox, publish_escalation
from comms.actions.notices import NoticePreferenceInput
from comms.delivery import waiting
from comms.models import Delivery, NoticeChoice
from comms.vocabulary import SubscriberKind
from incidents.models import Incident, Notice, Person
from kernel import clock
from kernel.refusal import Refused
from tests.comms.delivery.receiving import Receiver, receiving
from tests.helpers.counting import queries
from tests.helpers.factories import START
from tests.helpers.messages import escalation

pytestmark = pytest.mark.django_db(transaction=True)

NOW = START + timedelta(minutes=5)
TOKEN = "tk4f9a1c77e0d2b8"  # pragma: allowlist secret


@pytest.fixture
def place(settings: Any) -> Iterator[Receiver]:
    settings.OUTGOING_ALLOW = [ip_network("127.0.0.0/8")]
    with receiving() as server:
        yield server


def address(place: Receiver) -> str:
    return f"gotify://{place.place}/{TOKEN}"


def write_notice(incident: Incident, person: Person, at: datetime = NOW) -> Notice:
    return Notice.objects.create(
        incident=incident,
        person=person,
        kind="role.assigned",
        sentence="You own the lane Mitigation.",
        href="/INC-1/",
        at=at,
    )


def ticked(now: datetime = NOW) -> None:
    outbox.fill(now)
    sent(now)


def sent(now: datetime = NOW) -> None:
    """As the worker does that the tick asks."""
    for channel in waiting.PERSONAL:
        outbox.send(channel, now, limit=10)


def ways(notice: Notice) -> list[str]:
    return sorted(notice.deliveries.values_list("channel", flat=True))


def choose(person: Person, now: datetime = START, **chosen: Any) -> NoticeChoice:
    said = NoticePreferenceInput(**({"mail": True} | chosen))
    return notices.save_preference(person.as_actor(), said, now=now)


def test_who_responds_gets_mail_and_stakeholders_are_left_alone(
    incident: Incident, stranger: Person, admin: Person, stakeholder: Person
) -> None:
    found = {person: write_notice(incident, person) for person in (stranger, admin, stakeholder)}
    ticked()

    assert [ways(notice) for notice in found.values()] == [["email"], ["email"], []]
    assert {to for one in mail.outbox for to in one.to} == {stranger.email, admin.email}


def test_each_way_that_was_chosen_brings_it_once(
    incident: Incident, stranger: Person, place: Receiver
) -> None:
    choose(stranger, address=address(place))
    notice = write_notice(incident, stranger)
    for _ in range(3):
        ticked()

    assert ways(notice) == ["apprise", "email"]
    assert len(mail.outbox) == len(place.got) == 1
    assert b"You own the lane Mitigation." in place.got[0][2]


def test_what_was_written_before_a_way_was_switched_on_does_not_come_by_it(
    incident: Incident, stakeholder: Person, stranger: Person, place: Receiver
) -> None:
    old = [write_notice(incident, person, START) for person in (stranger, stakeholder)]
    choose(stranger, NOW, mail=True, address=address(place))
    choose(stakeholder, NOW, mail=True)
    ticked(NOW + timedelta(seconds=1))

    assert [ways(notice) for notice in old] == [["email"], []]


@pytest.mark.parametrize("after", [False, True], ids=["before it is written", "while it waits"])
def test_what_is_switched_off_brings_nothing(
    incident: Incident, stranger: Person, place: Receiver, after: bool
) -> None:
    choose(stranger, address=address(place))
    if not after:
        choose(stranger, mail=False, forget=True)
    notice = write_notice(incident, stranger)
    outbox.fill(NOW)
    choose(stranger, NOW, mail=False, forget=True)
    sent(NOW)

    assert (mail.outbox, place.got) == ([], [])
    states = set(notice.deliveries.values_list("state", flat=True))
    assert states == ({Delivery.State.DEAD} if after else set())


def test_saving_again_keeps_what_was_on(incident: Incident, stranger: Person) -> None:
    before = choose(stranger).mail_since
    notice = write_notice(incident, stranger)
    assert choose(stranger, NOW + timedelta(minutes=1)).mail_since == before
    ticked(NOW + timedelta(minutes=2))

    assert ways(notice) == ["email"]


def test_of_a_restricted_incident_that_they_left_nothing_is_told(
    incident: Incident, stranger: Person, place: Receiver
) -> None:
    choose(stranger, address=address(place))
    notice = write_notice(incident, stranger)
    Incident.objects.filter(pk=incident.pk).update(restricted=True)
    ticked()

    assert (mail.outbox, place.got) == ([], [])
    assert set(notice.deliveries.values_list("last_error", flat=True)) == {
        delivery_outcomes.NO_ACCESS
    }


def test_an_address_of_no_service_is_refused(stranger: Person) -> None:
    for bad in ("file:///etc/passwd", "json://localhost", "slack://x", "not an address"):
        with pytest.raises(Refused) as refused:
            choose(stranger, address=bad)
        assert {one.field for one in refused.value.violations} == {"address"}
    assert not NoticeChoice.objects.exists()


def test_one_place_that_fails_holds_up_nobody(
    incident: Incident,
    stranger: Person,
    deputy: Person,
    place: Receiver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    choose(stranger, address=address(place).replace(place.place, "127.0.0.1:9"))
    choose(deputy, address=address(place))
    failed, arrived = write_notice(incident, stranger), write_notice(incident, deputy)
    ticked()

    assert failed.deliveries.get(channel="apprise").state == Delivery.State.WAITING
    assert arrived.deliveries.get(channel="apprise").state == Delivery.State.SENT
    assert TOKEN not in failed.deliveries.get(channel="apprise").last_error
    assert "failed, attempt 1" in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(("left", "times"), [("sending", 1), ("handed", 0)])
def test_what_a_killed_worker_left_is_sent_once_at_most(
    incident: Incident, stranger: Person, place: Receiver, left: str, times: int
) -> None:
    choose(stranger, mail=False, address=address(place))
    notice = write_notice(incident, stranger)
    outbox.fill(NOW)
    notice.deliveries.update(state=left, attempts=1)
    for _ in range(3):
        ticked(NOW + timedelta(minutes=1))

    assert len(place.got) == times
    state = Delivery.State.SENT if times else Delivery.State.UNSURE
    assert notice.deliveries.get().state == state


@pytest.mark.parametrize("channel", waiting.PERSONAL)
def test_many_notices_cost_as_many_queries_as_one(
    incident: Incident, stranger: Person, stakeholder: Person, place: Receiver, channel: str
) -> None:
    choose(stranger, address=address(place))

    def asked() -> int:
        write_notice(incident, stranger)
        write_notice(incident, stakeholder)
        with queries() as found:
            outbox.fill(NOW)
        return len(found)

    one = asked()
    for _ in range(20):
        write_notice(incident, stranger)
    assert asked() == one <= 8
    assert not waiting.notices(channel, NOW).exists()


class TestPage:
    """``/settings/notices/``."""

    @pytest.fixture
    def inside(self, client: Client, stranger: Person) -> Client:
        client.force_login(stranger)
        return client

    def test_the_address_is_shown_in_part_and_kept_when_left_empty(
        self, inside: Client, stranger: Person, place: Receiver
    ) -> None:
        page = reverse("settings-notices")
        inside.post(page, {"mail": "on", "address": address(place)})
        shown = inside.get(page).content.decode()
        assert TOKEN not in shown
        assert "gotify://127.0.0.1" in shown
        inside.post(page, {"mail": ""})
        kept = NoticeChoice.objects.get(person=stranger)
        assert (kept.mail_since, kept.address) == (None, address(place))
        inside.post(page, {"forget": "on"})
        assert NoticeChoice.objects.get(person=stranger).address == ""

    def test_who_asks_for_escalations_gets_them_until_they_say_no(
        self, inside: Client, stranger: Person, incident: Incident, commander: Person
    ) -> None:
        page = reverse("settings-notices")
        inside.post(page, {"mail": "on", "messages": "on"})
        sent = publish_escalation(
            commander.as_actor(), incident.pk, escalation(NOW, commander), now=NOW
        )
        notice = Notice.objects.get(kind="escalation.published")
        assert (notice.person, notice.href, sent.receivers) == (
            stranger,
            sent.get_absolute_url(),
            1,
        )
        inside.post(page, {"mail": "on"})
        stranger.refresh_from_db()
        assert not stranger.gets_escalations

    def test_a_refusal_keeps_what_was_typed(self, inside: Client) -> None:
        answer = inside.post(reverse("settings-notices"), {"mail": "on", "address": "slack://x"})
        assert answer.status_code == 422
        assert "slack://x" in answer.content.decode()

    def test_the_test_goes_every_way_that_is_on_and_says_how_it_went(
        self, inside: Client, stranger: Person, place: Receiver
    ) -> None:
        with clock.at(NOW):
            choose(stranger, address=address(place))
            inside.post(reverse("settings-notices-test"))
            waiting = inside.get(reverse("settings-notices-tested")).content.decode()
            sent(NOW)
            done = inside.get(reverse("settings-notices-tested")).content.decode()
        assert ("hx-get" in waiting, "hx-get" in done) == (True, False)
        assert done.count("sent") >= 2
        assert [one.subject for one in mail.outbox] == ["Warroom: test"]
        assert b"This is the test" in place.got[0][2]

    def test_a_test_follows_another_after_half_a_minute(
        self, inside: Client, stranger: Person
    ) -> None:
        with clock.at(NOW) as time:
            for _ in range(3):
                inside.post(reverse("settings-notices-test"))
            assert Delivery.objects.get(tested_by=stranger).channel == SubscriberKind.EMAIL
            sent(clock.now())
            time.advance(seconds=30)
            inside.post(reverse("settings-notices-test"))
            sent(clock.now())
        assert len(mail.outbox) == 2

    def test_with_nothing_on_there_is_nothing_to_test(
        self, inside: Client, stranger: Person
    ) -> None:
        choose(stranger, mail=False)
        answer = inside.post(reverse("settings-notices-test"), follow=True)
        assert "there is no way to test" in answer.content.decode()
        assert not Delivery.objects.exists()

    def test_a_test_that_failed_says_why(
        self, inside: Client, stranger: Person, place: Receiver
    ) -> None:
        place.status = 401
        choose(stranger, mail=False, address=address(place))
        with clock.at(NOW):
            inside.post(reverse("settings-notices-test"))
            sent(NOW)
            shown = inside.get(reverse("settings-notices-tested")).content.decode()
        assert "answered 401" in shown
        assert TOKEN not in shown

    def test_a_test_that_failed_ends_and_makes_way_for_the_next(
        self, inside: Client, stranger: Person, place: Receiver
    ) -> None:
        place.status = 500
        choose(stranger, mail=False, address=address(place))
        with clock.at(NOW) as time:
            inside.post(reverse("settings-notices-test"))
            sent(NOW)
            assert Delivery.objects.get().state == Delivery.State.DEAD
            assert "hx-get" not in inside.get(reverse("settings-notices-tested")).content.decode()
            inside.post(reverse("settings-notices-test"))
            assert Delivery.objects.get().state == Delivery.State.DEAD
            place.status = 200
            time.advance(seconds=30)
            inside.post(reverse("settings-notices-test"))
            sent(clock.now())
        assert Delivery.objects.get().state == Delivery.State.SENT


def test_a_page_hears_of_what_is_new_and_only_of_ones_own(
    client: Client, incident: Incident, stranger: Person, deputy: Person
) -> None:
    client.force_login(stranger)
    write_notice(incident, stranger)
    url = reverse("notices-new")
    begun = client.get(url).json()
    assert begun["notices"] == []
    write_notice(incident, deputy)
    own = [write_notice(incident, stranger) for _ in range(7)]

    found = client.get(url, {"after": begun["last"]}).json()

    assert [one["id"] for one in found["notices"]] == [one.pk for one in own[-5:]]
    assert found["last"] == own[-1].pk
    assert found["notices"][0]["title"] == incident.reference
    assert client.get(url, {"after": "9" * 30}).json()["notices"] == []
