"""Capturing: masked before it is stored, hashed, stored once, never changed."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from incidents.actions import evidence
from incidents.models import Evidence, EvidenceFile, Incident, Person, TimelineEntry
from incidents.rules.evidence import MAX_FILE_BYTES, MAX_TEXT_BYTES, Capture
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose
from kernel.refusal import Refused
from tests.helpers.factories import START, SurfaceFactory

LATER = START + timedelta(minutes=4)
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20


@pytest.fixture
def capture(incident: Incident, commander: Person) -> Any:
    def do(**said: Any) -> Evidence:
        captured = Capture(**{"kind": EvidenceKind.LOG, **said})
        return evidence.capture(commander.as_actor(), incident.pk, captured, now=LATER)

    return do


def everything_stored() -> str:
    """Every row of the tables that a capture writes, as the database holds them."""
    found = ""
    with connection.cursor() as cursor:
        for model in (Evidence, EvidenceFile, TimelineEntry):
            cursor.execute(f"SELECT t.*::text FROM {model._meta.db_table} t")
            found += str(cursor.fetchall())
        cursor.execute("SELECT convert_from(content, 'UTF8') FROM incidents_evidencefile")
        found += str(cursor.fetchall())
    return found


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_file_of_wide_letters_is_masked_and_stays_one(capture: Any, encoding: str) -> None:
    lines = f"08:14 edge-07 refused\ntoken {SECRET} refused\n" * 3
    item = capture(kind="file", file=lines.encode(encoding), file_name="a.log")

    stored = bytes(item.file.content).decode(encoding)
    assert SECRET not in stored
    assert stored.count("⟦masked: access token⟧") == item.masks == 3


def test_text_behind_the_header_of_an_image_is_blotted_out_in_its_place(capture: Any) -> None:
    before = PNG + f"Comment: token {SECRET} refused".encode() + b"\x00\xff" + PNG

    item = capture(kind="file", file=before, file_name="shot.png")

    stored = bytes(item.file.content)
    assert SECRET.encode() not in stored
    assert stored == before.replace(SECRET.encode(), b"*" * len(SECRET))
    assert (item.masks, item.content_type) == (1, "image/png")


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"text": f"token {SECRET} refused"}, id="text"),
        pytest.param({"text": "x", "title": f"with {SECRET}"}, id="title"),
        pytest.param({"kind": "command", "command": f"curl -H 'X: {SECRET}'"}, id="command"),
        pytest.param({"kind": "link", "url": f"https://a.test/?t={SECRET}"}, id="link"),
        pytest.param({"text": "x", "host": SECRET}, id="host"),
        pytest.param({"text": "x", "revision": SECRET}, id="revision"),
        pytest.param(
            {"kind": "file", "file": f"key={SECRET}\n".encode(), "file_name": "a.log"}, id="file"
        ),
        pytest.param(
            {"kind": "file", "file": b"log", "file_name": f"{SECRET}.log"}, id="file name"
        ),
    ],
)
def test_a_secret_never_reaches_the_database(capture: Any, said: dict[str, Any]) -> None:
    item = capture(**said)

    assert SECRET not in everything_stored()
    assert item.masks >= 1


def test_a_file_in_utf_16_is_masked_and_stays_utf_16(capture: Any) -> None:
    item = capture(kind="file", file=f"key={SECRET}".encode("utf-16"), file_name="a.log")

    stored = bytes(item.file.content).decode("utf-16")
    assert SECRET not in stored
    assert "masked" in stored


@pytest.mark.parametrize(
    "content",
    [pytest.param(PNG, id="picture"), pytest.param(b"plain\r\nlines\r\n", id="text")],
)
def test_a_file_without_secrets_is_kept_byte_for_byte(capture: Any, content: bytes) -> None:
    item = capture(kind="file", file=content, file_name="a.bin")

    item.refresh_from_db()
    assert bytes(item.file.content) == content
    assert item.sha256 == hashlib.sha256(content).hexdigest()


def test_the_hash_is_over_the_text_as_stored(capture: Any) -> None:
    item = capture(text=f"a {SECRET} b\r\nc\n")

    item.refresh_from_db()
    assert item.sha256 == hashlib.sha256(item.text.encode()).hexdigest()
    assert item.size == len(item.text.encode())


@pytest.mark.parametrize("name", ["update", "delete"])
def test_the_database_refuses_to_change_an_item(capture: Any, name: str) -> None:
    item = capture(kind="file", file=PNG, file_name="a.png")
    statements = {
        "update": "UPDATE incidents_{} SET {} = {}",
        "delete": "DELETE FROM incidents_{}",
    }
    for table, column in (("evidence", "title"), ("evidencefile", "content")):
        with (
            pytest.raises(ProgrammingError, match="pgtrigger"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statements[name].format(table, column, column))

    assert bytes(EvidenceFile.objects.get(pk=item.pk).content) == PNG


@pytest.mark.parametrize(
    ("said", "code"),
    [
        pytest.param({"text": "x" * (MAX_TEXT_BYTES + 1)}, "E-SIZE", id="text over 1 MiB"),
        pytest.param({"text": "é" * (MAX_TEXT_BYTES // 2 + 1)}, "E-SIZE", id="counted in bytes"),
        pytest.param(
            {"kind": "file", "file": b"x" * (MAX_FILE_BYTES + 1), "file_name": "a"},
            "E-SIZE",
            id="file",
        ),
        pytest.param({"text": " \n\x1b[0m"}, "E-EMPTY", id="nothing that can be seen"),
        pytest.param({"kind": "command", "text": "out"}, "E-COMMAND", id="no command line"),
        pytest.param({"kind": "link", "text": "there"}, "E-LINK", id="no link"),
        pytest.param({"kind": "file", "file": b"", "file_name": "a"}, "E-FILE", id="empty file"),
        pytest.param({"text": "x", "baseline": 7}, "E-BASELINE", id="unknown baseline"),
        pytest.param(
            {"text": "x", "purpose": Purpose.VERIFICATION, "lane": LaneKind.MITIGATION},
            "E-LANE",
            id="verification in another lane",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(
    capture: Any, incident: Incident, said: dict[str, Any], code: str
) -> None:
    before = incident.timeline.count()

    with pytest.raises(Refused) as refusal:
        capture(**said)

    assert [violation.code for violation in refusal.value.violations] == [code]
    assert (Evidence.objects.count(), incident.timeline.count()) == (0, before)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"text": "x" * MAX_TEXT_BYTES}, id="text"),
        pytest.param(
            {"kind": "file", "file": b"\x00" * MAX_FILE_BYTES, "file_name": "a"}, id="file"
        ),
    ],
)
def test_exactly_the_limit_is_kept(capture: Any, said: dict[str, Any]) -> None:
    assert capture(**said).size in {MAX_TEXT_BYTES, MAX_FILE_BYTES}


def test_a_command_may_print_nothing(capture: Any) -> None:
    assert capture(kind="command", command="true", exit_code=0).title == "true"


@pytest.mark.parametrize(
    ("command", "purpose"),
    [
        pytest.param("git log --oneline -n 5", Purpose.PRECHECK, id="minimal set"),
        pytest.param("$ cd app && git rev-parse --short HEAD", Purpose.PRECHECK, id="among others"),
        pytest.param("curl -fsS https://sign-in.test/up", Purpose.PRECHECK, id="health check"),
        pytest.param("git log", Purpose.GENERAL, id="another command"),
    ],
)
def test_precheck_output_is_recognised(
    capture: Any, incident: Incident, command: str, purpose: str
) -> None:
    incident.surfaces.add(SurfaceFactory(health_check="curl -fsS https://sign-in.test/up"))

    assert capture(kind="command", command=command, exit_code=0).purpose == purpose


def test_a_verification_run_without_a_lane_goes_to_the_verification_lane(capture: Any) -> None:
    baseline = capture(text="0.3 %", purpose=Purpose.BASELINE)

    item = capture(text="0.3 % again", purpose=Purpose.VERIFICATION, baseline=baseline.number)

    assert (item.lane, item.baseline) == (LaneKind.VERIFICATION, baseline)


@pytest.mark.parametrize(
    ("content", "stored"),
    [
        pytest.param(PNG, "image/png", id="png"),
        pytest.param(b"GIF89a....", "image/gif", id="gif"),
        pytest.param(b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp", id="webp"),
        pytest.param(b"\xff\xd8\xff\xe0..", "image/jpeg", id="jpeg"),
        pytest.param(b"<svg xmlns='x'/>", "application/octet-stream", id="svg"),
        pytest.param(b"<html>", "application/octet-stream", id="html"),
    ],
)
def test_the_type_comes_from_the_bytes(capture: Any, content: bytes, stored: str) -> None:
    assert capture(kind="file", file=content, file_name="picture.png").content_type == stored


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("../../etc/passwd", "passwd", id="folders"),
        pytest.param("C:\\logs\\app.log", "app.log", id="other folders"),
        pytest.param("a\r\nSet-Cookie: x", "a Set-Cookie: x", id="line end"),
        pytest.param("", "file", id="none"),
        pytest.param("x" * 300 + ".log", "x" * 196 + ".log", id="too long"),
    ],
)
def test_a_file_name_is_only_a_name(capture: Any, given: str, kept: str) -> None:
    assert capture(kind="file", file=PNG, file_name=given).file_name == kept


def test_items_are_numbered_and_recorded(capture: Any, incident: Incident) -> None:
    capture(text="one")
    second = capture(text="two", lane=LaneKind.INVESTIGATION)

    entry = incident.timeline.get(subject="E-2")
    assert (second.reference, entry.kind, entry.lane) == (
        "E-2",
        "evidence.captured",
        LaneKind.INVESTIGATION,
    )
    assert entry.data["sha256"] == second.sha256


@pytest.mark.parametrize(
    "content",
    [
        f"token {SECRET}\ncaf\xe9\n".encode("latin-1"),
        f"token {SECRET}\n".encode() + "é".encode()[:1],
        f"token {SECRET}\n{'line of a log ' * 20}".encode() + b"\x00",
    ],
    ids=["latin-1", "cut within a letter", "one NUL"],
)
def test_a_log_with_an_odd_byte_is_searched_all_the_same(capture: Any, content: bytes) -> None:
    item = capture(kind="file", file=content, file_name="app.log")

    assert item.masks == 1
    assert SECRET.encode() not in bytes(EvidenceFile.objects.get().content)


def test_a_binary_file_is_kept_byte_for_byte(capture: Any) -> None:
    content = bytes(range(256)) * 4

    capture(kind="file", file=content, file_name="core.bin")

    assert bytes(EvidenceFile.objects.get().content) == content
