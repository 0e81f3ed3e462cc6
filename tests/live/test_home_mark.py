"""The home page's socket: told when what is to do may have changed, and never of what is hidden."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.models import Session
from redis import Redis

from incidents.actions import roles
from incidents.models import Incident, Person
from incidents.vocabulary import Group, LaneKind, RoleName
from kernel import clock
from live import access, home_mark, hub, messages
from tests.helpers.counting import queries
from tests.helpers.factories import START, PersonFactory, declared
from tests.helpers.tiers import in_tier
from tests.live.conftest import Browser, Opener, anote
from tests.live.test_outage import layer_at, port  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db(transaction=True)

HOME = None
MARK_SECONDS = in_tier(test=20.0, prove=1.0)
LEAVING_SECONDS = in_tier(test=20.0, prove=5.0)
"""Within which news comes, and who lost access is told, on a machine that does nothing else."""


def owner(incident: Incident, by: Person, to: Person) -> None:
    lane = LaneKind.INVESTIGATION
    roles.assign(
        by.as_actor(), incident.pk, role=RoleName.LANE_OWNER, lane=lane, person=to, now=START
    )


aowner, adeclared = sync_to_async(owner), sync_to_async(declared)


async def at_home(browse: Opener, person: Person) -> Browser:
    """The home page as it is now, open and live."""
    browser = await browse(person, HOME, await sync_to_async(home_mark.mark_of)(person))
    await browser.until_type("live")
    assert browser.messages == [messages.live(0)]
    return browser


async def told(browser: Browser) -> list[dict[str, Any]]:
    """What has come since it was asked the last time."""
    before = len(browser.messages)
    await browser.say("ping")
    await browser.until_type("pong")
    return browser.messages[before:-1]


@pytest.mark.asyncio
async def test_who_is_given_something_to_do_hears_at_once(
    browse: Opener,
    incident: Incident,
    commander: Person,
    stranger: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub, "LOOK_INTERVAL_SECONDS", 600.0)  # so that it is told and does not look
    browser = await at_home(browse, stranger)

    await aowner(incident, commander, stranger)
    started = time.monotonic()

    assert await browser.next() == messages.DUTIES
    assert time.monotonic() - started < MARK_SECONDS


@pytest.mark.asyncio
async def test_a_new_incident_is_news_and_a_note_is_not(
    browse: Opener, incident: Incident, commander: Person, stranger: Person
) -> None:
    browser = await at_home(browse, stranger)

    await anote(commander, incident)
    await adeclared(commander)

    assert await browser.next() == messages.DUTIES
    assert await told(browser) == []


@pytest.mark.asyncio
async def test_of_what_is_hidden_there_is_no_message_at_all(
    browse: Opener, restricted: Incident, commander: Person, stranger: Person
) -> None:
    witness, browser = await at_home(browse, commander), await at_home(browse, stranger)

    await aowner(restricted, commander, commander)
    assert await witness.next() == messages.DUTIES
    await adeclared(commander, restricted=True)
    assert await witness.next() == messages.DUTIES

    assert await told(browser) == []


@pytest.mark.asyncio
async def test_an_admin_hears_of_restricted_incidents(
    browse: Opener, restricted: Incident, commander: Person, admin: Person
) -> None:
    browser = await at_home(browse, admin)

    await aowner(restricted, commander, commander)

    assert await browser.next() == messages.DUTIES


@pytest.mark.asyncio
async def test_who_is_let_in_hears_and_who_is_put_out_hears_only_that(
    browse: Opener, restricted: Incident, commander: Person, stranger: Person
) -> None:
    browser, actor = await at_home(browse, stranger), commander.as_actor()
    add, remove = sync_to_async(roles.add_participant), sync_to_async(roles.remove_participant)

    await add(actor, restricted.pk, person=stranger, now=START)
    assert await browser.next() == messages.DUTIES
    await remove(actor, restricted.pk, person=stranger, now=START)
    assert await browser.next() == messages.DUTIES

    witness = await at_home(browse, commander)
    await aowner(restricted, commander, commander)
    await witness.next()
    assert await told(browser) == []


@pytest.mark.asyncio
async def test_a_page_that_is_older_than_its_socket_is_told_when_it_comes(
    browse: Opener, incident: Incident, commander: Person, stranger: Person
) -> None:
    before = await sync_to_async(home_mark.mark_of)(stranger)
    await aowner(incident, commander, stranger)

    browser = await browse(stranger, HOME, before)

    assert [await browser.next(), await browser.next()] == [messages.DUTIES, messages.live(0)]


@pytest.mark.asyncio
async def test_what_was_lost_on_the_way_comes_all_the_same(
    browse: Opener, incident: Incident, commander: Person, stranger: Person
) -> None:
    browser = await at_home(browse, stranger)
    redis = Redis.from_url(settings.REDIS_URL)

    await sync_to_async(redis.client_kill_filter)(_type="pubsub")
    await aowner(incident, commander, stranger)

    assert await browser.next() == messages.DUTIES


@pytest.mark.asyncio
async def test_without_a_channel_layer_it_says_so_and_still_looks(
    layer_at: Callable[[int], None],  # noqa: F811
    port: int,  # noqa: F811
    browse: Opener,
    incident: Incident,
    commander: Person,
    stranger: Person,
) -> None:
    layer_at(port)
    browser = await browse(stranger, HOME, await sync_to_async(home_mark.mark_of)(stranger))
    await browser.until_type("degraded")

    await aowner(incident, commander, stranger)

    assert (await browser.until_type("duties")) == messages.DUTIES


# -- Who may -----------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_who_is_not_signed_in_is_asked_to(browse: Opener) -> None:
    browser = await browse(None, HOME)

    told = [await browser.next(), await browser.next()]

    assert told == [messages.bye(access.SIGNED_OUT), {"closed": 4401}]


@pytest.mark.asyncio
async def test_a_stakeholder_has_no_work_to_watch(browse: Opener, stakeholder: Person) -> None:
    browser = await browse(stakeholder, HOME)

    told = [await browser.next(), await browser.next()]

    assert told == [messages.bye(access.NO_RESPONDER), {"closed": 4403}]


def _sign_out(person: Person) -> None:
    Session.objects.all().delete()


def _let_session_expire(person: Person) -> None:
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))


def _deactivate(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)


def _demote(person: Person) -> None:
    person.groups.set(PersonFactory(groups=[Group.STAKEHOLDER]).groups.all())


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("lose", "reason"),
    [
        (_sign_out, access.SIGNED_OUT),
        (_let_session_expire, access.SIGNED_OUT),
        (_deactivate, access.SIGNED_OUT),
        (_demote, access.NO_RESPONDER),
    ],
    ids=["signed out", "session expired", "deactivated", "demoted"],
)
async def test_who_loses_access_is_told_why_and_receives_no_more(
    browse: Opener, stranger: Person, lose: Callable[[Person], None], reason: str
) -> None:
    browser = await at_home(browse, stranger)

    started = time.monotonic()
    await sync_to_async(lose)(stranger)
    told = [await browser.next(), await browser.next()]

    assert told == [messages.bye(reason), {"closed": 4403}]
    assert time.monotonic() - started < LEAVING_SECONDS


# -- What a look costs, and whom it lets know ----------------------------------------------------


def test_a_look_takes_as_few_queries_for_many(commander: Person, stranger: Person) -> None:
    def looked(incidents: int, people: list[Person]) -> int:
        made = [declared(commander, restricted=bool(n % 2)) for n in range(incidents)]
        before = home_mark.look([], {}).known
        for incident in made:
            owner(incident, commander, commander)
        with queries() as asked:
            home_mark.look([person.pk for person in people], before)
        return len(asked)

    assert looked(12, [commander, stranger]) == looked(2, [stranger]) == 4


def test_a_look_lets_each_know_what_they_may_see(
    commander: Person,
    stranger: Person,
    admin: Person,
    restricted: Incident,
    incident: Incident,
) -> None:
    everybody = [commander, stranger, admin, PersonFactory(username="root", is_superuser=True)]

    found = home_mark.look([person.pk for person in everybody], {})

    for person in everybody:
        seen = Incident.objects.visible_to(person).values_list("pk", flat=True)
        assert set(found.visible_to(person.pk)) == set(seen)
