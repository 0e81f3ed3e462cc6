"""The pages of subscribers: for admins, who add from inside, see all, and remove."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from comms.actions import subscribers, subscribing
from comms.actions.subscribers import Added
from comms.delivery import fan_out, outbox
from comms.models import Delivery, Subscriber
from comms.vocabulary import Audience
from incidents.models import Incident, Person
from incidents.permissions import NotPermitted
from kernel import clock
from kernel.refusal import Refused
from tests.comms.status.published import say
from tests.helpers.factories import START, SurfaceFactory
from tests.markup import markup

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "Abc9Def8Ghi7Jkl6"
CHAT = f"mmosts://chat.example.test/{TOKEN}"


def added(admin: Person, **values: Any) -> Subscriber:
    written = {"name": "On call", "kind": "email", "address": "on-call@example.test"} | values
    return subscribers.add(admin.as_actor(), Added(**written), now=START)


@pytest.mark.parametrize("page", ["", "new/", "{pk}/", "{pk}/remove/"])
def test_only_an_admin_opens_the_pages(
    client: Client, admin: Person, commander: Person, page: str
) -> None:
    path = f"/subscribers/{page.format(pk=added(admin).pk)}"
    found = []
    for person in (admin, commander):
        client.force_login(person)
        found.append(client.get(path).status_code)

    assert found == [200, 403]


def test_only_an_admin_adds_and_removes(admin: Person, commander: Person) -> None:
    row = added(admin)

    with pytest.raises(NotPermitted):
        added(commander, address="other@example.test")
    with pytest.raises(NotPermitted):
        subscribers.remove(commander.as_actor(), row.pk, now=START)

    row.refresh_from_db()
    assert row.left_at is None
    assert Subscriber.objects.count() == 1


def test_one_is_added_by_the_form_and_told_what_is_inside(
    client: Client, admin: Person, incident: Incident
) -> None:
    SurfaceFactory(name="Sign-in")
    client.force_login(admin)
    typed = {
        "name": "On call",
        "kind": "email",
        "address": " On-Call@example.test",
        "surfaces": ["sign-in"],
        "escalations": "on",
    }

    answer = client.post("/subscribers/new/", typed)

    row = Subscriber.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/subscribers/{row.pk}/")
    assert (row.address, row.audience, row.escalations) == (
        "on-call@example.test",
        Audience.INTERNAL,
        True,
    )
    assert [one.name for one in row.surfaces.all()] == ["Sign-in"]
    assert row.confirmed_at is not None


def test_who_is_told_from_inside_is_told_once(admin: Person, incident: Incident) -> None:
    """Also who followed the public page before, or asks for it later."""
    public = subscribing.ask("email", "on-call@example.test", now=START)
    assert public is not None
    subscribing.confirm(public, now=START)
    added(admin)
    subscribing.ask("email", "on-call@example.test", now=START)

    now = clock.now()
    fan_out.announce(say(incident, now), now)
    fan_out.fill(now)
    outbox.send("email", now, most=10)

    (update,) = mail.outbox
    assert update.subject.startswith("Investigating: Some sign-ins fail")


def test_an_empty_form_names_every_rule(client: Client, admin: Person) -> None:
    client.force_login(admin)

    answer = client.post("/subscribers/new/", {"kind": "apprise", "address": "json://x"})

    assert answer.status_code == 422
    for code in ("S-NAME", "S-SERVICE"):
        assert f"<code>{code}</code>" in answer.text
    assert 'value="json://x"' in answer.text
    assert Subscriber.objects.count() == 0


def test_the_same_address_is_refused(admin: Person) -> None:
    added(admin)

    with pytest.raises(Refused) as why:
        added(admin, address="ON-CALL@example.test")

    assert [one.code for one in why.value.violations] == ["S-KNOWN"]


def test_a_chat_gets_a_first_message_and_shows_no_token(client: Client, admin: Person) -> None:
    row = added(admin, kind="apprise", address=CHAT)
    client.force_login(admin)

    pages = [client.get(f"/subscribers/{path}").text for path in ("", f"{row.pk}/")]

    assert Delivery.objects.get().channel == "apprise"
    assert all("chat.example.test" in text for text in pages)
    assert not any(TOKEN in text for text in pages)


def test_the_secret_of_a_webhook_is_for_admins_of_its_own(client: Client, admin: Person) -> None:
    inside = added(admin, kind="webhook", address="https://hooks.example.test/in")
    outside = subscribing.ask("webhook", "https://hooks.example.test/out", now=START)
    assert outside is not None
    client.force_login(admin)

    assert inside.secret in client.get(f"/subscribers/{inside.pk}/").text
    assert outside.secret not in client.get(f"/subscribers/{outside.pk}/").text


def test_one_is_removed_and_told_nothing_more(client: Client, admin: Person) -> None:
    row = added(admin)
    client.force_login(admin)

    answer = client.post(f"/subscribers/{row.pk}/remove/")

    row.refresh_from_db()
    assert answer.status_code == 302
    assert row.left_at is not None
    assert client.get(f"/subscribers/{row.pk}/remove/").status_code == 302
    assert "Left" in client.get(f"/subscribers/{row.pk}/").text
    again = added(admin)
    assert again.pk != row.pk


def test_what_it_was_sent_is_shown(client: Client, admin: Person, incident: Incident) -> None:
    row = added(admin)
    Delivery.objects.create(
        subscriber=row,
        update=say(incident, START),
        state=Delivery.State.DEAD,
        last_error="answered 500",
        next_try_at=START,
    )
    client.force_login(admin)

    page = markup(client.get(f"/subscribers/{row.pk}/"))
    everybody = markup(client.get("/subscribers/"))

    assert "Investigating: Some sign-ins fail: given up" in page
    assert "answered 500" in page
    assert "1 given up" in everybody


def test_the_list_stays_as_quick_with_many(
    client: Client, admin: Person, django_assert_max_num_queries: Any
) -> None:
    surface = SurfaceFactory(name="Sign-in")
    for number in range(35):
        row = added(admin, name=f"Team {number}", address=f"team{number}@example.test")
        row.surfaces.add(surface)
    client.force_login(admin)

    with django_assert_max_num_queries(12):
        text = client.get("/subscribers/").text
    with django_assert_max_num_queries(12):
        found = client.get("/subscribers/?q=TEAM7@").text

    assert text.count("team") == 30
    assert found.count("team7@example.test") == 1
    assert "team8@example.test" not in found


def test_one_stays_as_quick_with_much_sent(
    client: Client, admin: Person, incident: Incident, django_assert_max_num_queries: Any
) -> None:
    row = added(admin)
    Delivery.objects.bulk_create(
        Delivery(subscriber=row, update=say(incident, START), next_try_at=START) for _ in range(25)
    )
    client.force_login(admin)

    with django_assert_max_num_queries(12):
        text = markup(client.get(f"/subscribers/{row.pk}/"))

    assert text.count("Some sign-ins fail: waiting") == 20
