"""Joining, claiming a lane, and taking command from somebody who does not answer."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import checkpoints, roles
from incidents.duties.duty import duties
from incidents.facts.incident import read_facts
from incidents.models import Assignment, Incident, Notice, Participation, Person
from incidents.permissions import incident_roles, may
from incidents.vocabulary import LaneKind, RoleName
from incidents.web.attendance import note_in_room
from kernel.refusal import NotPermitted, Refused
from tests.helpers.factories import START, declared

pytestmark = pytest.mark.django_db

AWAY = START + timedelta(minutes=10)
"""When a commander who was not in the room since declaring counts as away."""


@pytest.fixture
def with_deputy(incident: Incident, commander: Person, deputy: Person) -> Incident:
    roles.assign(commander.as_actor(), incident.pk, role=RoleName.DEPUTY, person=deputy, now=START)
    return incident


def take(person: Person, incident: Incident, now: datetime, reason: str = "") -> Incident:
    return roles.take_command(person.as_actor(), incident.pk, reason=reason, now=now)


def holder(incident: Incident, role: str, lane: str = "") -> Person | None:
    current = Assignment.objects.current().filter(incident=incident, role=role, lane=lane).first()
    return current.person if current else None


def test_the_deputy_takes_command_and_stops_being_deputy(
    with_deputy: Incident, commander: Person, deputy: Person
) -> None:
    take(deputy, with_deputy, AWAY)

    assert holder(with_deputy, RoleName.COMMANDER) == deputy
    assert holder(with_deputy, RoleName.DEPUTY) is None
    assert may("decision.decide", incident_roles(deputy.as_actor(), with_deputy))
    entry = with_deputy.timeline.get(kind="command.taken")
    assert entry.data["before"] == str(commander)
    assert entry.data["why"] == f"{commander} has not been in the room for 10 minutes"
    notice = Notice.objects.get(person=commander, kind="command.taken")
    assert notice.sentence == (
        f"{deputy} took command of {with_deputy.reference}. A handoff gives it back."
    )


def test_not_from_a_commander_who_was_in_the_room(
    with_deputy: Incident, commander: Person, deputy: Person
) -> None:
    note_in_room({with_deputy.pk: {commander.pk}}, START + timedelta(minutes=8))

    with pytest.raises(Refused) as refused:
        take(deputy, with_deputy, AWAY)

    assert [violation.code for violation in refused.value.violations] == ["R-TAKE"]
    assert holder(with_deputy, RoleName.COMMANDER) == commander
    take(deputy, with_deputy, START + timedelta(minutes=18))


def test_at_once_after_a_missed_checkpoint(
    with_deputy: Incident, commander: Person, deputy: Person
) -> None:
    due = START + timedelta(minutes=2)
    checkpoints.schedule(
        commander.as_actor(), with_deputy.pk, due_at=due, purpose="Decide", now=START
    )
    missed = due + timedelta(minutes=5)
    note_in_room({with_deputy.pk: {commander.pk}}, missed)

    with pytest.raises(Refused):
        take(deputy, with_deputy, missed - timedelta(seconds=1))
    take(deputy, with_deputy, missed)

    assert holder(with_deputy, RoleName.COMMANDER) == deputy


def test_a_participant_takes_it_when_the_deputy_does_not(
    with_deputy: Incident, stranger: Person, deputy: Person
) -> None:
    roles.join(stranger.as_actor(), with_deputy.pk, now=START)
    silent = AWAY + timedelta(minutes=5)

    with pytest.raises(Refused):
        take(stranger, with_deputy, AWAY, "Nobody answers")
    take(stranger, with_deputy, silent, "Nobody answers")

    assert holder(with_deputy, RoleName.COMMANDER) == stranger
    assert Notice.objects.filter(person=deputy, kind="command.taken").exists()


def test_the_deputy_takes_it_from_somebody_without_an_account(
    with_deputy: Incident, commander: Person, deputy: Person
) -> None:
    commander.is_active = False
    commander.save()

    take(deputy, with_deputy, START + timedelta(minutes=1))

    entry = with_deputy.timeline.get(kind="command.taken")
    assert entry.data["why"] == f"{commander} can no longer act"


def test_the_deputy_is_offered_command_and_not_the_form_of_the_commander(
    with_deputy: Incident, commander: Person, deputy: Person
) -> None:
    due = START + timedelta(minutes=20)
    row = checkpoints.schedule(
        commander.as_actor(), with_deputy.pk, due_at=due, purpose="Decide", now=START
    )
    missed = due + timedelta(minutes=5)
    checkpoints.remind(row.pk, "checkpoint.missed", now=missed)

    first = duties([read_facts(with_deputy)], deputy, missed)[0]

    href = reverse("take-command", args=[with_deputy.pk])
    assert (first.title, first.href, first.overdue) == ("Take command", href, True)
    notice = Notice.objects.get(person=deputy, kind="checkpoint.missed")
    assert notice.href == href
    assert "you can take command" in notice.sentence


def test_a_lane_without_owner_is_claimed_once(
    incident: Incident, commander: Person, stranger: Person, deputy: Person
) -> None:
    roles.claim_lane(stranger.as_actor(), incident.pk, lane=LaneKind.MITIGATION, now=START)

    assert holder(incident, RoleName.LANE_OWNER, LaneKind.MITIGATION) == stranger
    assert Participation.objects.filter(incident=incident, person=stranger).exists()
    assert Notice.objects.filter(person=commander, sentence__contains="claimed").exists()
    with pytest.raises(Refused) as refused:
        roles.claim_lane(deputy.as_actor(), incident.pk, lane=LaneKind.MITIGATION, now=AWAY)
    assert str(stranger) in refused.value.violations[0].sentence


def test_a_lane_is_claimed_from_somebody_who_can_no_longer_act(
    incident: Incident, stranger: Person, deputy: Person
) -> None:
    roles.claim_lane(stranger.as_actor(), incident.pk, lane=LaneKind.MITIGATION, now=START)
    stranger.groups.clear()

    roles.claim_lane(deputy.as_actor(), incident.pk, lane=LaneKind.MITIGATION, now=AWAY)

    assert holder(incident, RoleName.LANE_OWNER, LaneKind.MITIGATION) == deputy


def test_joining_is_for_who_may_know_of_it(commander: Person, stranger: Person) -> None:
    restricted = declared(commander, restricted=True)

    with pytest.raises(NotPermitted):
        roles.join(stranger.as_actor(), restricted.pk, now=START)


@pytest.mark.parametrize("name", ["take-command", "join"])
def test_the_pages_are_for_responders(
    client: Client, incident: Incident, stranger: Person, stakeholder: Person, name: str
) -> None:
    address = reverse(name, args=[incident.pk])

    client.force_login(stakeholder)
    assert client.get(address).status_code == 403
    client.force_login(stranger)
    assert client.get(address).status_code == 200


def test_only_commander_and_deputy_are_noted_in_the_room(
    with_deputy: Incident, commander: Person, deputy: Person, stranger: Person
) -> None:
    roles.join(stranger.as_actor(), with_deputy.pk, now=START)
    everybody = {commander.pk, deputy.pk, stranger.pk}

    note_in_room({with_deputy.pk: everybody}, AWAY)

    seen = dict(with_deputy.participations.values_list("person_id", "seen_at"))
    assert seen == {commander.pk: AWAY, deputy.pk: AWAY, stranger.pk: None}
