"""What a watch asks of people: its owner to check in, and a receiver to answer an offer of it."""

from datetime import timedelta

import pytest
from django.test import Client

from incidents.duties.duty import Duty, duties
from incidents.facts import incident as incident_facts
from incidents.models import Person
from kernel import clock
from live import home_mark
from tests.helpers.counting import queries
from tests.retros.watch.handoffs import WatchRun
from warroom.schedule import tick

pytestmark = pytest.mark.django_db

CHECK_IN = "Check in on"
ACCEPT = "Accept the watch, or decline it"


def at_home(client: Client, person: Person, watching: WatchRun) -> list[Duty]:
    client.force_login(person)
    with clock.at(watching.ending.now):
        return list(client.get("/").context["waiting"])


def titled(duties: list[Duty], title: str) -> list[Duty]:
    return [duty for duty in duties if duty.title.startswith(title)]


def in_the_room(person: Person, watching: WatchRun) -> list[Duty]:
    return duties([incident_facts.cached_facts(watching.fresh())], person, watching.ending.now)


def test_a_check_in_is_its_owners_work_when_it_is_due(client: Client, watching: WatchRun) -> None:
    owner, reference = watching.owner, watching.incident.reference
    watching.ending.after(minutes=59)
    assert titled(at_home(client, owner, watching), CHECK_IN) == []
    watching.ending.after(minutes=1)

    (duty,) = titled(at_home(client, owner, watching), CHECK_IN)

    assert (duty.title, duty.role) == (f"Check in on {reference}", "watch owner")
    assert (duty.href, duty.overdue) == (f"/{reference}/watch/", False)
    assert duty.is_late(watching.ending.now)
    assert titled(in_the_room(owner, watching), CHECK_IN) == [duty]
    commander = watching.ending.commander
    assert titled(at_home(client, commander, watching), CHECK_IN) == []
    watching.ending.after(minutes=30)
    assert titled(at_home(client, owner, watching), CHECK_IN)[0].overdue
    watching.ending.check_in()
    assert titled(at_home(client, owner, watching), CHECK_IN) == []


def test_a_watch_that_is_over_asks_nothing(client: Client, watching: WatchRun) -> None:
    owner = watching.owner
    watching.ending.after(hours=7)
    assert titled(at_home(client, owner, watching), CHECK_IN)

    watching.ending.fire()

    assert titled(at_home(client, owner, watching), CHECK_IN) == []
    assert titled(in_the_room(owner, watching), CHECK_IN) == []


def test_an_offer_waits_on_the_receivers_page_until_it_is_answered(
    client: Client, watching: WatchRun, stranger: Person
) -> None:
    assert titled(at_home(client, stranger, watching), ACCEPT) == []
    offer = watching.offer(stranger)

    (duty,) = titled(at_home(client, stranger, watching), ACCEPT)

    assert duty.href == offer.get_absolute_url()
    assert duty.why == f"{offer.giver} offers you the watch and owns it until you accept."
    assert titled(in_the_room(stranger, watching), ACCEPT) == [duty]
    assert titled(at_home(client, offer.giver, watching), ACCEPT) == []
    watching.accept(stranger)
    assert titled(at_home(client, stranger, watching), ACCEPT) == []


def test_what_is_due_passes_to_the_new_owner_with_the_watch(
    client: Client, watching: WatchRun, stranger: Person
) -> None:
    giver = watching.owner
    tick.run(watching.ending.after(hours=1))
    watching.offer(stranger, checkpoint=6)
    watching.accept(stranger)

    assert titled(at_home(client, giver, watching), CHECK_IN) == []
    assert len(titled(at_home(client, stranger, watching), CHECK_IN)) == 1


def test_a_watched_incident_is_work_and_not_an_active_incident(
    client: Client, watching: WatchRun
) -> None:
    client.force_login(watching.owner)
    with clock.at(watching.ending.after(hours=1)):
        page = client.get("/")

    assert page.context["rows"] == []
    assert "Nothing is wrong" in page.content.decode()


def test_a_page_of_ones_work_asks_as_often_with_a_watch_as_without(
    client: Client, watching: WatchRun
) -> None:
    client.force_login(watching.owner)

    def asked() -> int:
        with clock.at(watching.ending.now), queries() as executed:
            client.get("/")
        return len(executed)

    asked()
    before = asked()
    watching.ending.after(hours=1)

    assert 0 < asked() == before <= 15


def test_the_page_of_ones_work_is_told_of_what_happens_in_a_watch(
    watching: WatchRun, stranger: Person
) -> None:
    number = watching.incident.pk
    first = home_mark.look([stranger.pk], {})
    mark = home_mark.mark_of(stranger)
    assert number in first.visible_to(stranger.pk)

    watching.offer(stranger)

    then = home_mark.look([stranger.pk], first.known)
    assert then.visible_to(stranger.pk)[number] > first.visible_to(stranger.pk)[number]
    assert home_mark.mark_of(stranger) != mark


def test_one_is_asked_for_the_check_in_that_has_waited_longest(
    client: Client, watching: WatchRun
) -> None:
    closed_at = watching.incident.closings.get().closed_at
    watching.ending.after(hours=7)

    (duty,) = titled(at_home(client, watching.owner, watching), CHECK_IN)

    assert duty.due_at == closed_at + timedelta(hours=1)
