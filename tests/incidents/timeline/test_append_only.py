"""The database refuses to change the record, whatever asks it to."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from incidents.actions import checkpoints, decisions
from incidents.models import Checkpoint, Incident, Person, Risk, TimelineEntry
from incidents.vocabulary import LaneKind
from tests.helpers.decision_inputs import capture_evidence, decision_input, prepare_decision
from tests.helpers.factories import START

NOW = START + timedelta(minutes=10)
REFUSED = r"pgtrigger: Cannot|is append-only"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE incidents_timelineentry SET data = '{}'", id="update"),
        pytest.param("DELETE FROM incidents_timelineentry", id="delete"),
        pytest.param("TRUNCATE incidents_timelineentry", id="truncate"),
        pytest.param("TRUNCATE incidents_incident CASCADE", id="truncate-through-the-incident"),
    ],
)
def test_plain_sql_cannot_change_the_timeline(incident: Incident, statement: str) -> None:
    before = list(TimelineEntry.objects.values())
    # Checked now, so that no pending foreign key answers in place of the trigger.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    _refused(statement)

    assert list(TimelineEntry.objects.values()) == before


def _refused(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=REFUSED),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.fixture
def decided(staffed: Incident, commander: Person, lane_owners: dict[LaneKind, Person]) -> Incident:
    """D-1 at CP-1, with evidence, rejected options and a risk; CP-2 is open."""
    cited = prepare_decision(staffed, commander, NOW)
    due = NOW + timedelta(minutes=20)
    actor = commander.as_actor()
    checkpoints.schedule(actor, staffed.pk, due_at=due, purpose="", now=NOW)
    owners = (lane_owners[LaneKind.MITIGATION], lane_owners[LaneKind.VERIFICATION])
    decisions.decide(actor, staffed.pk, 1, decision_input(cited, *owners, NOW), now=NOW)
    capture_evidence(staffed, commander, NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return staffed


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE incidents_rejectedoption SET reason = 'because'",
        "DELETE FROM incidents_rejectedoption",
        "TRUNCATE incidents_rejectedoption",
        "UPDATE incidents_decision_evidence SET evidence_id = evidence_id + 1",
        "DELETE FROM incidents_decision_evidence",
        "TRUNCATE incidents_decision_evidence",
        "UPDATE incidents_decision_risks SET risk_id = risk_id + 1",
        "DELETE FROM incidents_decision_risks",
        "TRUNCATE incidents_decision_risks",
        "TRUNCATE incidents_evidence CASCADE",
        "TRUNCATE incidents_evidencefile",
        "TRUNCATE incidents_decision CASCADE",
        "UPDATE incidents_checkpoint SET due_at = due_at + interval '1 hour'",
        "UPDATE incidents_checkpoint SET scheduled_at = scheduled_at - interval '1 hour'",
        "UPDATE incidents_checkpoint SET number = number + 100",
        "UPDATE incidents_checkpoint SET incident_id = incident_id + 1",
        "DELETE FROM incidents_checkpoint",
        "TRUNCATE incidents_checkpoint CASCADE",
        "UPDATE incidents_risk SET text = 'Nothing'",
        "UPDATE incidents_risk SET number = number + 100",
        "UPDATE incidents_risk SET noted_at = noted_at - interval '1 hour'",
        "DELETE FROM incidents_risk",
        "TRUNCATE incidents_risk CASCADE",
        "UPDATE incidents_assignment SET person_id = person_id + 1",
        "UPDATE incidents_assignment SET since = since - interval '1 hour'",
        "DELETE FROM incidents_assignment",
    ],
)
def test_plain_sql_cannot_change_what_was_decided(decided: Incident, statement: str) -> None:
    _refused(statement)


def test_what_goes_on_with_a_checkpoint_and_a_risk_is_still_written(decided: Incident) -> None:
    following = Checkpoint.objects.get(incident=decided, number=2)
    risk = Risk.objects.filter(incident=decided).earliest("number")

    following.missed_at = following.decided_at = NOW
    following.save()
    risk.retired_at, risk.retired_reason = NOW, "All keys are rotated"
    risk.save()

    following.refresh_from_db()
    risk.refresh_from_db()
    assert following.missed_at == risk.retired_at == NOW
