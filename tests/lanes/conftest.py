"""An incident in which lanes are handed over."""

from datetime import timedelta

import pytest

from incidents.models import Incident, Person
from tests.helpers.factories import START
from tests.helpers.handoffs import HandoffDriver


@pytest.fixture
def handing(staffed: Incident, commander: Person) -> HandoffDriver:
    """``staffed``, ten minutes in, with CP-1 half an hour ahead."""
    return HandoffDriver(staffed, commander, START + timedelta(minutes=10))
