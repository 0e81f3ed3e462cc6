"""An incident whose lane owners recommend; one in which a decision is executed."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind, RoleName
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START, declared
from tests.helpers.recommendations import Owners


@pytest.fixture
def recommending(
    staffed: Incident, commander: Person, lane_owners: dict[LaneKind, Person]
) -> Owners:
    """The owners of ``staffed``, ten minutes in, with one evidence item to cite."""
    now = START + timedelta(minutes=10)
    return Owners(staffed, lane_owners, capture_evidence(staffed, commander, now), now)


@pytest.fixture
def opposed(recommending: Owners) -> Owners:
    """R-1 for a rollback, R-2 for a hotfix that is easier to undo: X-1."""
    recommending.recommend(LaneKind.MITIGATION, "rollback", reversibility=2)
    recommending.recommend(
        LaneKind.INVESTIGATION, "hotfix", option_detail="pin the keys", reversibility=5
    )
    return recommending


@pytest.fixture
def executing(
    incident: Incident, commander: Person, lane_owners: dict[LaneKind, Person]
) -> DecisionRun:
    """Ready for its first decision, which nobody has to sign."""
    return DecisionRun(incident, commander, lane_owners)


@pytest.fixture
def ledger(
    commander: Person, data_owner: Person, lane_owners: dict[LaneKind, Person]
) -> DecisionRun:
    """A billing incident: the commander and ``data_owner`` sign its decisions."""
    incident = declared(commander, scenario="billing-state-mismatch")
    found = DecisionRun(incident, commander, lane_owners)
    found.assign(RoleName.DATA_OWNER, data_owner)
    return found


@pytest.fixture
def key() -> UUID:
    """The name of a submission."""
    return uuid4()
