"""A change behind the triggers is noticed, in every column of every table of an incident."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from incidents.actions import lifecycle, roles
from incidents.models import Incident, Person, RowSeal, TimelineEntry
from incidents.timeline import keys
from incidents.timeline.coverage import NOT_COVERED, covered_tables, our_models
from incidents.timeline.row_integrity import (
    key_problems,
    row_problems,
    seal_problems,
)
from incidents.timeline.verify import verify
from lanes.actions import notes
from tests.helpers.database import unguarded
from tests.helpers.factories import START
from tests.helpers.filled_record import (
    changed_value,
    column_types,
    drop_constraints,
    newest_row,
)

DOCS = Path(__file__).parents[3] / "docs" / "record.md"
LATER = START + timedelta(minutes=5)


def test_every_column_of_every_table_is_noticed(filled: None) -> None:
    drop_constraints()
    unnoticed, empty = [], set()
    for table in covered_tables().values():
        row = newest_row(table)
        if row is None:
            empty.add(table.name)
            continue
        key, number = row
        incident = Incident.objects.get(pk=number)
        assert list(row_problems(incident, [table.name])) == [], table.name
        for column, (kind, limit) in column_types(table.name).items():
            if f"{table.name}.{column}" in NOT_COVERED:
                continue
            with unguarded(), connection.cursor() as cursor:
                cursor.execute(
                    f'UPDATE "{table.name}" SET "{column}" = {changed_value(column, kind, limit)}'
                    f' WHERE "{table.key}" = %s',
                    [key],
                )
                named = " ".join(row_problems(incident, [table.name]))
                if f"row {key} of {table.name}" not in named:
                    unnoticed.append(f"{table.name}.{column}")
        with unguarded(), connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{table.name}" WHERE "{table.key}" = %s', [key])
            if "is missing" not in " ".join(row_problems(incident, [table.name])):
                unnoticed.append(table.name)

    assert unnoticed == []
    assert empty == set(), "fill a row of each, so that its columns are tried"


def test_what_differs_is_named(incident: Incident) -> None:
    with unguarded():
        Incident.objects.filter(pk=incident.pk).update(title="Nothing happened")

        assert list(row_problems(incident)) == [
            f"title in row {incident.pk} of incidents_incident was changed after entry #2"
        ]


def test_a_change_by_an_action_is_none(incident: Incident, commander: Person) -> None:
    by = commander.as_actor()
    lifecycle.change_severity(by, incident.pk, severity="2", reason="One region", now=LATER)

    assert list(row_problems(incident)) == []
    incident.refresh_from_db()
    with unguarded():
        Incident.objects.filter(pk=incident.pk).update(severity="1")
        [sentence] = row_problems(incident)

    assert sentence.endswith("of incidents_incident was changed after entry #3")


def test_what_an_entry_deleted_must_stay_away(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    by = commander.as_actor()
    roles.add_participant(by, incident.pk, person=stranger, now=LATER)
    row = incident.participations.get(person=stranger)
    roles.remove_participant(by, incident.pk, person=stranger, now=LATER)
    assert list(row_problems(incident)) == []

    with unguarded():
        row.save(force_insert=True)
        problems = list(row_problems(incident))

    assert problems == [
        f"row {row.pk} of incidents_participation is there again, which entry #4 deleted"
    ]


def test_a_row_without_an_entry_is_noticed(incident: Incident, stranger: Person) -> None:
    with unguarded():
        row = incident.participations.create(person=stranger, since=LATER)

        assert list(row_problems(incident)) == [
            f"row {row.pk} of incidents_participation was written without an entry"
        ]


@pytest.mark.parametrize("model", [TimelineEntry, RowSeal])
def test_every_column_of_the_chain_itself_is_noticed(
    incident: Incident, model: type[TimelineEntry] | type[RowSeal]
) -> None:
    drop_constraints()
    table = model._meta.db_table
    unnoticed = []
    row = model.objects.filter(incident=incident).earliest("pk")
    for column, (kind, limit) in column_types(table).items():
        with unguarded(), connection.cursor() as cursor:
            changed = changed_value(column, kind, limit)
            cursor.execute(f'UPDATE {table} SET "{column}" = {changed} WHERE id = %s', [row.pk])
            found = [*key_problems(incident), *seal_problems(incident), *row_problems(incident)]
            if not (found or verify(incident)):
                unnoticed.append(column)

    assert unnoticed == ["id"], "and docs/record.md says why"


def test_a_chain_that_was_computed_anew_has_no_key(incident: Incident) -> None:
    """Whoever knows how hashes are made, and not the key."""
    with unguarded():
        TimelineEntry.objects.filter(incident=incident, seq=2).update(mac="0" * 64)

        assert list(key_problems(incident)) == [
            "entry #2 was not written with the key of this installation"
        ]
    with unguarded():
        TimelineEntry.objects.filter(incident=incident, seq=2).update(mac="", key_id="")

        assert list(key_problems(incident)) == ["entry #2 has no key, unlike entries before it"]


def test_a_key_can_be_changed(incident: Incident, commander: Person, settings) -> None:
    old = keys.key_id()
    settings.RECORD_KEY = "a key of its own, which is long enough"
    notes.add_note(commander.as_actor(), incident.pk, text="Seen in eu-west", now=LATER)

    used = set(TimelineEntry.objects.filter(incident=incident).values_list("key_id", flat=True))
    assert used == {old, keys.key_id()}
    assert list(key_problems(incident)) == []

    settings.RECORD_KEY, settings.SECRET_KEY = "", "another one, and the older are not named"
    assert list(key_problems(incident)) == [
        f"entry #1 was written with the key {old}, which this installation does not have"
    ]


def test_removing_all_digests_is_noticed(incident: Incident) -> None:
    with unguarded():
        RowSeal.objects.filter(incident=incident)._raw_delete("default")

        assert list(row_problems(incident)) == ["the digests of its rows are missing"]


def test_every_table_is_covered_or_named_with_a_reason() -> None:
    tables = {model._meta.db_table for model in our_models()}
    unnamed = tables - covered_tables().keys() - NOT_COVERED.keys()

    assert unnamed == set(), (
        "These tables lead to no incident by their foreign keys, so that no digest covers them. "
        "Give them one, or name them with a reason in NOT_COVERED of incidents/timeline/coverage.py"
        " and in docs/record.md."
    )


def test_what_is_left_out_exists_and_is_in_the_docs() -> None:
    columns = {
        name
        for model in our_models()
        for table in [model._meta.db_table]
        for name in (table, *(f"{table}.{field.column}" for field in model._meta.concrete_fields))
    }
    text = DOCS.read_text()

    assert NOT_COVERED.keys() - columns == set()
    assert [name for name in NOT_COVERED if f"`{name}`" not in text] == []
    # And the other way round: the page names nothing that is covered.
    named = set(re.findall(r"`((?:incidents|lanes|comms|retros)_[a-z_.]+)`", text))
    assert named - NOT_COVERED.keys() == {"incidents_timelineentry.id", "incidents_rowseal.id"}
