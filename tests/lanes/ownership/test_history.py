"""The page of owners: now, over time, and what is over."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.actions import roles
from incidents.models import Incident, Person
from incidents.panels.standing import render_tab
from incidents.vocabulary import LaneKind, RoleName
from kernel import clock
from lanes import actions
from lanes.actions.patterns import observe
from lanes.ownership import history as ownership_history
from lanes.ownership.chart import gaps
from tests.helpers.counting import queries
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START, declared
from tests.helpers.handoffs import HandoffDriver
from tests.markup import markup

MITIGATION = LaneKind.MITIGATION
type Owners = dict[LaneKind, Person]


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


@pytest.fixture
def visit(client: Client, incident: Incident) -> Any:
    def get(person: Person, minutes: int = 60, status: int = 200) -> str:
        client.force_login(person)
        with clock.at(at(minutes)):
            answer = client.get(f"/{incident.reference}/owners/")
        assert answer.status_code == status
        return markup(answer)

    return get


def give(incident: Incident, by: Person, to: Person, minutes: int) -> None:
    lane = MITIGATION
    actor = by.as_actor()
    roles.assign(
        actor, incident.pk, role=RoleName.LANE_OWNER, lane=lane, person=to, now=at(minutes)
    )


def test_who_owns_what_and_who_does_not(
    visit: Any, incident: Incident, commander: Person, stranger: Person
) -> None:
    give(incident, commander, stranger, 5)

    page = visit(commander)

    assert f"Command: {commander}. Investigation: nobody. Mitigation: {stranger}." in page
    assert page.count("is-unmet") >= 4
    assert "None so far." in page


def test_an_offer_is_in_the_picture_of_the_room_and_of_the_page(
    visit: Any, handing: HandoffDriver, commander: Person, stranger: Person, lane_owners: Owners
) -> None:
    handing.offer(lane_owners[MITIGATION], stranger, MITIGATION)

    room = render_tab("owners", Incident.objects.get(pk=handing.incident.pk), at(12))

    said = f"Mitigation: {lane_owners[MITIGATION]}, offered to {stranger}."
    assert said in room
    assert f"/{handing.incident.reference}/owners/" in room
    assert said in visit(commander)


def test_the_story_of_an_incident(
    incident: Incident, commander: Person, lane_owners: Owners, deputy: Person
) -> None:
    lived = DecisionRun(incident, commander, lane_owners)
    lived.assign(RoleName.DEPUTY, deputy)
    lived.decide("flag")
    lived.done()
    lived.judge(lived.run(), passed=False, finding="Still 4 %")
    handing = HandoffDriver(incident, commander, lived.now)
    number = handing.checkpoint.number
    handing.offer(lived.executor, deputy, MITIGATION, checkpoint=number)
    handing.now += timedelta(minutes=2)
    handing.accept(deputy)

    fresh = Incident.objects.get(pk=incident.pk)
    told = ownership_history.story(fresh, at(60))

    assert [row.key for row in told.rows][:2] == ["command", "deputy"]
    assert [(event.row, event.label) for event in told.events] == [
        ("command", "D-1"),
        ("mitigation", "D-1 done"),
        ("verification", "D-1 failed"),
        ("mitigation", "HO-1"),
    ]
    held = [one for one in told.tenures if one.row == "mitigation"]
    assert [(one.who, one.since, one.until) for one in held] == [
        (str(lived.executor), at(10), handing.now),
        (str(deputy), handing.now, None),
    ]
    assert {(gap.since, gap.until) for gap in gaps(told)} == {(START, at(10))}

    earlier = ownership_history.story(Incident.objects.get(pk=incident.pk), at(11))
    assert [event.label for event in earlier.events] == ["D-1"]
    assert [one.until for one in earlier.tenures if one.row == "mitigation"] == [None]


def test_what_is_over_says_from_when_to_when(
    visit: Any, incident: Incident, commander: Person
) -> None:
    def bound(lane: LaneKind, item: str, minutes: int) -> None:
        actor = commander.as_actor()
        actions.set_boundary(
            actor, incident.pk, lane=lane, included=[item], excluded=[], now=at(minutes)
        )
        observe(incident.pk, now=at(minutes))

    bound(MITIGATION, "edge cache", 1)
    bound(LaneKind.INVESTIGATION, "edge cache", 2)
    during = visit(commander)
    bound(LaneKind.INVESTIGATION, "key set", 9)
    after = visit(commander)

    assert "OVERLAP" not in during
    assert "<strong>Overlapping lanes</strong> <code>OVERLAP</code>" in after
    assert "T+00:02" in after
    assert "T+00:09: 7 minutes." in after


def test_forty_assignments_take_as_many_queries_as_four(
    client: Client, staffed: Incident, commander: Person, lane_owners: Owners
) -> None:
    client.force_login(commander)

    def asked() -> int:
        with clock.at(at(90)), queries() as counted:
            page = client.get(f"/{staffed.reference}/owners/")
        assert page.status_code == 200
        return len(counted)

    asked()
    four = asked()
    people = list(lane_owners.values())
    for number in range(40):
        give(staffed, commander, people[number % 4], number + 1)

    assert asked() == four <= 22


def test_a_restricted_incident_is_nobody_elses(
    client: Client, commander: Person, stranger: Person
) -> None:
    hidden = declared(commander, restricted=True)
    answers = []
    for person in (commander, stranger):
        client.force_login(person)
        answers.append(client.get(f"/{hidden.reference}/owners/").status_code)

    assert answers == [200, 404]


def test_a_stakeholder_is_told_where_to_look(visit: Any, stakeholder: Person) -> None:
    visit(stakeholder, status=403)


def test_names_are_text(visit: Any, incident: Incident, commander: Person) -> None:
    commander.name = "<b>Mara</b>"
    commander.save()

    assert "<b>Mara</b>" not in visit(commander)
