import pytest

from incidents.models import Person
from tests.helpers.filled_record import fill
from tests.helpers.recommendations import Owners


@pytest.fixture
def filled(opposed: Owners, commander: Person, stranger: Person) -> None:
    """Rows in every table, of an incident for each action; so this file takes some seconds."""
    fill(opposed, commander, stranger)
