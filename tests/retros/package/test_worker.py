"""A package from its closing to its files: made once by a worker, sealed, whole in every form."""

import json
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from kombu.simple import SimpleQueue

from incidents.actions import amendments, freezes, risks
from incidents.models import Incident, Notice, Person, Risk, TimelineEntry
from incidents.vocabulary import LaneKind
from retros.models import BacklogItem, Package
from retros.package import actions as packages
from retros.package import archive, collect, worker
from retros.package.build import build
from retros.package.bundle import script
from retros.package.canonical import canonical, digest
from retros.package.markdown import markdown
from retros.vocabulary import PackageState
from tests.helpers.counting import queries
from tests.helpers.factories import SurfaceFactory
from tests.helpers.handoffs import HandoffDriver
from tests.retros.closing.closable import ClosingRun

ASKED_WITHIN_SECONDS = 20
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def closed(ending: ClosingRun) -> ClosingRun:
    ending.closable().close()
    return ending


def built(ending: ClosingRun) -> Package:
    package = Package.objects.get(incident=ending.incident)
    assert worker.make(package.pk, ending.now)
    return Package.objects.select_related("incident", "closing").get(pk=package.pk)


def built_content(ending: ClosingRun) -> str:
    """What a worker reads and builds now."""
    rows = Package.objects.select_related("incident", "closing__closed_by")
    return canonical(build(collect.collect(rows.get(incident=ending.incident), ending.now)))


def written(package: Package, folder: Path) -> Path:
    path = folder / "package.zip"
    path.write_bytes(b"".join(archive.zip_pieces(package)))
    return path


def test_a_tick_asks_for_a_few_of_those_that_wait(
    closed: ClosingRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many wait: a tick has a second for all that it does."""
    waiting = Package.objects.get(incident=closed.incident)
    for number in range(2, 6):
        Package.objects.create(
            incident=closed.incident,
            closing=waiting.closing,
            number=number,
            **{name: getattr(waiting, name) for name in ("happened", "path", "uncertain", "need")},
            asked_at=closed.now - timedelta(minutes=number),
        )
    monkeypatch.setattr(worker, "MAX_ASKED", 2)
    later = closed.now + worker.ASK_AGAIN_AFTER

    with queries() as executed:
        worker.ask_for_waiting(later)

    asked = Package.objects.filter(asked_at=later).order_by("number")
    assert [package.number for package in asked] == [4, 5]
    assert len(executed) == 2


def test_closing_asks_for_it_and_a_worker_makes_it_once(closed: ClosingRun, admin: Person) -> None:
    waiting = Package.objects.get(incident=closed.incident)
    assert (waiting.number, waiting.state) == (1, PackageState.WAITING)

    package = built(closed)

    assert package.sha256 == digest(package.content)
    assert bytes(package.pdf).startswith(b"%PDF-")
    content = json.loads(package.content)
    assert content["words"] == package.words <= 2000
    kinds = TimelineEntry.objects.filter(incident=closed.incident, kind__startswith="package.")
    assert [kind.kind for kind in kinds] == ["package.made"]
    assert Notice.objects.filter(person=admin, kind="package.made").count() == 1
    assert not worker.make(package.pk, closed.now)


def test_it_is_of_the_closing_not_of_when_a_worker_came_to_it(ending: ClosingRun) -> None:
    """Risks, backlog and branches as they were then, what was retired among them."""
    ending.closable()
    actor, number = ending.commander.as_actor(), ending.incident.pk
    gone = risks.add(actor, number, text="Keys of that hour", owner=None, now=ending.now)
    retire = {"reason": "They are revoked", "now": ending.now}
    risks.retire(actor, number, gone.number, **retire)
    ending.close()
    before = json.loads(built_content(ending))
    for risk in ending.incident.risks.filter(retired_at=None):
        Risk.objects.filter(pk=risk.pk).update(retired_at=ending.now, retired_reason="Later")
    BacklogItem.objects.update(title="Renamed later", state="started")
    Incident.objects.filter(pk=number).update(title="Renamed later")

    after = json.loads(built_content(ending))

    assert after == before
    texts = {row["text"]: row["state"] for row in after["body"]["risks"]}
    assert texts["Keys of that hour"] == "retired: They are revoked"
    assert "Later" not in json.dumps(after)


def test_what_was_sent_handed_over_and_frozen_is_among_its_times(ending: ClosingRun) -> None:
    ending.closable()
    actor, number = ending.commander.as_actor(), ending.incident.pk
    frozen = {"surface": SurfaceFactory(name="Ledger"), "now": ending.now}
    freezes.freeze(actor, number, scope="", reason="Hold still", **frozen)
    freezes.lift_freeze(actor, number, reason="It is over", **frozen)
    lane = LaneKind.COMMUNICATION
    hands = HandoffDriver(ending.incident, ending.commander, ending.now)
    at = hands.checkpoint.number
    hands.offer(ending.commander, ending.watcher, lane, checkpoint=at)
    hands.accept(ending.watcher)
    ending.close()

    content = json.loads(built_content(ending))
    times = [*content["body"]["times"], *content["appendices"]["times"]]
    told = {row["seq"] for row in times}

    kinds = ("update.published", "handoff.accepted", "freeze.set", "freeze.lifted")
    for kind in kinds:
        rows = TimelineEntry.objects.filter(incident=number, kind=kind)
        assert rows.exists(), kind
        assert {row.seq for row in rows} <= told, kind


def test_a_worker_whose_clock_is_minutes_ahead_takes_the_request(closed: ClosingRun) -> None:
    """By its own clock it throws away what has expired. Older requests are those of other tests."""
    package = Package.objects.latest("pk").pk
    with current_app.connection_for_read() as connection:
        queue = SimpleQueue(connection, current_app.conf.task_default_queue)
        while True:
            message = queue.get(timeout=ASKED_WITHIN_SECONDS)
            message.ack()
            if message.headers["task"] == "retros.make_package" and package in message.payload[0]:
                break

    expires = datetime.fromisoformat(message.headers["expires"])
    assert expires - datetime.now(UTC) > timedelta(minutes=30)


def test_an_output_has_no_colours_of_its_terminal(ending: ClosingRun) -> None:
    ending.closable()
    ending.run(text="\x1b[32mpassed\x1b[0m 12\n" + "\x1b[31m" * 60_000)
    ending.close()

    outputs = json.loads(built(ending).content)["appendices"]["outputs"]

    assert [output["output"].strip() for output in outputs if "12" in output["output"]] == [
        "passed 12"
    ]
    assert any(output["more"] for output in outputs)


@pytest.mark.case("T2")
@pytest.mark.case("P7")
def test_control_characters_of_an_older_record_do_not_stop_it(
    ending: ClosingRun, tmp_path: Path
) -> None:
    """Names and titles from before they were cleaned; a terminal's output has them for good."""
    ending.closable()
    ending.run(text="\x07done\x0b\uffff\n")
    ending.close()
    with connection.cursor() as cursor:
        name = "Jonas\uffff\x0b We\x1b[31mber"
        cursor.execute("UPDATE incidents_person SET name = %s", [name])

    package = built(ending)

    content = json.loads(package.content)
    assert not set(package.content) & set("\x07\x0b\x1b\uffff")
    assert any("␇done␋" in row["output"] for row in content["appendices"]["outputs"])
    assert bytes(package.pdf).startswith(b"%PDF-")
    with zipfile.ZipFile(written(package, tmp_path)) as files:
        for drawing in (name for name in files.namelist() if name.endswith(".svg")):
            ElementTree.fromstring(files.read(drawing))


def test_it_says_what_was_recorded(closed: ClosingRun) -> None:
    content = json.loads(built(closed).content)
    body = content["body"]

    note = {row["field"]: row["text"] for row in body["note"]}
    assert note["happened"] == "Some edge nodes did not know the new signing key."
    assert note["confidence"].startswith("L3")
    assert "Failed sign-ins above 2 %" in note["watch"]
    what = [row["what"] for row in body["times"]]
    assert what[0].startswith("Declared.")
    assert any(words.startswith("Decision D-1") for words in what)
    assert what[-1].startswith("Closed, and watched")
    assert [row["decision"] for row in body["changes"]["rows"]] == ["D-1"]
    assert len(body["bundle"]) == len(content["appendices"]["outputs"]) >= 1
    assert [row["text"] for row in body["backlog"]] == ["Edge nodes honour key-set expiry"]
    assert body["risks"]
    last = TimelineEntry.objects.get(incident=closed.incident, kind="incident.closed")
    assert content["record"] == {"entries": last.seq, "last_hash": last.hash}


def test_a_correction_stands_in_its_times_and_beside_the_record_of_the_decision(
    ending: ClosingRun,
) -> None:
    ending.closable()
    decided = ending.incident.timeline.get(kind="decision.made")
    author = ending.commander.as_actor()
    wrong = decided.data["blast_radius"]
    right = "Two regions sign out, not one"
    amendments.amend(
        author,
        ending.incident.pk,
        decided.seq,
        part="blast_radius",
        text=right,
        now=ending.now,
    )
    ending.close()

    content = json.loads(built(ending).content)

    assert any(
        row["what"].startswith("D-1 corrected") and right in row["what"]
        for row in content["body"]["times"]
    )
    records = json.dumps(content["appendices"], ensure_ascii=False)
    assert right in records
    assert wrong in records


def test_what_comes_after_closing_is_not_in_it(closed: ClosingRun) -> None:
    closed.check_in("0.3 % on the sign-in board")

    content = json.loads(built(closed).content)

    assert "0.3 % on the sign-in board" not in json.dumps(content, ensure_ascii=False)


def test_the_zip_holds_every_form_and_verifies(
    closed: ClosingRun, tmp_path: Path, capsys: Any
) -> None:
    package = built(closed)
    path = written(package, tmp_path)

    with zipfile.ZipFile(path) as zip_file:
        names = set(zip_file.namelist())
        content = zip_file.read("package.json").decode()
    items = json.loads(content)["appendices"]["evidence"]
    assert content == package.content
    assert names == {
        "anchor.json",
        "manifest.json",
        "package.json",
        "package.md",
        "package.pdf",
        "picture.svg",
        "bundle.sh",
        "timeline.jsonl",
        *(item["file"] for item in items),
    }
    call_command("verify_package", str(path))
    assert "holds" in capsys.readouterr().out
    assert written(package, tmp_path).read_bytes() == path.read_bytes()


def changed(path: Path, name: str, change: Any) -> None:
    """Write the zip anew with one file of it changed, dropped (None) or added."""
    with zipfile.ZipFile(path) as old:
        files = {file_name: old.read(file_name) for file_name in old.namelist()}
    data = change(files.get(name, b""))
    files = {file_name: content for file_name, content in files.items() if file_name != name}
    if data is not None:
        files[name] = data
    with zipfile.ZipFile(path, "w") as new:
        for file_name, content in files.items():
            new.writestr(file_name, content)


def with_manifest(path: Path, name: str) -> None:
    """Have the manifest agree with what one of its files holds."""
    with zipfile.ZipFile(path) as zip_file:
        data = zip_file.read(name)

    def agree(manifest: bytes) -> bytes:
        parsed = json.loads(manifest)
        parsed["files"][name]["sha256"] = digest(data)
        return json.dumps(parsed).encode()

    changed(path, "manifest.json", agree)


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("package.md", lambda data: data + b"!", "package.md was changed"),
        ("bundle.sh", lambda data: None, "bundle.sh is missing"),
        ("evidence/more.txt", lambda data: b"new", "evidence/more.txt is not in the manifest"),
        (
            "timeline.jsonl",
            lambda data: data.replace(b"incident.declared", b"incident.Declared"),
            "timeline.jsonl was changed",
        ),
    ],
)
def test_a_zip_that_was_changed_is_found_out(
    closed: ClosingRun, tmp_path: Path, capsys: Any, name: str, change: Any, sentence: str
) -> None:
    path = written(built(closed), tmp_path)
    changed(path, name, change)

    with pytest.raises(CommandError):
        call_command("verify_package", str(path))

    assert sentence in capsys.readouterr().out


def test_a_timeline_that_was_changed_with_its_manifest_is_found_out_by_its_chain(
    closed: ClosingRun, tmp_path: Path, capsys: Any
) -> None:
    path = written(built(closed), tmp_path)
    changed(path, "timeline.jsonl", lambda data: data.replace(b"sign", b"zign", 1))
    with_manifest(path, "timeline.jsonl")

    with pytest.raises(CommandError):
        call_command("verify_package", str(path))

    assert "was changed after it was written" in capsys.readouterr().out


def test_a_whole_zip_of_another_record_is_found_out_against_ours(
    closed: ClosingRun, tmp_path: Path, capsys: Any
) -> None:
    """Everything in it agrees, but our record says otherwise."""
    package = built(closed)
    other = json.loads(package.content)
    other["record"]["last_hash"] = "0" * 64
    path = written(package, tmp_path)
    changed(path, "package.json", lambda data: json.dumps(other).encode())
    with_manifest(path, "package.json")

    with pytest.raises(CommandError):
        call_command("verify_package", str(path))

    assert "remembers as its last" in capsys.readouterr().out


def test_evidence_that_was_changed_with_its_manifest_is_found_out_by_the_timeline(
    closed: ClosingRun, tmp_path: Path, capsys: Any
) -> None:
    package = built(closed)
    path = written(package, tmp_path)
    item = json.loads(package.content)["appendices"]["evidence"][0]
    changed(path, item["file"], lambda data: data + b" and more")
    with_manifest(path, item["file"])

    with pytest.raises(CommandError):
        call_command("verify_package", str(path))

    output = capsys.readouterr().out
    assert f"{item['reference']} is not what the timeline says was captured" in output


def test_a_page_that_was_changed_with_its_manifest_is_found_out_by_what_was_sealed_here(
    closed: ClosingRun, tmp_path: Path, capsys: Any
) -> None:
    path = written(built(closed), tmp_path)
    changed(path, "package.md", lambda data: data.replace(b"Closed", b"Opened"))
    with_manifest(path, "package.md")

    with pytest.raises(CommandError):
        call_command("verify_package", str(path))

    assert "version 1 was sealed here with another manifest" in capsys.readouterr().out


def test_away_from_home_it_is_checked_by_itself(
    closed: ClosingRun, tmp_path: Path, capsys: Any
) -> None:
    """As where another installation, or nobody yet, has that incident."""
    path = written(built(closed), tmp_path)
    missing = closed.incident.pk + 1000

    def elsewhere(data: bytes) -> bytes:
        return data.replace(closed.incident.reference.encode(), f"INC-{missing}".encode())

    changed(path, "manifest.json", elsewhere)
    with pytest.raises(CommandError):
        call_command("verify_package", str(path))
    assert "its timeline is that of another incident" in capsys.readouterr().out


def test_what_is_no_package_is_said_to_be_none(tmp_path: Path) -> None:
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w"):
        pass
    text = tmp_path / "text.zip"
    text.write_text("not a zip")

    for path, message in ((empty, "no manifest"), (text, "cannot be read as a zip")):
        with pytest.raises(CommandError, match=message):
            call_command("verify_package", str(path))


def test_the_bundle_runs_again(closed: ClosingRun, tmp_path: Path) -> None:
    whole = json.loads(built(closed).content)
    hostile = "true # it's $(touch pwned) `touch pwned` \"; touch pwned'; touch pwned"
    whole["appendices"]["outputs"] = [
        {
            "evidence": "E-1",
            "command": hostile,
            "exit_code": 0,
            "masks": 0,
        },
        {"evidence": "E-2", "command": "exit 3", "exit_code": 3, "masks": 1},
        {"evidence": "E-3", "command": "cat", "exit_code": None, "masks": 0},
    ]
    path = tmp_path / "bundle.sh"
    path.write_text(script(whole))
    good = run(path)
    whole["appendices"]["outputs"][1]["exit_code"] = 0
    path.write_text(script(whole))
    bad = run(path)

    assert (good.returncode, bad.returncode) == (0, 1), good.stdout + good.stderr
    assert "E-2: exit 3, recorded was 0" in bad.stdout
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (1, "1 older command is not in this bundle; see the evidence."),
        (2, "2 older commands are not in this bundle; see the evidence."),
    ],
)
def test_older_commands_that_have_no_room_are_counted(
    ending: ClosingRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int, sentence: str
) -> None:
    monkeypatch.setattr(collect, "MAX_COMMANDS", 2)
    ending.closable()
    for number in range(more):
        ending.run(command=f"true --region {number}")
    ending.close()
    whole = json.loads(built(ending).content)
    path = tmp_path / "bundle.sh"
    path.write_text(script(whole))

    commands = [output["command"] for output in whole["appendices"]["outputs"]]
    assert len(commands) == 2
    assert commands[0] == f"true --region {more - 1}"
    assert sentence in markdown(whole)
    assert f"== {sentence}" in run(path).stdout


def run(script: Path) -> "subprocess.CompletedProcess[str]":
    command = ["sh", str(script)]
    return subprocess.run(command, cwd=script.parent, capture_output=True, text=True, check=False)


def test_a_worker_that_stops_leaves_it_to_another(closed: ClosingRun) -> None:
    package = Package.objects.get(incident=closed.incident)
    assert packages.claim_waiting(package.pk, closed.now) is not None

    assert packages.claim_waiting(package.pk, closed.now) is None
    assert not worker.make(package.pk, closed.now + packages.WORKER_LEASE - timedelta(seconds=1))
    assert worker.make(package.pk, closed.now + packages.WORKER_LEASE)


def test_one_that_stops_its_workers_again_and_again_has_failed(closed: ClosingRun) -> None:
    package = Package.objects.get(incident=closed.incident)
    for turn in range(packages.MAX_TRIES):
        assert (
            packages.claim_waiting(package.pk, closed.now + turn * packages.WORKER_LEASE)
            is not None
        )

    assert (
        packages.claim_waiting(package.pk, closed.now + packages.MAX_TRIES * packages.WORKER_LEASE)
        is None
    )
    package.refresh_from_db()
    assert (package.state, package.error) == (PackageState.FAILED, packages.STOPPED_SENTENCE)


def test_a_failed_render_keeps_the_incident_closed_and_can_be_tried_again(
    closed: ClosingRun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The template of the PDF is broken, as after a bad upgrade."""
    from retros.package import pdf

    broken = tmp_path / "package.typ"
    broken.write_text("#nothing-of-that-name")
    pdf._template.cache_clear()
    monkeypatch.setattr(pdf, "_TEMPLATE", broken)
    package = Package.objects.get(incident=closed.incident)

    assert not worker.make(package.pk, closed.now)

    package.refresh_from_db()
    assert package.has_failed
    assert "unknown variable" in package.error
    assert closed.status == "watching"
    assert TimelineEntry.objects.filter(kind="package.failed").count() == 1
    assert Notice.objects.filter(person=closed.commander, kind="package.failed").count() == 1

    monkeypatch.undo()
    pdf._template.cache_clear()
    packages.retry(closed.commander.as_actor(), closed.incident.pk, 1, now=closed.now)
    assert worker.make(package.pk, closed.now)


def test_what_is_sealed_is_never_changed(closed: ClosingRun) -> None:
    package = built(closed)
    rows = Package.objects.filter(pk=package.pk)

    for change in ({"words": 1}, {"content": "{}"}, {"state": "waiting"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


def test_a_hash_that_is_not_that_of_the_content_is_refused(closed: ClosingRun) -> None:
    rows = Package.objects.filter(incident=closed.incident)

    with pytest.raises(DatabaseError, match="hash of a package"), transaction.atomic():
        rows.update(
            state="made",
            content="{}",
            manifest="{}",
            pdf=b"%PDF",
            made_at=closed.now,
            sha256="0" * 64,
        )
