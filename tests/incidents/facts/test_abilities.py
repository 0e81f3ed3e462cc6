"""Who can act in an incident is decided as the query of those who may be chosen decides it."""

from itertools import product

import pytest

from incidents.facts.abilities import ABLE, Ability
from incidents.facts.incident import IncidentFacts, read_all_facts, read_facts
from incidents.models import Assignment, Incident, Participation, Person, Risk
from incidents.vocabulary import Group, LaneKind, RoleName
from tests.helpers.counting import queries
from tests.helpers.factories import START, PersonFactory

GROUPS = [[], *([group] for group in Group), [Group.STAKEHOLDER, Group.RESPONDER]]


def accounts() -> list[Person]:
    """Somebody for each kind of account, among them some who left."""
    return [
        PersonFactory(
            username=f"person-{number}",
            is_active=is_active,
            is_superuser=is_superuser,
            groups=groups,
        )
        for number, (is_active, is_superuser, groups) in enumerate(
            product((True, False), (True, False), GROUPS)
        )
    ]


def own_risk(incident: Incident, owner: Person) -> Risk:
    number = incident.risks.count() + 1
    return Risk.objects.create(
        incident=incident, number=number, text="Writes may be lost", owner=owner, noted_at=START
    )


def own_lane(incident: Incident, owner: Person) -> Assignment:
    """In turn: the one who held it before holds it no longer."""
    held = incident.assignments.filter(lane=LaneKind.INVESTIGATION, until__isnull=True)
    held.update(until=START)
    return Assignment.objects.create(
        incident=incident,
        role=RoleName.LANE_OWNER,
        lane=LaneKind.INVESTIGATION,
        person=owner,
        since=START,
    )


def expected(person: Person, incident: Incident) -> Ability:
    can_act = Person.objects.who_may_enter(incident).filter(pk=person.pk).exists()
    can_respond = Person.objects.who_can_respond().filter(pk=person.pk).exists()
    return Ability(can_act, can_respond and not can_act)


def decided(facts: IncidentFacts, person: Person, *, holds_role: bool) -> Ability:
    if not holds_role:
        return facts.ability_of(person.pk)
    row = next(a for a in facts.assignments if a.person_id == person.pk)
    assert facts.ability_of(person.pk) == Ability(row.can_act, row.is_shut_out)
    return Ability(row.can_act, row.is_shut_out)


@pytest.mark.django_db
@pytest.mark.parametrize("restricted", [False, True])
@pytest.mark.parametrize("takes_part", [False, True])
@pytest.mark.parametrize("holds_role", [False, True])
def test_every_account_can_act_where_it_may_be_chosen(
    incident: Incident, restricted: bool, takes_part: bool, holds_role: bool
) -> None:
    people = accounts()
    for person in people:
        own_risk(incident, person)
        if holds_role:
            own_lane(incident, person)
        if takes_part:
            Participation.objects.create(incident=incident, person=person, since=START)
    Incident.objects.filter(pk=incident.pk).update(restricted=restricted)
    incident.refresh_from_db()

    facts = read_facts(incident)

    found = {p.username: decided(facts, p, holds_role=holds_role) for p in people}
    assert found == {p.username: expected(p, incident) for p in people}
    shut_out = any(ability.is_shut_out for ability in found.values())
    assert shut_out is (restricted and not takes_part)


@pytest.mark.django_db
def test_who_holds_a_role_costs_no_query_of_its_own(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    with queries() as alone:
        read_facts(incident)

    own_risk(incident, commander)
    with queries() as with_holder:
        read_facts(incident)
    own_risk(incident, stranger)
    own_risk(incident, stranger)
    with queries() as with_other:
        read_facts(incident)

    assert (len(with_holder), len(with_other)) == (len(alone), len(alone) + 1)


@pytest.mark.django_db
def test_facts_of_the_past_know_of_no_accounts(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    own_risk(incident, stranger)
    Person.objects.filter(pk=stranger.pk).update(is_active=False)
    assert not read_facts(incident).ability_of(stranger.pk).can_act

    [past] = read_all_facts([incident], until=START)

    assert past.ability_of(stranger.pk) == ABLE
