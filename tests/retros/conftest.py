import pytest

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from tests.retros.closing.closable import ClosingRun
from tests.retros.watch.handoffs import WatchRun


@pytest.fixture
def ending(
    incident: Incident, commander: Person, lane_owners: dict[LaneKind, Person]
) -> ClosingRun:
    """``incident``, staffed and ready; nothing of what closing needs is there yet."""
    return ClosingRun(incident, commander, lane_owners)


@pytest.fixture
def watching(ending: ClosingRun) -> WatchRun:
    """``incident`` closed a minute ago; its watch can be handed over."""
    ending.closable().close()
    return WatchRun(ending)
