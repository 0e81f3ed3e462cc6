"""What a handoff asks of its receiver, and what everybody's room shows of it."""

from datetime import timedelta

import pytest

from incidents.duties.duty import Duty, duties
from incidents.facts import incident as incident_facts
from incidents.models import Incident, Person
from incidents.panels import renderers as render
from incidents.panels.standing import render_tab
from incidents.vocabulary import LaneKind
from lanes.facts.lanes import lanes_of
from tests.helpers.counting import queries
from tests.helpers.factories import START, declared
from tests.helpers.handoffs import HandoffDriver

NOW = START + timedelta(minutes=10)
LANE = LaneKind.MITIGATION
Owners = dict[LaneKind, Person]


def fresh(incident: Incident) -> Incident:
    return Incident.objects.get(pk=incident.pk)


def to_answer(incident: Incident, person: Person, now=NOW) -> list[Duty]:
    found = duties([incident_facts.cached_facts(fresh(incident))], person, now)
    return [duty for duty in found if duty.role == "receiver"]


def test_only_the_receiver_is_asked_and_only_until_the_answer(
    staffed: Incident, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    assert to_answer(staffed, stranger) == []
    handing.offer(lane_owners[LANE], stranger, LANE)

    [duty] = to_answer(staffed, stranger)

    assert duty.title == "Accept Mitigation, or decline it"
    assert duty.why == (
        "Mitigation Owner offers you the lane Mitigation and owns it until you accept."
    )
    assert (duty.href, duty.key) == (f"/{staffed.reference}/HO-1/", "D")
    assert (duty.due_at, duty.overdue) == (NOW + timedelta(minutes=5), False)
    assert to_answer(staffed, stranger, NOW + timedelta(minutes=5))[0].overdue
    assert to_answer(staffed, lane_owners[LANE]) == []
    handing.accept(stranger)
    assert to_answer(staffed, stranger) == []


def test_as_many_queries_for_three_incidents_as_for_one(
    commander: Person, stranger: Person
) -> None:
    for _ in range(3):
        HandoffDriver(declared(commander), commander, NOW).offer(commander, stranger)
    standings = incident_facts.read_all_facts(list(Incident.objects.all()))

    with queries() as of_one:
        duties(standings[:1], stranger, NOW)
    with queries() as of_three:
        found = duties(standings, stranger, NOW)

    assert len(of_three) == len(of_one)
    assert [duty.title for duty in found] == ["Accept Command, or decline it"] * 3


def test_the_room_shows_what_is_offered_to_whom(
    staffed: Incident, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    before = render.panel("lanes", fresh(staffed), NOW)
    handing.offer(lane_owners[LANE], stranger, LANE)
    handing.offer(handing.commander, stranger)

    html = " ".join(render.panel("lanes", fresh(staffed), NOW).split())

    assert "Offered to" not in before
    assert html.count("Offered to Stranger") == 1
    assert f"/{staffed.reference}/HO-1/" in html
    assert "Command is offered to Stranger" in html
    assert [one.handoff.reference if one.handoff else "" for one in lanes_of(fresh(staffed))] == [
        "",
        "HO-1",
        "",
        "",
    ]


# -- Owners who can no longer act --------------------------------------------------------------


def lose(person: Person, what: str) -> None:
    if what == "account":
        Person.objects.filter(pk=person.pk).update(is_active=False)
    else:
        person.groups.clear()


@pytest.mark.parametrize("lost", ["account", "group"])
def test_the_lane_of_somebody_who_left_counts_as_ownerless(
    staffed: Incident, lane_owners: Owners, lost: str
) -> None:
    assert incident_facts.cached_facts(fresh(staffed)).unowned == ()
    lose(lane_owners[LANE], lost)
    incident = fresh(staffed)

    standing = incident_facts.cached_facts(incident)
    here = next(one for one in lanes_of(incident) if one.kind == LANE)

    assert standing.unowned == (LANE,)
    assert [one.label for one in standing.unable] == ["Mitigation owner"]
    assert (here.owner, here.unable) == (None, lane_owners[LANE])
    warnings = render.panel("warnings", incident, NOW)
    assert "Mitigation Owner can no longer act" in warnings
    assert "?who=lane_owner:mitigation" in warnings
    lanes = " ".join(render.panel("lanes", incident, NOW).split())
    assert lanes.count("No owner") == 1
    assert "Mitigation Owner can no longer act," in lanes
    readiness = render_tab("ready", incident, NOW)
    assert "itigation has no owner" in readiness


def test_a_commander_who_left_commands_no_longer(staffed: Incident, commander: Person) -> None:
    lose(commander, "account")

    standing = incident_facts.cached_facts(fresh(staffed))

    assert standing.commander is None
    assert "Commander can no longer act" in render.panel("warnings", fresh(staffed), NOW)
