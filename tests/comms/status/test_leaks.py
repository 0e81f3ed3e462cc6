"""Tries to leak: nothing of the room is in any public byte, whatever was written in it."""

from datetime import timedelta

import httpx
import pytest
from asgiref.sync import sync_to_async

from comms.models import MessageDraft
from comms.status import formats
from comms.status.facts import site
from comms.vocabulary import Audience, SurfaceState
from incidents.actions import evidence, lifecycle, risks
from incidents.models import Incident, Person, Surface
from incidents.rules.evidence import Capture
from incidents.vocabulary import EvidenceKind, LaneKind
from kernel import clock
from lanes import actions as lanes
from tests.comms.status.published import over, say
from tests.helpers.factories import START, PersonFactory, SurfaceFactory, declared

NOW = START + timedelta(hours=1)
HIDDEN = "zanzibar"
"""In everything that is not for readers."""


def _room_full_of_secrets(by: Person) -> Incident:
    """An incident each text of which is hidden, of whom one public update speaks."""
    actor = by.as_actor()
    incident = declared(by, title=f"{HIDDEN} title", known=f"{HIDDEN} known", severity="1")
    number = incident.pk
    lifecycle.set_channel(actor, number, channel=f"#{HIDDEN}", now=START)
    lifecycle.set_revision(actor, number, revision=f"{HIDDEN}1", now=START)
    lifecycle.change_severity(actor, number, severity="2", reason=f"{HIDDEN} reason", now=START)
    lanes.add_note(actor, number, lane="", text=f"{HIDDEN} note", now=START)
    for lane in (LaneKind.COMMUNICATION, LaneKind.INVESTIGATION):
        lanes.add_note(actor, number, lane=lane, text=f"{HIDDEN} note of a lane", now=START)
    lanes.raise_unknown(
        actor, number, lane=LaneKind.INVESTIGATION, text=f"{HIDDEN} unknown", now=START
    )
    lanes.state_hypothesis(actor, number, text=f"{HIDDEN} hypothesis", now=START)
    risks.add(actor, number, text=f"{HIDDEN} risk that stays", owner=None, now=START)
    log = Capture(kind=EvidenceKind.LOG, title=f"{HIDDEN} log", text=f"{HIDDEN} output")
    evidence.capture(actor, number, log, now=START)
    MessageDraft.objects.create(
        incident=incident,
        kind="update",
        author=by,
        data={"headline": [f"{HIDDEN} draft"]},
        saved_at=START,
    )
    return Incident.objects.get(pk=number)


@pytest.fixture
def leaky(db: None) -> Incident:
    by = PersonFactory(
        username=f"{HIDDEN}-user", name=f"{HIDDEN.title()} Person", groups=["responder"]
    )
    surface = SurfaceFactory(name="Sign-in", owner_team=f"{HIDDEN} team", health_check=HIDDEN)
    hidden = SurfaceFactory(name=f"{HIDDEN} core", on_status_page=False)
    incident = _room_full_of_secrets(by)
    states = {surface: SurfaceState.PARTIAL, hidden: SurfaceState.MAJOR}
    first = say(incident, START, states)
    inside = {"headline": f"{HIDDEN} inside", "impact": f"{HIDDEN} impact"}
    say(incident, START + timedelta(minutes=5), states, audience=Audience.INTERNAL, **inside)
    say(
        incident,
        START + timedelta(minutes=6),
        states,
        audience=Audience.PARTICIPANTS,
        corrects=first,
        correction=f"{HIDDEN} correction",
        **inside,
    )
    for said in ({"title": f"{HIDDEN} quiet"}, {"title": f"{HIDDEN} secret", "restricted": True}):
        other = declared(by, **said)
        audience = Audience.PUBLIC if other.restricted else Audience.INTERNAL
        say(other, START, states, audience=audience, **inside)
        over(other, START + timedelta(minutes=1), surface, audience=audience, **inside)
    return incident


def test_nothing_of_the_room_is_in_any_format(leaky: Incident) -> None:
    rendered = formats.render(site(Audience.PUBLIC, NOW))

    assert {one.content_type.split(";")[0] for one in rendered} == {
        "text/html",
        "application/json",
        "application/atom+xml",
        "text/calendar",
    }
    for one in rendered:
        said = one.content.decode()
        assert HIDDEN not in said.lower(), one.path
        assert f"INC-{leaky.pk}" not in said, one.path
        assert "SEV-" not in said, one.path
        assert HIDDEN not in one.path


def test_an_update_for_others_changes_nothing_that_readers_see(leaky: Incident) -> None:
    found = site(Audience.PUBLIC, NOW)

    (incident,) = found.incidents
    (update,) = incident.updates
    assert update.corrected_at is None
    assert incident.updated_at == START
    assert [one.state for one in found.surfaces] == [SurfaceState.PARTIAL]
    assert found.changed_at <= max(START, *(one.added_at for one in found.surfaces))


def test_stakeholders_read_more_and_yet_nothing_of_the_room(leaky: Incident) -> None:
    found = repr(site(Audience.INTERNAL, NOW))

    assert f"{HIDDEN} inside" in found
    for words in ("title", "note", "risk", "correction", "secret", "draft", "Person"):
        assert f"{HIDDEN} {words}" not in found


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_nothing_of_the_room_is_in_any_header(reader: httpx.AsyncClient) -> None:
    def prepared() -> Surface:
        by = PersonFactory(username=f"{HIDDEN}-user", groups=["responder"])
        surface = SurfaceFactory(name="Sign-in")
        say(_room_full_of_secrets(by), clock.now(), {surface: SurfaceState.PARTIAL})
        return surface

    await sync_to_async(prepared)()
    for path in ("/status/", "/status/api/v2/summary.json", "/status/history.atom"):
        for method in ("GET", "HEAD"):
            answer = await reader.request(method, path)
            assert answer.status_code == 200
            assert HIDDEN not in str(answer.headers).lower()
            assert "set-cookie" not in answer.headers
