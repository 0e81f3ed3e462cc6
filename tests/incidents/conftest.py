"""An incident whose lane owners recommend."""

from datetime import timedelta

import pytest

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from tests.factories import START
from tests.filled import captured
from tests.recommending import Owners


@pytest.fixture
def recommending(
    staffed: Incident, commander: Person, lane_owners: dict[LaneKind, Person]
) -> Owners:
    """The owners of ``staffed``, ten minutes in, with one evidence item to cite."""
    now = START + timedelta(minutes=10)
    return Owners(staffed, lane_owners, captured(staffed, commander, now), now)


@pytest.fixture
def opposed(recommending: Owners) -> Owners:
    """R-1 for a rollback, R-2 for a hotfix that is easier to undo: X-1."""
    recommending.recommend(LaneKind.MITIGATION, "rollback", reversibility=2)
    recommending.recommend(
        LaneKind.INVESTIGATION, "hotfix", option_detail="pin the keys", reversibility=5
    )
    return recommending
