"""Live equals reload: what a browser has been sent is what a fresh page shows."""

from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.test import Client

from incidents.actions import checkpoints, decisions, freezes, lifecycle
from incidents.models import Incident, Person, Surface
from incidents.vocabulary import LaneKind
from kernel import clock
from lanes import actions as lanes
from tests.helpers.decision_inputs import decision_input, prepare_decision
from tests.helpers.factories import START, SurfaceFactory
from tests.live.conftest import Opener

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]

NOW = START + timedelta(minutes=10)


@pytest.fixture
def surface() -> Surface:
    return SurfaceFactory(name="Sign-in")


def first_hour(
    incident: Incident, commander: Person, owners: dict[LaneKind, Person], surface: Surface
) -> int:
    """Something of every panel changes; returns the last sequence number."""
    actor, number = commander.as_actor(), incident.pk
    lifecycle.set_surfaces(actor, number, surfaces=(surface,), now=NOW)
    freezes.freeze(actor, number, surface=surface, scope="", reason="Hold still", now=NOW)
    cited = prepare_decision(incident, commander, NOW)
    lanes.set_boundary(
        actor, number, lane=LaneKind.MITIGATION, included=["flags"], excluded=["press"], now=NOW
    )
    due = NOW + timedelta(minutes=20)
    checkpoints.schedule(actor, number, due_at=due, purpose="What first", now=NOW)
    said = decision_input(cited, owners[LaneKind.MITIGATION], owners[LaneKind.VERIFICATION], NOW)
    decisions.decide(actor, number, 1, said, now=NOW)
    lifecycle.change_phase(actor, number, phase="containment", reason="Chosen", now=NOW)
    return lanes.add_note(actor, number, text="Rolled back", lane="mitigation", now=NOW).seq


def fresh_page(person: Person, incident: Incident) -> str:
    client = Client()
    client.force_login(person)
    return client.get(incident.get_absolute_url()).content.decode()


async def test_fragments_by_socket_are_those_of_a_fresh_page(
    browse: Opener,
    staffed: Incident,
    commander: Person,
    stranger: Person,
    lane_owners: dict[LaneKind, Person],
    surface: Surface,
) -> None:
    with clock.at(NOW):
        browser = await browse(stranger, staffed, after=staffed.last_seq)
        await browser.until_type("live")

        last = await sync_to_async(first_hour)(staffed, commander, lane_owners, surface)
        await browser.until_seq(last)
        await browser.until(lambda m: m.get("type") == "panels" and m["seq"] >= last)
        page = await sync_to_async(fresh_page)(stranger, staffed)

    shown = {}
    for message in browser.messages:
        if message["type"] == "panels":
            shown |= message["panels"]
    assert set(shown) == {"bar", "blueprint", "deciding", "warnings", "lanes", "standing"}
    for name, html in shown.items():
        assert html in page, f"the panel {name} differs from a fresh page"
    for entry in browser.entries:
        assert entry["html"] in page, f"entry {entry['seq']} differs from a fresh page"
