"""The lanes' panel of the room."""

from incidents.models import Incident, Person
from incidents.panels import renderers as render
from incidents.vocabulary import LaneKind
from lanes import actions
from tests.helpers.factories import START


def test_it_is_one_element_with_four_lanes(incident: Incident) -> None:
    html = render.panel("lanes", incident, START)

    assert html.lstrip().startswith('<section class="room-lanes" id="panel-lanes"')
    assert html.count("<article") == 4


def test_a_lane_with_owner_but_without_boundary_is_shown_as_such(staffed: Incident) -> None:
    html = render.panel("lanes", staffed, START)

    assert html.count("No boundary yet.") == 4
    assert "No owner" not in html


def test_a_lane_without_owner_leads_to_naming_one(incident: Incident) -> None:
    html = render.panel("lanes", incident, START)

    assert html.count("No owner") == 4
    assert f"/{incident.reference}/roles/?who=lane_owner:verification" in html


def test_it_shows_boundary_and_last_note_as_text(incident: Incident, commander: Person) -> None:
    actor = commander.as_actor()
    actions.set_boundary(
        actor,
        incident.pk,
        lane=LaneKind.MITIGATION,
        included=["<i>flags</i>"],
        excluded=[],
        now=START,
    )
    actions.add_note(actor, incident.pk, text="<b>note</b>", lane=LaneKind.MITIGATION, now=START)

    html = render.panel("lanes", Incident.objects.get(pk=incident.pk), START)

    assert "&lt;i&gt;flags&lt;/i&gt;" in html
    assert "&lt;b&gt;note&lt;/b&gt;" in html
