"""Restricting an incident that runs: who is left out, who is kept, who sees it again."""

from datetime import timedelta

import pytest

from incidents.actions import restriction, roles
from incidents.assessments import control
from incidents.facts.incident import read_facts
from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind, Option, RoleName
from kernel.refusal import NotPermitted, Refused
from tests.helpers.factories import START
from tests.incidents.actions.test_supersede import Deciding

NOW = START + timedelta(minutes=6)
WHY = "Personal data in the logs"


def restrict(by: Person, incident: Incident, restricted: bool = True, reason: str = WHY) -> None:
    restriction.restrict(by.as_actor(), incident.pk, restricted=restricted, reason=reason, now=NOW)


def knows(person: Person, incident: Incident) -> bool:
    return Incident.objects.visible_to(person).filter(pk=incident.pk).exists()


@pytest.mark.django_db
def test_who_takes_no_part_no_longer_knows_of_it(
    incident: Incident, commander: Person, stranger: Person, admin: Person
) -> None:
    assert knows(stranger, incident)

    restrict(commander, incident)

    assert [knows(p, incident) for p in (commander, admin, stranger)] == [True, True, False]
    entry = incident.timeline.latest("seq")
    assert (entry.kind, entry.data["becomes"]) == ("restriction.changed", {"restricted": True})


@pytest.mark.django_db
def test_it_can_be_opened_again(incident: Incident, commander: Person, stranger: Person) -> None:
    restrict(commander, incident)

    restrict(commander, incident, restricted=False, reason="It was test data")

    assert knows(stranger, incident)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  ", "n/a", "None."])
def test_a_reason_is_asked_for(incident: Incident, commander: Person, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        restrict(commander, incident, reason=reason)

    assert [v.field for v in refused.value.violations] == ["reason"]
    incident.refresh_from_db()
    assert not incident.restricted


@pytest.mark.django_db
def test_what_is_so_already_is_refused(incident: Incident, commander: Person) -> None:
    with pytest.raises(Refused, match="already"):
        restrict(commander, incident, restricted=False)


@pytest.mark.django_db
def test_who_executes_what_is_unfinished_is_kept(
    incident: Incident, commander: Person, lane_owners: dict[LaneKind, Person], stranger: Person
) -> None:
    deciding = Deciding(incident, commander, lane_owners)
    deciding.executor = stranger
    deciding.decide(Option.FLAG)
    assert not incident.participations.filter(person=stranger).exists()

    restrict(commander, incident)

    assert knows(stranger, incident)


@pytest.mark.django_db
def test_only_who_commands_may(incident: Incident, stranger: Person) -> None:
    with pytest.raises(NotPermitted):
        restrict(stranger, incident)


@pytest.mark.django_db
def test_who_holds_a_role_and_may_not_enter_is_a_fault(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    roles.assign(commander.as_actor(), incident.pk, role=RoleName.DEPUTY, person=stranger, now=NOW)
    restrict(commander, incident)
    incident.refresh_from_db()
    before = read_facts(incident)
    incident.participations.filter(person=stranger).delete()
    after = read_facts(incident)

    assert (before.deputy, before.unable) == (stranger, ())
    assert (after.deputy, [row.person for row in after.unable]) == (None, [stranger])
    (fault, *_) = control.faults(after, NOW)
    assert (fault.code, fault.label) == ("R-UNABLE", f"{stranger} may not enter")
