"""The database refuses to change the record, whatever asks it to."""

import pytest
from django.db import DatabaseError, connection, transaction

from incidents.models import Incident, TimelineEntry


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

    with (
        pytest.raises(DatabaseError, match=r"pgtrigger: Cannot|the timeline is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert list(TimelineEntry.objects.values()) == before
