"""Following: asked twice, confirmed once, left with one click; nobody learns who else follows."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from comms.actions import delivery_outcomes, outbox, subscribing
from comms.delivery import fan_out
from comms.delivery.subscriber_links import leave_address
from comms.messages.message_log import delivery_counts
from comms.models import Announcement, Delivery, Subscriber
from comms.status.public_ids import surface_code
from comms.vocabulary import Audience, SubscriberKind, SurfaceState
from incidents.models import Incident, Person, Surface
from kernel import clock
from tests.comms.status.published import over, say
from tests.helpers.factories import START, SurfaceFactory, declared
from tests.markup import markup

pytestmark = pytest.mark.django_db
WHO = "reader@example.test"


def send(now: Any = None) -> None:
    now = now or clock.now()
    fan_out.fill(now)
    outbox.send("email", now, limit=100)


def submit_address(client: Client, address: str = WHO, **more: Any) -> Any:
    return client.post("/status/subscribe/", {"address": address} | more)


def link(kind: str) -> str:
    found = re.search(rf"http://\S+(/status/{kind}/\S+)", str(mail.outbox[-1].body))
    assert found, mail.outbox[-1].body
    return found[1]


def follows(address: str = WHO, *surfaces: Surface, audience: str = Audience.PUBLIC) -> Subscriber:
    row = Subscriber.objects.create(
        kind="email",
        address=address,
        audience=audience,
        asked_at=START - timedelta(days=1),
        confirmed_at=START - timedelta(days=1),
    )
    row.surfaces.set(surfaces)
    return row


def test_the_whole_way(client: Client, incident: Incident) -> None:
    assert submit_address(client).status_code == 200
    send()
    confirm = link("confirm")
    assert "Yes, send me updates" in client.get(confirm).text
    assert Subscriber.objects.get().confirmed_at is None  # a scanner only looks
    assert "Done." in client.post(confirm).text

    fan_out.announce_step(say(incident, clock.now()), clock.now())
    send()
    send()
    update = mail.outbox[-1]
    assert len(mail.outbox) == 2
    assert update.to == [WHO]
    assert "About one in three attempts to sign in fails." in str(update.body)
    assert update.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = link("leave")
    assert leave in update.extra_headers["List-Unsubscribe"]

    one_click = Client(enforce_csrf_checks=True)
    assert one_click.post(leave, {"List-Unsubscribe": "One-Click"}).status_code == 200
    fan_out.announce_step(say(incident, clock.now()), clock.now())
    send()
    assert len(mail.outbox) == 2


def test_the_answer_does_not_tell_who_follows(client: Client) -> None:
    new = submit_address(client)
    again = submit_address(client)
    Subscriber.objects.update(confirmed_at=clock.now())
    known = submit_address(client)

    assert new.text == again.text == known.text
    assert Subscriber.objects.count() == 1
    send()
    assert len(mail.outbox) == 1


def test_the_secret_of_a_webhook_is_shown_once(client: Client) -> None:
    hook = {"address": "https://hooks.example.test/x", "kind": "webhook"}

    first = client.post("/status/subscribe/", hook)
    second = client.post("/status/subscribe/", hook)

    secret = Subscriber.objects.get().secret
    assert secret in first.text
    assert secret not in second.text


def test_the_question_comes_again_but_not_at_once() -> None:
    now = clock.now()
    subscribing.subscribe("email", WHO, now=now)
    send(now)
    subscribing.subscribe("email", WHO.upper(), now=now + timedelta(minutes=9))
    send(now + timedelta(minutes=9))
    assert len(mail.outbox) == 1
    subscribing.subscribe("email", WHO, now=now + timedelta(minutes=10))
    send(now + timedelta(minutes=10))
    assert len(mail.outbox) == 2


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"address": "nobody"}, 422),
        ({"address": ""}, 422),
        ({"address": "a@b.test\nBcc: c@d.test"}, 422),
        ({"address": "ftp://x.test", "kind": "webhook"}, 422),
        ({"address": "https://a:b@x.test/", "kind": "webhook"}, 422),
        ({"address": WHO, "kind": "pigeon"}, 422),
    ],
)
def test_what_cannot_be_told_is_refused(client: Client, said: dict[str, str], status: int) -> None:
    assert client.post("/status/subscribe/", said).status_code == status
    assert Subscriber.objects.count() == 0


def test_what_was_typed_stands_beside_what_is_wrong(client: Client) -> None:
    one, two = SurfaceFactory(name="Sign-in"), SurfaceFactory(name="Billing")
    SurfaceFactory(name="Vault", on_status_page=False)
    typed = {"kind": "apprise", "address": "json://x.test/<b>", "surfaces": [surface_code(one.pk)]}

    text = markup(client.post("/status/subscribe/", typed))

    assert 'value="json://x.test/&lt;b&gt;"' in text
    assert 'aria-describedby="address-error address-help" aria-invalid="true"' in text
    assert "json:// is not a service that can be told" in text
    assert 'name="kind" value="apprise" checked' in text
    assert f'value="{surface_code(one.pk)}" checked' in text
    assert f'value="{surface_code(two.pk)}">' in text
    assert "Vault" not in text


def test_a_surface_is_chosen_by_its_public_name(client: Client) -> None:
    one, two = SurfaceFactory(name="Sign-in"), SurfaceFactory(name="Billing")
    hidden = SurfaceFactory(name="Vault", on_status_page=False)
    codes = [surface_code(one.pk), surface_code(hidden.pk), "made-up", str(two.pk)]

    submit_address(client, surfaces=codes)
    submit_address(client, "all@example.test")

    first, second = Subscriber.objects.order_by("pk")
    assert list(first.surfaces.all()) == [one]
    assert list(second.surfaces.all()) == []


def test_the_page_offers_each_way_and_each_surface(client: Client) -> None:
    surface = SurfaceFactory(name="Sign-in")

    text = markup(client.get("/status/"))

    for kind in SubscriberKind.values:
        assert f'name="kind" value="{kind}"' in text
    assert text.count(" checked") == 1
    assert f'name="surfaces" value="{surface_code(surface.pk)}"' in text


def test_a_form_of_another_site_is_refused(client: Client) -> None:
    answer = client.post(
        "/status/subscribe/", {"address": WHO}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert Subscriber.objects.count() == 0


def test_asking_is_limited(client: Client) -> None:
    answers = [submit_address(client, f"reader{n}@example.test").status_code for n in range(22)]

    assert answers == [200] * 20 + [429] * 2


@pytest.mark.parametrize("path", ["confirm", "leave"])
def test_a_link_that_is_not_ours_is_none(client: Client, path: str) -> None:
    assert client.get(f"/status/{path}/made-up/").status_code == 404
    assert client.post(f"/status/{path}/made-up/").status_code == 404


def test_a_link_is_for_one_purpose(client: Client) -> None:
    row = follows()
    leave = leave_address(row).split("/")[-2]

    assert client.post(f"/status/confirm/{leave}/").status_code == 404


# -- Who is owed what ---------------------------------------------------------------------------


@pytest.fixture
def sign_in() -> Surface:
    return SurfaceFactory(name="Sign-in")


@pytest.fixture
def billing() -> Surface:
    return SurfaceFactory(name="Billing")


def addressees_of(message: Any) -> set[str]:
    return set(
        fan_out.followers(message, START + timedelta(hours=2)).values_list("address", flat=True)
    )


def test_who_follows_a_surface_is_told_of_it_until_it_works_again(
    incident: Incident, sign_in: Surface, billing: Surface
) -> None:
    follows("all@x.test")
    follows("sign-in@x.test", sign_in)
    follows("billing@x.test", billing)
    follows("both@x.test", sign_in, billing)
    first = say(incident, START, {sign_in: SurfaceState.PARTIAL})
    # Billing is no longer named, and sign-in works: both hear of the end of what they were told.
    second = say(incident, START + timedelta(minutes=1), {billing: SurfaceState.DEGRADED})
    last = over(incident, START + timedelta(minutes=2), sign_in)

    assert addressees_of(first) == {"all@x.test", "sign-in@x.test", "both@x.test"}
    assert addressees_of(second) == addressees_of(last) == addressees_of(first) | {"billing@x.test"}


def test_each_audience_is_told_its_own(incident: Incident, commander: Person) -> None:
    follows("out@x.test")
    follows("in@x.test", audience=Audience.INTERNAL)
    Subscriber.objects.filter(address="in@x.test").update(escalations=True)
    restricted = declared(commander, restricted=True)

    assert addressees_of(say(incident, START)) == {"out@x.test", "in@x.test"}
    assert addressees_of(say(incident, START, audience=Audience.INTERNAL)) == {"in@x.test"}
    assert addressees_of(say(incident, START, audience=Audience.PARTICIPANTS)) == set()
    assert addressees_of(say(restricted, START)) == set()


def test_who_came_later_or_left_is_not_owed_it(incident: Incident) -> None:
    early, late, gone = (follows(f"{n}@x.test") for n in ("early", "late", "gone"))
    Subscriber.objects.filter(pk=late.pk).update(confirmed_at=START + timedelta(minutes=1))
    Subscriber.objects.filter(pk=gone.pk).update(left_at=START - timedelta(minutes=1))

    found = fan_out.followers(say(incident, START), START)

    assert list(found) == [early]


def test_filling_twice_owes_each_once(incident: Incident) -> None:
    for number in range(30):
        follows(f"reader{number}@x.test")
    fan_out.announce_step(say(incident, START), START)
    fan_out.fill(START)
    Announcement.objects.update(filled_at=None)
    fan_out.fill(START)

    assert Delivery.objects.count() == 30


def test_who_left_meanwhile_is_not_sent_what_waits(incident: Incident) -> None:
    row = follows()
    fan_out.announce_step(say(incident, START), START)
    fan_out.fill(START)
    subscribing.leave(row, now=START)

    outbox.send("email", START, limit=10)

    assert mail.outbox == []
    assert Delivery.objects.get().last_error == delivery_outcomes.LEFT


# -- Seen by those who look after it ------------------------------------------------------------


def test_an_admin_sends_again_what_was_given_up(
    client: Client, admin: Person, incident: Incident
) -> None:
    follows()
    fan_out.announce_step(say(incident, START), START)
    fan_out.fill(START)
    Delivery.objects.update(state=Delivery.State.DEAD, last_error="refused", attempts=6)
    client.force_login(admin, "django.contrib.auth.backends.ModelBackend")

    listed = client.get("/admin/comms/delivery/?state__exact=dead")
    client.post(
        "/admin/comms/delivery/",
        {"action": "send_again", "_selected_action": [Delivery.objects.get().pk]},
    )

    assert WHO in listed.text
    assert Delivery.objects.get().state == Delivery.State.WAITING


def test_the_secret_part_of_an_address_is_not_shown(client: Client, admin: Person) -> None:
    address = "https://hooks.example.test/services/T0/zanzibar"
    row = Subscriber.objects.create(kind="webhook", address=address, secret="x", asked_at=START)
    client.force_login(admin, "django.contrib.auth.backends.ModelBackend")

    pages = [
        client.get("/admin/comms/subscriber/").text,
        client.get(f"/admin/comms/subscriber/{row.pk}/change/").text,
    ]

    assert all("https://hooks.example.test/…" in page for page in pages)
    assert not any("zanzibar" in page for page in pages)


def test_a_message_says_how_it_fares(incident: Incident) -> None:
    for number in range(3):
        follows(f"reader{number}@x.test")
    update = say(incident, START)
    fan_out.announce_step(update, START)
    fan_out.fill(START)
    first, second, _ = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(state=Delivery.State.SENT)
    Delivery.objects.filter(pk=second.pk).update(state=Delivery.State.DEAD)

    fares = delivery_counts([update])[type(update), update.pk]

    assert (fares.sent, fares.waiting, fares.failed) == (1, 1, 1)


@pytest.mark.case("M2")
def test_one_address_is_one_subscription_however_it_is_written(client: Client) -> None:
    for address in ("A@Ex.org", " a@ex.org", "a\u200b@ex.org", "a\x00@ex.org"):
        assert submit_address(client, address).status_code == 200

    assert Subscriber.objects.get().address == "a@ex.org"


@pytest.mark.case("M2")
@pytest.mark.parametrize(
    ("address", "kind"),
    [
        *(
            ("Name<a@ex.org>", "email"),
            ("a@ex.org,", "email"),
            ("m\u00fcller@example.org", "email"),
        ),
        *(("https://[::1", "webhook"), ("https://ex.org:port/", "webhook")),
    ],
)
def test_what_cannot_be_told_is_refused_at_the_form(
    client: Client, address: str, kind: str
) -> None:
    answer = submit_address(client, address, kind=kind)

    assert answer.status_code == 422
    assert not Subscriber.objects.exists()


def _subscribed(client: Client) -> Subscriber:
    submit_address(client)
    send()
    client.post(link("confirm"))
    return Subscriber.objects.get(left_at=None)


@pytest.mark.case("M3")
@pytest.mark.case("P11")
def test_an_older_mails_link_ends_what_was_subscribed_after_it(
    client: Client, incident: Incident
) -> None:
    first = _subscribed(client)
    old = leave_address(first)
    client.post(old)
    again = _subscribed(client)
    assert again.pk != first.pk

    answer = client.post(old)

    assert "Done. You get no more updates." in answer.text
    assert not Subscriber.objects.following().exists()
    fan_out.announce_step(say(incident, clock.now()), clock.now())
    mail.outbox.clear()
    send()
    assert mail.outbox == []


def test_it_ends_what_an_admin_had_subscribed_too_and_nobody_elses(client: Client) -> None:
    old = leave_address(_subscribed(client))
    Subscriber.objects.update(left_at=START)
    follows(audience=Audience.INTERNAL)
    other = follows("other@example.test")

    client.post(old)

    assert list(Subscriber.objects.following()) == [other]


@pytest.mark.case("M4")
@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_a_link_changes_nothing(client: Client, method: str) -> None:
    submit_address(client)
    send()
    confirm = link("confirm")
    row = Subscriber.objects.get()
    leave = leave_address(row)

    def look(address: str) -> None:
        for _ in range(2):
            assert getattr(client, method)(address).status_code == 200

    look(confirm)
    row.refresh_from_db()
    assert row.confirmed_at is None
    client.post(confirm)
    look(leave)
    row.refresh_from_db()
    assert (row.confirmed_at is not None, row.left_at) == (True, None)
    client.post(leave)
    row.refresh_from_db()
    assert row.left_at is not None
