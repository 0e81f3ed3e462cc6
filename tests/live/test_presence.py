"""Who is in the room: across processes, once a person, and no longer than is true."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect

from incidents.actions import roles
from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from kernel import clock
from live import local_presence, presence_store
from live.presence_store import Present, RoomPresence
from tests.helpers.counting import queries
from tests.helpers.factories import START
from tests.helpers.live_app import LiveApp
from tests.live.conftest import TIMEOUT_SECONDS, Browser, Opener, names_in, sign_in

TRUE_WITHIN = timedelta(seconds=10)


@pytest.fixture(autouse=True)
def _nobody_from_before(db: None) -> Any:
    """Numbers of incidents come again from test to test, and Valkey outlives them."""
    yield
    redis = presence_store._redis()
    for key in redis.scan_iter(f"{presence_store._layer()['prefix']}:presence:*"):
        redis.delete(key)


def test_what_is_promised_is_less_than_ten_seconds() -> None:
    beats = timedelta(seconds=2 * local_presence.EXCHANGE_INTERVAL_SECONDS)

    assert local_presence.GONE_AFTER + beats < TRUE_WITHIN
    assert presence_store.FRESH + beats < TRUE_WITHIN


# -- What Valkey keeps ------------------------------------------------------------------------

MARA, KEN = Present(1, "Mara", "mitigation"), Present(2, "Ken")


def said(now: Any, source: str = "hub-b") -> list[Present]:
    found = presence_store.exchange(source, {42: []}, now)
    assert found is not None
    return list(found[42].named)


def test_one_hears_what_others_said() -> None:
    presence_store.exchange("hub-a", {42: [MARA, MARA], 43: [KEN]}, START)

    assert said(START) == [MARA]


def test_a_source_that_died_is_believed_for_six_seconds() -> None:
    presence_store.exchange("hub-a", {42: [MARA]}, START)

    with clock.at(START) as now:
        before = said(now.advance(seconds=5.9))
        after = said(now.advance(seconds=0.1))

    assert (before, after) == ([MARA], [])


def test_a_source_that_left_is_gone_at_once() -> None:
    presence_store.exchange("hub-a", {42: [MARA]}, START)

    presence_store.exchange("hub-a", {}, START, gone=[42])

    assert said(START) == []


def test_nothing_is_kept_of_sources_that_fell_silent() -> None:
    for number in range(30):
        presence_store.exchange(f"hub-{number}", {42: [MARA]}, START)

    said(START + timedelta(minutes=2))

    assert presence_store._redis().hlen(presence_store._key(42)) == 1
    assert 0 < presence_store._redis().ttl(presence_store._key(42)) <= 60


@pytest.mark.django_db
def test_it_takes_no_query() -> None:
    with queries() as asked:
        presence_store.render(
            (presence_store.exchange("hub-a", {42: [MARA, KEN]}, START) or {})[42]
        )

    assert len(asked) == 0


def test_the_line_names_each_once_with_their_lanes() -> None:
    people = [KEN, MARA, Present(1, "Mara"), Present(1, "Mara", "investigation")]

    line = presence_store.render(RoomPresence.of(people))

    assert names_in(line) == ["Ken", "Mara on Investigation, Mitigation"]


def test_the_line_counts_those_that_it_does_not_name() -> None:
    line = presence_store.render(RoomPresence.of(Present(n, f"Person {n}") for n in range(11)))

    assert names_in(line)[-1] == "and 3 more"
    assert len(names_in(line)) == presence_store.MAX_NAMES + 1


@given(
    st.lists(
        st.lists(
            st.builds(
                lambda number, place: Present(number, f"{'aB'[number % 2]}{number % 7}", place),
                st.integers(1, 20),
                st.sampled_from(["", "mitigation", "investigation"]),
            )
        ),
        max_size=4,
    )
)
def test_told_by_several_it_is_the_line_of_all_together(sources: list[list[Present]]) -> None:
    said = presence_store._decode_reports(
        {str(n): presence_store._encode_report(some, START) for n, some in enumerate(sources)}
    )

    line = presence_store.render(presence_store._merge_reports(said.values(), START))

    everyone = [one for some in sources for one in some]
    people = sorted({(one.name.casefold(), one.person_id, one.name) for one in everyone})
    named, more = people[: presence_store.MAX_NAMES], len(people) - presence_store.MAX_NAMES
    told = [(name, lanes_of(number, everyone)) for _, number, name in named]
    expected = [f"{name} on {', '.join(lanes)}" if lanes else name for name, lanes in told]
    assert names_in(line) == [*expected, *([f"and {more} more"] if more > 0 else [])]


def lanes_of(person: int, tabs: list[Present]) -> list[str]:
    places = {one.place for one in tabs if one.person_id == person}
    return [lane.label for lane in LaneKind if lane in places]


def test_a_name_is_only_ever_text() -> None:
    assert "<b>" not in presence_store.render(RoomPresence.of([Present(1, "<b>Mara</b>")]))


@pytest.mark.parametrize("place", ["", "nowhere", "MITIGATION", "mitigation "])
def test_nonsense_is_in_the_room(place: str) -> None:
    assert presence_store.place_of(place) == ""


def test_without_valkey_nobody_knows(settings: Any) -> None:
    layer = settings.CHANNEL_LAYERS["default"]
    config = {**layer["CONFIG"], "hosts": ["redis://127.0.0.1:1/0"]}
    settings.CHANNEL_LAYERS = {"default": {**layer, "CONFIG": config}}

    found = presence_store.exchange("hub-a", {42: [MARA]}, START)

    assert found is None
    assert presence_store.render(found) == ""


# -- In rooms ----------------------------------------------------------------------------------

sockets = pytest.mark.django_db(transaction=True)


class Elsewhere:
    """A browser of another process: its hub runs in a server of its own."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def sees(self, *people: str) -> None:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while True:
                message = json.loads(await self.socket.recv())
                if message["type"] == "ask":
                    await self.socket.send("here")
                if message["type"] == "presence" and names_in(message["html"]) == sorted(people):
                    return


async def elsewhere(app: LiveApp, person: Person, incident: Incident, at: str = "") -> Elsewhere:
    key = await sync_to_async(sign_in)(person)
    url = app.url.replace("http", "ws")
    path = f"/ws/INC-{incident.pk}/?at={at}"
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"}
    return Elsewhere(await connect(url + path, additional_headers=cookie, origin=app.url))


@sockets
@pytest.mark.asyncio
async def test_two_hubs_show_the_same_people_and_where_they_are(
    live_app: LiveApp, browse: Opener, incident: Incident, commander: Person, stranger: Person
) -> None:
    here = await browse(commander, incident)
    await here.sees("Commander")
    there = await elsewhere(live_app, stranger, incident, "mitigation")

    await here.sees("Commander", "Stranger on Mitigation")
    await there.sees("Commander", "Stranger on Mitigation")

    await there.socket.close()
    await here.sees("Commander")
    fresh = await sync_to_async(Incident.objects.get)(pk=incident.pk)
    assert fresh.last_seq == incident.last_seq


@sockets
@pytest.mark.asyncio
async def test_several_tabs_of_one_person_count_once(
    live_app: LiveApp, browse: Opener, incident: Incident, commander: Person
) -> None:
    first = await browse(commander, incident)
    second = await browse(commander, incident, at="verification")
    third = await elsewhere(live_app, commander, incident, "mitigation")

    await first.sees("Commander on Mitigation, Verification")
    await second.close()
    await first.sees("Commander on Mitigation")
    await third.socket.close()
    await first.sees("Commander")


@sockets
@pytest.mark.asyncio
async def test_who_no_longer_answers_is_gone_though_the_socket_stands(
    browse: Opener, incident: Incident, commander: Person, stranger: Person
) -> None:
    with clock.at(clock.now()) as time:
        here, asleep = await browse(commander, incident), await browse(stranger, incident)
        await here.sees("Commander", "Stranger")
        asleep.answers = False

        time.advance(seconds=6)
        await here.sees("Commander")

        await asleep.say("here")
        await here.sees("Commander", "Stranger")


@sockets
@pytest.mark.asyncio
async def test_who_lost_access_is_not_shown_and_shown_nobody(
    browse: Opener, restricted: Incident, commander: Person, stranger: Person
) -> None:
    actor = commander.as_actor()
    add, remove = sync_to_async(roles.add_participant), sync_to_async(roles.remove_participant)
    await add(actor, restricted.pk, person=stranger, now=START)
    here, leaving = await browse(commander, restricted), await browse(stranger, restricted)
    await here.sees("Commander", "Stranger")
    await leaving.sees("Commander", "Stranger")

    await remove(actor, restricted.pk, person=stranger, now=START)
    await here.sees("Commander")

    while "closed" not in await leaving.next():
        pass
    assert leaving.who() == ["Commander", "Stranger"]


@sockets
@pytest.mark.asyncio
async def test_an_outsider_is_told_nobody(
    browse: Opener, restricted: Incident, commander: Person, stranger: Person
) -> None:
    here = await browse(commander, restricted)
    await here.sees("Commander")

    outside: Browser = await browse(stranger, restricted)
    told = [await outside.next(), await outside.next()]

    assert told[-1] == {"closed": 4404}
    assert outside.present == []


# -- By polling --------------------------------------------------------------------------------


def polled(client: Client, incident: Incident, **asked: str) -> list[str]:
    answer = client.get(f"/INC-{incident.pk}/live/", {"after": "0", **asked}).json()
    (message,) = (m for m in answer["messages"] if m["type"] == "presence")
    return names_in(message["html"])


@pytest.mark.django_db
def test_who_polls_is_present_and_sees_who_is(
    client: Client, incident: Incident, commander: Person
) -> None:
    client.force_login(commander, "django.contrib.auth.backends.ModelBackend")
    now = clock.now()
    presence_store.exchange("hub-a", {incident.pk: [Present(-1, "Aisha", "communication")]}, now)

    with clock.at(now) as time:
        assert polled(client, incident) == ["Aisha on Communication", "Commander"]
        assert polled(client, incident, at="mitigation") == [
            "Aisha on Communication",
            "Commander on Mitigation",
        ]
        time.advance(seconds=7)
        assert polled(client, incident) == ["Commander"]


@pytest.mark.django_db
def test_an_outsider_cannot_poll_it(client: Client, restricted: Incident, stranger: Person) -> None:
    client.force_login(stranger, "django.contrib.auth.backends.ModelBackend")

    answer = client.get(f"/INC-{restricted.pk}/live/", {"after": "0"})

    assert answer.status_code == 404
    assert presence_store.exchange("hub-b", {restricted.pk: []}, clock.now()) == {
        restricted.pk: RoomPresence()
    }
