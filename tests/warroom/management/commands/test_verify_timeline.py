"""The command that checks the record, against somebody who got past the trigger."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from incidents.actions import evidence, roles
from incidents.models import Evidence, EvidenceFile, Incident, Person, TimelineEntry
from incidents.rules.evidence import Capture
from incidents.vocabulary import EvidenceKind, LaneKind, RoleName
from tests.helpers.factories import START, declared


@contextmanager
def _trigger_disabled(*tables: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        for change in ("DISABLE", "ENABLE"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in tables or ("timelineentry",):
                cursor.execute(f"ALTER TABLE incidents_{table} {change} TRIGGER USER")
            if change == "DISABLE":
                yield


@pytest.fixture
def story(incident: Incident, commander: Person, deputy: Person) -> Incident:
    """Four entries: declared, commander, deputy, mitigation owner."""
    actor = commander.as_actor()
    roles.assign(actor, incident.pk, role=RoleName.DEPUTY, person=deputy, now=START)
    roles.assign(
        actor,
        incident.pk,
        role=RoleName.LANE_OWNER,
        lane=LaneKind.MITIGATION,
        person=deputy,
        now=START,
    )
    return incident


def _verify(*arguments: str) -> str:
    out = io.StringIO()
    call_command("verify_timeline", *arguments, stdout=out, no_color=True)
    return out.getvalue()


def _verify_broken(*arguments: str) -> tuple[str, int]:
    out = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("verify_timeline", *arguments, stdout=out, no_color=True)
    return out.getvalue(), refused.value.returncode


def test_a_whole_timeline_holds(story: Incident) -> None:
    assert _verify(story.reference) == f"{story.reference} holds: 4 entries.\n"


def test_all_prints_one_line_an_incident(story: Incident, commander: Person) -> None:
    other = declared(commander)

    lines = _verify("--all").splitlines()

    assert lines == [f"{story.reference} holds: 4 entries.", f"{other.reference} holds: 2 entries."]


def test_no_incident_at_all_holds(db: None) -> None:
    assert _verify("--all") == ""


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(
            lambda rows: rows.filter(seq=3).update(data={"role": "Deputy", "person": "Mallory"}),
            "entry #3 was changed after it was written",
            id="changed-data",
        ),
        pytest.param(
            lambda rows: rows.filter(seq=2).update(actor_name="Mallory"),
            "entry #2 was changed after it was written",
            id="changed-author",
        ),
        pytest.param(
            lambda rows: rows.filter(seq=2)._raw_delete("default"),
            "entry #2 is missing",
            id="deleted-in-the-middle",
        ),
        pytest.param(
            lambda rows: rows.filter(seq=4)._raw_delete("default"),
            "entry #4 is missing from the end",
            id="deleted-last",
        ),
        pytest.param(
            lambda rows: rows._raw_delete("default"),
            "entry #1 is missing from the end",
            id="deleted-all",
        ),
    ],
)
def test_the_first_broken_entry_is_named(story: Incident, change, sentence: str) -> None:
    with _trigger_disabled():
        change(TimelineEntry.objects.filter(incident=story))

    out, code = _verify_broken(story.reference)

    assert (out, code) == (f"{story.reference} broken: {sentence}.\n", 1)


def test_one_broken_timeline_does_not_hide_the_others(story: Incident, commander: Person) -> None:
    other = declared(commander)
    with _trigger_disabled():
        TimelineEntry.objects.filter(incident=story, seq=1).update(subject="E-1")

    out, code = _verify_broken("--all")

    assert [line.split(":")[0] for line in out.splitlines()] == [
        f"{story.reference} broken",
        f"{other.reference} holds",
    ]
    assert code == 1


@pytest.fixture
def exhibits(incident: Incident, commander: Person) -> Incident:
    """E-1 to E-12: a log, a link, a file, a command without output, and eight more logs."""
    said = [
        Capture(EvidenceKind.LOG, text="refused at 14:02"),
        Capture(EvidenceKind.LINK, url="https://graphs.test/401"),
        Capture(EvidenceKind.FILE, file=b"\x00\x01", file_name="core"),
        Capture(EvidenceKind.COMMAND, command="true"),
        *(Capture(EvidenceKind.LOG, text=f"line {n}") for n in range(8)),
    ]
    for one in said:
        evidence.capture(commander.as_actor(), incident.pk, one, now=START)
    return incident


def test_whole_evidence_holds(exhibits: Incident) -> None:
    assert _verify(exhibits.reference).endswith(" entries, 12 items of evidence.\n")


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        pytest.param(
            lambda items: items.filter(number__in=[1, 12]).update(text="all is well"),
            [
                "E-1 holds something else than was captured",
                "E-12 holds something else than was captured",
            ],
            id="text",
        ),
        pytest.param(
            lambda items: items.filter(number=1).update(
                text="all is well", sha256=sha256(b"all is well").hexdigest(), size=11
            ),
            ["E-1 holds something else than was captured"],
            id="text with its hash",
        ),
        pytest.param(
            lambda items: items.filter(number=2).update(url="https://graphs.test/200"),
            ["E-2 holds something else than was captured"],
            id="link",
        ),
        pytest.param(
            lambda items: items.filter(number=1).update(sha256="0" * 64),
            ["E-1 says another hash or size than its content has"],
            id="hash",
        ),
        pytest.param(
            lambda items: EvidenceFile.objects.update(content=b"\x00\x02"),
            ["E-3 holds something else than was captured"],
            id="file",
        ),
        pytest.param(
            lambda items: EvidenceFile.objects.all()._raw_delete("default"),
            ["E-3 has lost its file"],
            id="file gone",
        ),
        pytest.param(
            lambda items: items.filter(number=4)._raw_delete("default"),
            ["E-4 is missing"],
            id="item gone",
        ),
        pytest.param(
            lambda items: items.filter(number=12).update(number=13),
            ["E-13 is not on the timeline", "E-12 is missing"],
            id="renumbered",
        ),
    ],
)
def test_every_broken_item_is_named(exhibits: Incident, change, sentences: list[str]) -> None:
    with _trigger_disabled("evidence", "evidencefile"):
        change(Evidence.objects.filter(incident=exhibits))

    out, code = _verify_broken(exhibits.reference)

    assert out.splitlines() == [f"{exhibits.reference} broken: {one}." for one in sentences]
    assert code == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["INC-999999"], "There is no INC-999999.", id="unknown"),
        pytest.param(["latest"], "latest is not a reference. They look like INC-42.", id="words"),
        pytest.param([], "Name incidents, such as INC-42, or say --all.", id="nothing"),
        pytest.param(
            ["INC-1", "--all"], "Name incidents, such as INC-42, or say --all.", id="both"
        ),
    ],
)
@pytest.mark.django_db
def test_what_it_cannot_verify_it_says(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=f"^{sentence}$"):
        _verify(*arguments)
