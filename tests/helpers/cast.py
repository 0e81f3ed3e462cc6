"""The cast: people named by what they are. ``stranger`` is a responder who takes no part."""

import pytest

from incidents.actions import roles
from incidents.models import Incident, Person
from incidents.vocabulary import Group, LaneKind, RoleName
from tests.helpers.factories import START, PersonFactory, declared


def _responder(what: str) -> Person:
    return PersonFactory(username=what, groups=[Group.RESPONDER])


@pytest.fixture
def commander(db: None) -> Person:
    return _responder("commander")


@pytest.fixture
def deputy(db: None) -> Person:
    return _responder("deputy")


@pytest.fixture
def data_owner(db: None) -> Person:
    return _responder("data-owner")


@pytest.fixture
def stranger(db: None) -> Person:
    return _responder("stranger")


@pytest.fixture
def stakeholder(db: None) -> Person:
    return PersonFactory(username="stakeholder", groups=[Group.STAKEHOLDER])


@pytest.fixture
def admin(db: None) -> Person:
    return PersonFactory(username="admin", groups=[Group.ADMIN])


@pytest.fixture
def lane_owners(db: None) -> dict[LaneKind, Person]:
    """One responder for each lane; they own it only in ``staffed``."""
    return {lane: _responder(f"{lane.value}-owner") for lane in LaneKind}


@pytest.fixture
def incident(commander: Person) -> Incident:
    """SEV-1, declared and commanded by ``commander`` at ``START``; nobody else takes part."""
    return declared(commander)


@pytest.fixture
def staffed(
    incident: Incident, commander: Person, deputy: Person, lane_owners: dict[LaneKind, Person]
) -> Incident:
    """``incident`` with a deputy and an owner for each lane."""
    actor = commander.as_actor()
    roles.assign(actor, incident.pk, role=RoleName.DEPUTY, person=deputy, now=START)
    for lane, owner in lane_owners.items():
        roles.assign(
            actor, incident.pk, role=RoleName.LANE_OWNER, lane=lane, person=owner, now=START
        )
    incident.refresh_from_db()
    return incident
