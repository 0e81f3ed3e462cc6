"""An incident in which lanes are handed over."""

from datetime import timedelta

import pytest

from incidents.models import Incident, Person
from tests.helpers.factories import START
from tests.helpers.handoffs import Handing


@pytest.fixture
def handing(staffed: Incident, commander: Person) -> Handing:
    """``staffed``, ten minutes in, with CP-1 half an hour ahead."""
    return Handing(staffed, commander, START + timedelta(minutes=10))
