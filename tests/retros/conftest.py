import pytest

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from tests.retros.ending import Ending


@pytest.fixture
def ending(incident: Incident, commander: Person, lane_owners: dict[LaneKind, Person]) -> Ending:
    """``incident``, staffed and ready; nothing of what closing needs is there yet."""
    return Ending(incident, commander, lane_owners)
