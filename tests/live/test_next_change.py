"""What changes by time alone: a page knows when, asks once, and all who ask share one answer."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from incidents.actions import checkpoints
from incidents.models import Incident, Person
from incidents.panels import renderers as render
from incidents.panels.room import next_moment
from kernel import clock
from live import catchup
from tests.helpers.factories import START, declared
from tests.helpers.recommendations import Owners
from tests.live.conftest import Opener, anote, note
from tests.markup import markup

pytestmark = pytest.mark.django_db(transaction=True)


def at(minutes: float, seconds: float = 0) -> datetime:
    return START + timedelta(minutes=minutes, seconds=seconds)


def _schedule(incident: Incident, by: Person, due: datetime) -> None:
    checkpoints.schedule(by.as_actor(), incident.pk, due_at=due, purpose="", now=START)
    incident.refresh_from_db()


def test_between_two_moments_nothing_in_the_room_changes(
    staffed: Incident, commander: Person
) -> None:
    """Every panel, also one that is new: what it says of time has its moment."""
    _schedule(staffed, commander, at(19, 40))
    moment, shown, moments = at(0), {}, 0

    for seconds in range(3, 66 * 60, 20):
        now = at(0, seconds)
        panels = render.panels(staffed, now)
        if moment is not None and now >= moment:
            found = next_moment(staffed, now)
            moment, shown, moments = (found.at if found else None), panels, moments + 1
        assert panels == shown, now

    assert moments > 60


def test_an_open_contradiction_ages_by_the_minute(staffed: Incident, opposed: Owners) -> None:
    opened = opposed.now
    staffed = Incident.objects.get(pk=staffed.pk)
    before = render.panels(staffed, opened + timedelta(minutes=75, seconds=10))

    found = next_moment(staffed, opened + timedelta(minutes=75, seconds=10))

    assert found is not None
    assert found.at == opened + timedelta(minutes=76, seconds=1)
    assert "<span>for 75 minutes</span>" in before["deciding"]
    assert "<span>for 76 minutes</span>" in render.panels(staffed, found.at)["deciding"]


def test_a_look_brings_what_time_has_changed(incident: Incident) -> None:
    before = catchup.poll(incident, incident.last_seq, at(9, 58), look=True)
    after = catchup.poll(incident, incident.last_seq, at(10, 2), look=True)

    (was,), (told,) = before["messages"], after["messages"]
    assert "Take control, now" in was["panels"]["blueprint"]
    assert was["moment"] == {"at": at(10, 1).isoformat(), "duties": False}
    assert "Options, now" in told["panels"]["blueprint"]
    assert told["panels"] == render.panels(incident, at(10, 2))


def test_a_look_is_rendered_once_until_the_next_moment(incident: Incident) -> None:
    first = render.panels_shared(incident, at(10, 2))

    assert render.panels_shared(incident, at(10, 11)) is first
    assert render.panels_shared(incident, at(10, 12)) is not first


def test_a_look_is_never_of_a_later_time(incident: Incident) -> None:
    later = render.panels_shared(incident, at(10, 2))

    earlier = render.panels_shared(incident, at(9, 59))

    assert earlier is not later
    assert "Take control, now" in earlier.html["blueprint"]


def test_who_asks_at_the_same_instant_waits_for_the_one_answer(incident: Incident) -> None:
    together = Barrier(4)

    def ask(_: int) -> render.RenderedPanels:
        mine = Incident.objects.get(pk=incident.pk)
        together.wait(30)
        try:
            return render.panels_shared(mine, at(20))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(4)))

    assert {id(answer) for answer in answers} == {id(answers[0])}


def test_the_page_and_the_endpoint_tell_the_next_moment(
    client: Client, incident: Incident, commander: Person
) -> None:
    client.force_login(commander)
    _schedule(incident, commander, at(12, 1))
    with clock.at(at(11, 30)):
        page = markup(client.get(incident.get_absolute_url()))
        told = client.get(f"{incident.get_absolute_url()}live/?look").json()

    assert 'data-moment="2026-03-05T14:12:01+00:00" data-moment-duties' in page
    assert told["messages"][0]["moment"] == {"at": at(12, 1).isoformat(), "duties": True}


def test_a_room_that_time_does_not_change_has_none(client: Client, commander: Person) -> None:
    """Of a severity of which nobody has to be told within a time."""
    incident = declared(commander, severity="3")
    client.force_login(commander)
    with clock.at(at(90)):
        page = markup(client.get(incident.get_absolute_url()))

    assert "data-moment" not in page


def test_looking_together_with_something_new_brings_both(
    incident: Incident, commander: Person
) -> None:
    before = incident.last_seq
    note(commander, incident, "Errors fall.")

    told = catchup.poll(incident, before, at(10, 2), look=True)["messages"]

    assert [message["type"] for message in told] == ["entries", "panels", "duties"]


@pytest.mark.asyncio
async def test_a_push_tells_the_next_moment_too(
    browse: Opener, incident: Incident, commander: Person
) -> None:
    with clock.at(at(9, 30)):
        browser = await browse(commander, incident, after=incident.last_seq)
        await browser.until_type("live")
        await anote(commander, incident)
        told: dict[str, Any] = await browser.until_type("panels")

    assert told["moment"] == {"at": at(10, 1).isoformat(), "duties": False}
