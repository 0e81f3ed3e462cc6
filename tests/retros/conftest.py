import pytest

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from tests.retros.closing.closable import Ending
from tests.retros.watch.handoffs import Watching


@pytest.fixture
def ending(incident: Incident, commander: Person, lane_owners: dict[LaneKind, Person]) -> Ending:
    """``incident``, staffed and ready; nothing of what closing needs is there yet."""
    return Ending(incident, commander, lane_owners)


@pytest.fixture
def watching(ending: Ending) -> Watching:
    """``incident`` closed a minute ago; its watch can be handed over."""
    ending.closable().close()
    return Watching(ending)
