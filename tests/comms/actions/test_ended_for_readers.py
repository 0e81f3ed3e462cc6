"""What followers hear when a published incident is voided, a duplicate, or restricted."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from comms.actions import outbox
from comms.delivery import fan_out
from comms.models import Delivery, Subscriber, Update
from comms.status import facts
from comms.vocabulary import Audience, Progress, SurfaceState
from incidents.actions import voiding
from incidents.actions.restriction import restrict
from incidents.models import Incident, Person
from tests.comms.status.published import over, say
from tests.helpers.factories import START, SurfaceFactory, declared

pytestmark = pytest.mark.django_db(transaction=True)
LATER = START + timedelta(minutes=5)
SECRET = "The key of a customer was stolen"


def follow(address: str = "reader@example.test", **more: Any) -> Subscriber:
    before = START - timedelta(days=1)
    times = {"asked_at": before, "confirmed_at": before}
    return Subscriber.objects.create(kind="email", address=address, **times | more)


def hear() -> list[Any]:
    fan_out.fill(LATER)
    outbox.send("email", LATER)
    return mail.outbox


def hide(by: Person, incident: Incident, restricted: bool = True) -> None:
    restrict(by.as_actor(), incident.pk, restricted=restricted, reason=SECRET, now=LATER)


@pytest.mark.case("M8")
@pytest.mark.parametrize("how", ["void", "duplicate", "restrict"])
def test_followers_hear_that_it_is_over(commander: Person, incident: Incident, how: str) -> None:
    follow()
    surface = SurfaceFactory()
    fan_out.announce_step(say(incident, START, {surface: SurfaceState.PARTIAL}), START)
    other = declared(commander)
    original = say(other, START)
    hear()

    actor = commander.as_actor()
    match how:
        case "void":
            voiding.void(actor, incident.pk, reason=SECRET, now=LATER)
        case "duplicate":
            voiding.duplicate(actor, incident.pk, original=other.pk, reason=SECRET, now=LATER)
        case "restrict":
            hide(commander, incident)
    _, last = hear()

    subject, text = str(last.subject), str(last.body)
    assert "Some sign-ins fail" in subject
    assert SECRET not in text
    expected = {
        "void": "This was reported in error",
        "duplicate": f"/status/incidents/{original.incident.bulletin.code}/",
        "restrict": "This is no longer reported here.",
    }
    assert expected[how] in text
    assert "INC-" not in subject + text


def test_the_last_word_of_a_restricted_one_leads_to_no_page_that_is_gone(
    commander: Person, incident: Incident
) -> None:
    follow()
    fan_out.announce_step(say(incident, START), START)
    hide(commander, incident)

    (last,) = hear()

    assert str(last.subject).startswith("No longer reported: ")
    assert "/status/incidents/" not in str(last.body)


def test_what_waits_is_not_sent_after_a_restriction(commander: Person, incident: Incident) -> None:
    follow()
    fan_out.announce_step(say(incident, START, impact="Half of it fails."), START)
    fan_out.fill(START)

    hide(commander, incident)

    assert ["Half of it fails." in str(sent.body) for sent in hear()] == [False]
    assert Delivery.objects.filter(state="dead", last_error__contains="restricted now").count() == 1


def test_each_follower_is_told_once(commander: Person, incident: Incident) -> None:
    follow()
    follow("inside@example.test", audience=Audience.INTERNAL)
    fan_out.announce_step(say(incident, START), START)
    fan_out.announce_step(say(incident, START, audience=Audience.INTERNAL), START)
    hear()
    mail.outbox.clear()

    hide(commander, incident)

    assert sorted(sent.to[0] for sent in hear()) == ["inside@example.test", "reader@example.test"]


@pytest.mark.parametrize("says", [over, None])
def test_who_knows_that_it_is_over_or_never_heard_is_told_nothing(
    commander: Person, incident: Incident, says: Any
) -> None:
    follow()
    if says:
        says(incident, START)

    hide(commander, incident)

    assert hear() == []


def test_opened_again_it_stands_as_it_was_published(
    commander: Person, incident: Incident, admin: Person
) -> None:
    first = say(incident, START)
    hide(commander, incident)
    assert facts.site(Audience.PUBLIC, LATER).incidents == ()

    hide(commander, incident, restricted=False)

    (shown,) = facts.site(Audience.PUBLIC, LATER).incidents
    assert [update.code for update in shown.updates] == [first.code]


def test_voiding_a_restricted_one_publishes_nothing_of_it(
    commander: Person, incident: Incident
) -> None:
    say(incident, START)
    hide(commander, incident)
    say(incident, LATER, audience=Audience.PARTICIPANTS, headline=SECRET)

    voiding.void(commander.as_actor(), incident.pk, reason=SECRET, now=LATER)

    readable = Update.objects.exclude(audience=Audience.PARTICIPANTS)
    assert not readable.filter(headline=SECRET).exists()
    assert readable.filter(progress=Progress.RECOVERED).count() == 1


def test_the_form_says_what_followers_hear(
    client: Client, commander: Person, incident: Incident
) -> None:
    client.force_login(commander)

    page = client.get(f"{incident.get_absolute_url()}restriction/").text

    assert "its followers are told that it is no longer reported there" in page
