"""What a lane has found out stays as it was written, whoever tries."""

import pytest
from django.db import DatabaseError, connection, transaction

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from lanes import actions
from lanes.models import Hypothesis, Unknown
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import START

pytestmark = pytest.mark.django_db

LANE = LaneKind.INVESTIGATION


@pytest.fixture
def found_out(staffed: Incident, commander: Person) -> Incident:
    """U-1 resolved and U-2 open, H-1 ruled out and H-2 open."""
    actor, number = commander.as_actor(), staffed.pk
    cited = [capture_evidence(staffed, commander, START).number]
    for text in ("Which regions?", "Which clients?"):
        actions.raise_unknown(actor, number, lane=LANE, text=text, now=START)
    for text in ("Clocks differ", "A slow replica"):
        actions.state_hypothesis(actor, number, text=text, now=START)
    actions.resolve_unknown(
        actor, number, 1, lane=LANE, resolution="Only eu-west", evidence=cited, now=START
    )
    said = {"verdict": "ruled_out", "finding": "Skew is below 40 ms", "evidence": cited}
    actions.decide_hypothesis(actor, number, 1, **said, now=START)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return staffed


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lanes_unknown SET text = 'Nothing'",
        "UPDATE lanes_unknown SET resolved_at = NULL, resolution = '' WHERE number = 1",
        "UPDATE lanes_unknown SET resolution = 'All regions' WHERE number = 1",
        "DELETE FROM lanes_unknown_evidence",
        "UPDATE lanes_hypothesis SET text = 'Nothing'",
        "UPDATE lanes_hypothesis SET reproduction = 'Nothing'",
        "UPDATE lanes_hypothesis SET state = 'confirmed' WHERE number = 1",
        "UPDATE lanes_hypothesis SET finding = 'It fits' WHERE number = 1",
        "DELETE FROM lanes_hypothesis_evidence",
        "TRUNCATE lanes_hypothesis CASCADE",
    ],
)
def test_plain_sql_cannot_change_what_was_found_out(found_out: Incident, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"Cannot|append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_what_is_open_is_still_decided(found_out: Incident) -> None:
    assert Unknown.objects.get(number=2).is_open
    assert Hypothesis.objects.get(number=2).is_open
    rows = Hypothesis.objects.filter(number=2)
    assert rows.update(state="confirmed", decided_at=START, finding="It fits") == 1
