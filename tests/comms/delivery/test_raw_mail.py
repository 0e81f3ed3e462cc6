"""Mails as they stand on the wire, read from a real SMTP server: what a mailbox makes of them
depends on bytes that no dictionary of headers shows."""

from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from django.test import Client

from comms.actions import outbox
from comms.delivery import fan_out, mail
from comms.delivery.public_name import name_of
from comms.delivery.subscriber_links import LEAVE, subscriber_of
from comms.models import Delivery, Maintenance, MaintenanceUpdate, Subscriber
from incidents.models import Incident, Notice, Person
from kernel import clock
from tests.comms.delivery.mailbox import Mailbox, mailbox
from tests.comms.status.published import say
from tests.helpers.factories import START, declared

pytestmark = pytest.mark.django_db

LONG = f"{'reader' * 10}@{'mail-of-a-large-house.' * 4}example.test"


@pytest.fixture
def box(settings: Any) -> Iterator[Mailbox]:
    settings.BASE_URL = "https://status-of-all-that-we-run.a-rather-long-name.example.org"
    settings.DEFAULT_FROM_EMAIL = "Störungsdienst <warroom@müller.example>"
    settings.ORGANISATION = "Größe & Söhne, Werk 1"
    with mailbox(settings) as box:
        yield box


def _follower(address: str = "reader@example.test", **more: Any) -> Subscriber:
    day_before = START - timedelta(days=1)
    facts = {"kind": "email", "asked_at": day_before, "confirmed_at": day_before}
    return Subscriber.objects.create(address=address, **facts | more)


def _publish(message: Any) -> None:
    now = clock.now()
    fan_out.announce_step(message, now)
    fan_out.fill(now)
    outbox.send("email", now, limit=100)


def _leave_address(box: Mailbox) -> str:
    """As the mail has it: signed anew, with the second in it, each time that it is asked for."""
    return box.header("List-Unsubscribe").strip("<>")


@pytest.mark.case("M1")
def test_the_address_to_leave_is_not_encoded(box: Mailbox, incident: Incident) -> None:
    follower = _follower()

    _publish(say(incident, clock.now()))

    leave = _leave_address(box)
    assert len(leave) > 94
    assert f"\r\nList-Unsubscribe: <{leave}>\r\n".encode() in box.raw[0]
    assert subscriber_of(leave.rstrip("/").rpartition("/")[2], LEAVE) == follower
    assert box.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"


def test_every_header_of_an_update(box: Mailbox, incident: Incident) -> None:
    _follower()

    _publish(say(incident, clock.now(), headline="Anmeldung für 決済 schlägt fehl"))

    delivery = Delivery.objects.get()
    host = "status-of-all-that-we-run.a-rather-long-name.example.org"
    assert box.header("Message-ID") == f"<{name_of('delivery', delivery.pk)}@{host}>"
    assert box.header("To") == "reader@example.test"
    assert box.header("From").endswith("<warroom@xn--mller-kva.example>")
    assert box.header("Auto-Submitted") == "auto-generated"
    assert box.header("Precedence") == "bulk"
    assert box.header("List-Id").endswith(f" <status.{host}>")
    assert parsedate_to_datetime(box.header("Date")).tzinfo is not None
    (read,) = box.read()
    assert read["Subject"] == (
        "Investigating: Anmeldung für 決済 schlägt fehl · Größe & Söhne, Werk 1 status"
    )
    assert read["From"].addresses[0].display_name == "Störungsdienst"
    assert str(read["List-Id"]).startswith("Größe & Söhne, Werk 1 status <")
    assert box.envelopes == [("warroom@xn--mller-kva.example", ["reader@example.test"])]


def test_an_old_server_and_an_old_program_can_read_it(box: Mailbox, incident: Incident) -> None:
    """ASCII alone, lines that end as they should and are short, both parts complete."""
    _follower()

    _publish(say(incident, clock.now(), impact="Größer als gedacht: 決済. " * 60))

    (raw,) = box.raw
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    (read,) = box.read()
    assert read.get_content_type() == "multipart/alternative"
    plain, rich = read.iter_parts()
    assert (plain.get_content_type(), rich.get_content_type()) == ("text/plain", "text/html")
    leave = _leave_address(box)
    for part in (plain, rich):
        assert part.get_content_charset() == "utf-8"
        assert "Größer als gedacht: 決済." in part.get_content()
        assert leave in part.get_content()
    assert f'href="{leave}"' in rich.get_content()


def test_what_people_typed_is_no_html(box: Mailbox, incident: Incident) -> None:
    _follower()

    _publish(say(incident, clock.now(), impact="<b>a</b> & <script>x</script>"))

    _, rich = box.read()[0].iter_parts()
    assert "&lt;b&gt;a&lt;/b&gt; &amp; &lt;script&gt;" in rich.get_content()


@pytest.mark.case("M5")
def test_updates_of_an_incident_are_one_thread(
    box: Mailbox, incident: Incident, commander: Person
) -> None:
    _follower()
    for message in (say(incident, clock.now()), say(incident, clock.now())):
        _publish(message)
    _publish(say(declared(commander), clock.now()))

    ids = [box.header("Message-ID", number) for number in range(3)]
    root = box.header("References", 0)
    assert root == mail.identifier(mail.incident_thread(incident.pk))
    assert box.header("In-Reply-To", 0) == root
    assert box.header("References", 1).split() == [root, ids[0]]
    assert box.header("In-Reply-To", 1) == ids[0]
    assert root not in box.header("References", 2)
    assert len(set(ids)) == 3


def test_what_is_said_of_a_maintenance_is_a_thread(box: Mailbox, commander: Person) -> None:
    _follower()
    now = clock.now()
    times = {"starts_at": now + timedelta(hours=1), "ends_at": now + timedelta(hours=2)}
    window = Maintenance.objects.create(
        title="Storage",
        text="We move.",
        planned_at=now,
        planned_by=commander,
        changed_at=now,
        **times,
    )
    for number in (1, 2):
        facts = {"state": "scheduled", "text": "We move.", "published_by": commander}
        _publish(
            MaintenanceUpdate.objects.create(
                maintenance=window, number=number, published_at=now, **facts
            )
        )

    root = mail.identifier(f"maintenance-{window.code}")
    assert box.header("References", 0) == root
    assert box.header("References", 1).split() == [root, box.header("Message-ID", 0)]


def test_a_thread_does_not_grow_for_ever(box: Mailbox, incident: Incident) -> None:
    _follower()

    for _ in range(14):
        _publish(say(incident, clock.now()))

    assert len(box.header("References").split()) == 11
    assert box.header("In-Reply-To") == box.header("Message-ID", -2)


def test_a_long_address_is_not_encoded(box: Mailbox, incident: Incident) -> None:
    _follower(LONG)

    _publish(say(incident, clock.now()))

    assert box.header("To") == LONG
    assert box.envelopes[0][1] == [LONG]


def test_a_notice_is_whole_too(box: Mailbox, incident: Incident, deputy: Person) -> None:
    now = clock.now()
    facts = {"kind": "role.assigned", "sentence": "Grüße: du bist Deputy.", "href": "/x/"}
    notice = Notice.objects.create(incident=incident, person=deputy, at=now, **facts)

    outbox.fill(now)
    outbox.send("email", now, limit=1)

    assert box.raw[0].isascii()
    assert box.header("Message-ID") == mail.identifier(name_of("notice", notice.pk))
    assert box.header("References") == mail.identifier(mail.incident_thread(incident.pk))
    plain, rich = box.read()[0].iter_parts()
    assert "Grüße" in plain.get_content()
    assert 'href="https://status-of-all-that-we-run' in rich.get_content()


def test_mails_of_the_accounts_are_written_alike(
    box: Mailbox, client: Client, commander: Person
) -> None:
    client.post("/accounts/password/reset/", {"email": commander.email})

    assert box.raw, "No mail came."
    assert box.raw[0].isascii()
    assert box.header("To") == commander.email
