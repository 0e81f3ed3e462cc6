"""Anchors: what was set back, shortened or computed anew is noticed by who has one."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from incidents.actions import lifecycle
from incidents.models import Incident, Person, RowSeal, TimelineEntry
from incidents.timeline import anchors
from lanes.actions import notes
from tests.helpers.factories import START, declared

LATER = START + timedelta(minutes=5)


def _verify(*arguments: str) -> str:
    out = io.StringIO()
    call_command("verify", *arguments, stdout=out, no_color=True)
    return out.getvalue()


def _verify_differs(path: Path) -> list[str]:
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("verify", "--anchor", str(path), stdout=out, no_color=True)
    return [line for line in out.getvalue().splitlines() if line.startswith(path.name)]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[], Path]:
    def written() -> Path:
        path = tmp_path / "anchor.json"
        call_command("anchor", str(path))
        return path

    return written


def test_what_was_only_added_holds(
    incident: Incident, commander: Person, write: Callable[[], Path]
) -> None:
    path = write()
    notes.add_note(commander.as_actor(), incident.pk, text="Seen in eu-west", now=LATER)
    declared(commander)

    assert _verify("--anchor", str(path)).startswith("anchor.json holds: 1 incidents at ")


def test_a_database_set_back_to_an_hour_ago(
    incident: Incident, commander: Person, write: Callable[[], Path]
) -> None:
    """The later part is undone, as by a backup: what is there is whole in itself."""
    undone = transaction.savepoint_create()
    notes.add_note(commander.as_actor(), incident.pk, text="Seen in eu-west", now=LATER)
    other = declared(commander)
    path = write()
    transaction.savepoint_rollback(undone)
    call_command("verify_timeline", "--all", stdout=io.StringIO())

    at, name = anchors.read(path)["at"], f"INC-{incident.pk}"
    assert sorted(_verify_differs(path)) == sorted(
        [
            f"anchor.json: {name} ends with entry #2, and had #3 at {at}: it was set back or"
            " shortened.",
            f"anchor.json: INC-{other.pk} is missing, which was there at {at}.",
            f"anchor.json: there are 1 incidents, and were 2 at {at}.",
        ]
    )


def test_a_chain_with_other_hashes(
    incident: Incident, commander: Person, write: Callable[[], Path]
) -> None:
    path = write()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
    TimelineEntry.objects.filter(seq=2).update(hash="0" * 64)
    RowSeal.objects.update(hash="0" * 64)

    found = _verify_differs(path)

    assert [sentence.split(" of INC")[0] for sentence in found] == [
        "anchor.json: entry #2",
        "anchor.json: the digests 1 of the rows",
    ]


def test_an_anchor_that_was_changed_or_is_of_another_key(
    incident: Incident, write: Callable[[], Path], settings
) -> None:
    path = write()
    about = json.loads(path.read_text())
    key = anchors.public_key()
    about["content"]["incidents"] = 0
    path.write_text(json.dumps(about))
    with pytest.raises(CommandError, match="was changed: its signature does not hold"):
        _verify("--anchor", str(path))

    path = write()
    settings.SECRET_KEY = "another one, and the older are not named"
    with pytest.raises(CommandError, match="which is not ours"):
        _verify("--anchor", str(path))
    settings.RECORD_KEY_FALLBACKS = ["of-tests-alone-and-long-enough-to-start"]
    assert anchors.read(path, key)["incidents"] == 1


def test_kept_in_the_folder_while_something_changes(
    incident: Incident, commander: Person, tmp_path: Path, settings
) -> None:
    settings.RECORD_ANCHORS = str(tmp_path / "anchors")
    first = anchors.keep(LATER)
    assert anchors.keep(LATER + timedelta(hours=1)) is None
    by = commander.as_actor()
    lifecycle.change_severity(by, incident.pk, severity="2", reason="One region", now=LATER)
    second = anchors.keep(LATER + timedelta(hours=2))

    assert anchors.newest(tmp_path / "anchors") == second != first
    assert _verify().startswith(f"{second.name} holds: 1 incidents")


def test_without_a_folder_it_says_what_is_missing(incident: Incident) -> None:
    assert anchors.keep(LATER) is None
    assert _verify().startswith("No anchor: a database that was set back would not be noticed.\n")
