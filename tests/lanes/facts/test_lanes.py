"""The facts of the four lanes: few queries, whatever was written."""

from datetime import timedelta

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from lanes import actions
from lanes.facts.lanes import lanes_of
from lanes.rules.boundary import Boundary
from tests.helpers.counting import queries
from tests.helpers.factories import START

LANES = list(LaneKind)


def note(by: Person, incident: Incident, text: str, lane: str, minute: int) -> None:
    now = START + timedelta(minutes=minute)
    actions.add_note(by.as_actor(), incident.pk, text=text, lane=lane, now=now)


def test_an_incident_has_its_four_lanes_from_the_start(incident: Incident) -> None:
    lanes = lanes_of(incident)

    assert [(lane.kind, lane.key) for lane in lanes] == [
        (kind, n + 1) for n, kind in enumerate(LANES)
    ]
    assert not any(lane.owner or lane.has_boundary or lane.last_note for lane in lanes)


def test_each_lane_knows_its_owner_boundary_and_last_note(
    staffed: Incident, lane_owners: dict[LaneKind, Person]
) -> None:
    owner = lane_owners[LaneKind.MITIGATION]
    actions.set_boundary(
        owner.as_actor(),
        staffed.pk,
        lane=LaneKind.MITIGATION,
        included=["flags", "deploys"],
        excluded=["SDKs"],
        now=START,
    )
    note(owner, staffed, "first", LaneKind.MITIGATION, 1)
    note(owner, staffed, "second", LaneKind.MITIGATION, 2)
    note(owner, staffed, "of no lane", "", 3)

    lane = lanes_of(staffed)[LANES.index(LaneKind.MITIGATION)]

    assert (lane.owner, lane.owned_since) == (owner, START)
    assert lane.boundary == Boundary(("flags", "deploys"), ("SDKs",))
    assert (lane.note_text, lane.notes) == ("second", 2)


def test_only_the_current_boundary_counts(incident: Incident, commander: Person) -> None:
    for included in (["a", "b"], ["b", "c"]):
        actions.set_boundary(
            commander.as_actor(),
            incident.pk,
            lane=LaneKind.VERIFICATION,
            included=included,
            excluded=[],
            now=START,
        )

    lane = lanes_of(incident)[LANES.index(LaneKind.VERIFICATION)]

    assert set(lane.boundary.included) == {"b", "c"}


def test_the_lanes_ask_as_often_with_three_notes_each_as_with_one(
    incident: Incident, commander: Person
) -> None:
    for kind in LANES:
        note(commander, incident, "first", kind, 1)
    with queries() as for_one:
        lanes_of(Incident.objects.get(pk=incident.pk))

    for kind in LANES:
        note(commander, incident, "second", kind, 2)
        note(commander, incident, "third", kind, 3)
    with queries() as for_three:
        lanes_of(Incident.objects.get(pk=incident.pk))

    assert len(for_three) == len(for_one)
