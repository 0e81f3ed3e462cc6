"""A commander who loses their account, or their group: the room and whoever can act are told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import roles
from incidents.due import absences
from incidents.models import Incident, Notice, Person
from incidents.permissions import require
from incidents.vocabulary import RoleName
from kernel.refusal import NotPermitted
from tests.helpers.factories import START
from warroom.schedule import tick

pytestmark = pytest.mark.django_db(transaction=True)
LATER = START + timedelta(minutes=1)


def deactivate(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)


def leave_the_group(person: Person) -> None:
    person.groups.clear()


def notices_of(incident: Incident) -> list[Notice]:
    return list(Notice.objects.filter(incident=incident, kind="command.absent"))


@pytest.mark.case("P5")
@pytest.mark.parametrize("leaves", [deactivate, leave_the_group])
def test_the_deputy_and_the_room_are_told_once_with_the_way_on(
    incident: Incident, commander: Person, deputy: Person, leaves: Callable[[Person], None]
) -> None:
    roles.assign(commander.as_actor(), incident.pk, role=RoleName.DEPUTY, person=deputy, now=START)
    leaves(commander)

    tick.run(LATER)
    tick.run(LATER + timedelta(seconds=1))

    (notice,) = notices_of(incident)
    assert notice.person == deputy
    assert notice.href == reverse("take-command", args=[incident.pk])
    assert "can no longer act: you can take command" in notice.sentence
    entry = incident.timeline.get(kind="command.absent")
    assert entry.data["person"] == str(commander)


def test_without_a_deputy_those_are_told_who_take_part(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    roles.add_participant(commander.as_actor(), incident.pk, person=stranger, now=START)
    deactivate(commander)

    tick.run(LATER)

    assert [notice.person for notice in notices_of(incident)] == [stranger]


def test_where_nobody_is_left_an_admin_is_told(
    incident: Incident, commander: Person, admin: Person
) -> None:
    deactivate(commander)

    tick.run(LATER)

    assert [notice.person for notice in notices_of(incident)] == [admin]


def test_an_admin_names_the_deputy_commander(
    incident: Incident, commander: Person, deputy: Person, admin: Person
) -> None:
    deactivate(commander)

    roles.assign(admin.as_actor(), incident.pk, role=RoleName.COMMANDER, person=deputy, now=LATER)

    tick.run(LATER)
    assert notices_of(incident) == []


def test_a_new_commander_who_leaves_is_announced_too(
    incident: Incident, commander: Person, deputy: Person, admin: Person
) -> None:
    for person in (commander, deputy):
        deactivate(person)
        tick.run(LATER)
        if person == commander:
            Person.objects.filter(pk=deputy.pk).update(is_active=True)
            roles.assign(
                admin.as_actor(), incident.pk, role=RoleName.COMMANDER, person=deputy, now=LATER
            )

    assert incident.timeline.filter(kind="command.absent").count() == 2


def test_a_refusal_names_the_way_on(incident: Incident, commander: Person, deputy: Person) -> None:
    deactivate(commander)

    with pytest.raises(NotPermitted, match="can no longer act: take command in the room first"):
        require("phase.change", deputy.as_actor(), incident)


def test_looking_for_them_takes_one_query(
    incident: Incident, commander: Person, django_assert_num_queries: Callable
) -> None:
    with django_assert_num_queries(1):
        assert absences(LATER) == []


def test_the_page_to_take_command_is_open_to_the_deputy(
    client: Client, incident: Incident, commander: Person, deputy: Person
) -> None:
    roles.assign(commander.as_actor(), incident.pk, role=RoleName.DEPUTY, person=deputy, now=START)
    deactivate(commander)
    client.force_login(deputy)

    page = client.get(reverse("take-command", args=[incident.pk])).text

    assert "can no longer act" in page
