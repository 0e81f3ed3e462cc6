"""What a token allows is never more than what its person may, by the table itself."""

import itertools

import pytest

from incidents.models import Incident, Person
from incidents.permissions import Who, incident_roles, may, require
from incidents.vocabulary import LaneKind
from kernel.actor import Actor, ActorKind
from kernel.refusal import NotPermitted
from machines.tokens.scopes import ACTIONS, actions_of, agent_actions
from machines.vocabulary import Scope
from warroom.accounts.permissions import TABLE

FOR_PEOPLE = (
    *("decision.", "severity.", "phase.", "role.", "command.", "restriction.", "freeze.change"),
    *("handoff.", "message.publish", "incident.", "package.make", "watch.check", "watch.fire"),
    *(
        "package.ask",
        "package.review",
        "review.write",
        "boundary.",
        "checkpoint.",
        "safeguard.",
        "evidence.confirm",
        "token.",
    ),
    *("agent.", "lane.claim", "participant.", "recommendation.answer", "site.", "maintenance."),
)
"""How the actions begin that decide, sign, execute, verify, accept, publish, freeze or close."""


def may_do(actor: Actor, action: str, incident: Incident, lane: str) -> bool:
    try:
        require(action, actor, incident, lane)
    except NotPermitted:
        return False
    return True


def test_agents_are_given_nothing_that_decides() -> None:
    given = [action for action in agent_actions() if action.startswith(FOR_PEOPLE)]

    assert given == []
    assert {"evidence.capture", "note.add", "hypothesis.change", "room.view"} <= agent_actions()


def test_the_beginnings_name_actions_of_the_table() -> None:
    for beginning in FOR_PEOPLE:
        assert any(action.startswith(beginning) for action in TABLE), beginning


def test_services_can_be_allowed_only_what_is_in_the_table() -> None:
    assert set().union(*ACTIONS.values()) <= TABLE.keys()


@pytest.mark.django_db
def test_no_token_allows_more_than_its_person_may(
    staffed: Incident, commander: Person, stranger: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    people = [commander, stranger, lane_owners[LaneKind.MITIGATION]]
    every_scope = actions_of(Scope.values)
    for person, action, lane in itertools.product(people, TABLE, ["", *LaneKind.values]):
        mine = person.as_actor()
        service = Actor(
            ActorKind.PERSON, mine.name, mine.id, mine.groups, token="ci", actions=every_scope
        )
        if may_do(service, action, staffed, lane):
            assert action in every_scope
            assert may_do(mine, action, staffed, lane)


@pytest.mark.django_db
def test_an_agent_works_in_its_lane_of_its_incident_alone(
    staffed: Incident, incident: Incident, commander: Person
) -> None:
    lane = LaneKind.INVESTIGATION
    agent = Actor(ActorKind.AGENT, "scout", commander.pk, lane=lane, incident=staffed.pk)

    assert may("note.add", incident_roles(agent, staffed, lane))
    for other in set(LaneKind.values) - {lane}:
        assert not may("note.add", incident_roles(agent, staffed, other))
    elsewhere = Incident(pk=staffed.pk + 1)
    assert incident_roles(agent, elsewhere, lane) == {Who.ANYONE}


@pytest.mark.django_db
def test_an_agent_enters_where_its_person_may(staffed: Incident, stranger: Person) -> None:
    lane = LaneKind.INVESTIGATION
    agent = Actor(ActorKind.AGENT, "scout", stranger.pk, lane=lane)
    assert may("note.add", incident_roles(agent, staffed, lane))

    Incident.objects.filter(pk=staffed.pk).update(restricted=True)
    staffed.refresh_from_db()
    assert incident_roles(agent, staffed, lane) == {Who.ANYONE}

    Incident.objects.filter(pk=staffed.pk).update(restricted=False)
    staffed.refresh_from_db()
    Person.objects.filter(pk=stranger.pk).update(is_active=False)
    assert incident_roles(agent, staffed, lane) == {Who.ANYONE}
