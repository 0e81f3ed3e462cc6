"""Commands answer input that they cannot use with a sentence, and leave everything as it was."""

import json
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from retros.package.archive import MANIFEST


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files that are no packages; commands run in an empty folder inside."""
    (tmp_path / "text.zip").write_text("no zip")
    (tmp_path / "a-file").write_text("x")
    manifests = {
        "list": [],
        "bare": {"files": {}},
        "odd": {"files": {"\x00": {"sha256": 1}}, "incident": "INC-\u00b2", "version": [1]},
    }
    for name, manifest in manifests.items():
        with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
            archive.writestr(MANIFEST, json.dumps(manifest))
    with zipfile.ZipFile(tmp_path / "deep.zip", "w") as archive:
        archive.writestr(MANIFEST, "[" * 100_000)
    whole = (tmp_path / "odd.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[:40] + b"\xff" * 20 + whole[60:])
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return tmp_path


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["", "  ", "storage:", "storage:nope", "../a-file", "a\x00b"])
def test_a_place_that_is_none_gets_no_status_page(files: Path, where: str) -> None:
    with pytest.raises(CommandError):
        call_command("export_status", where)

    assert list((files / "here").iterdir()) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    ["", "missing.zip", "text.zip", "list.zip", "bare.zip", "odd.zip", "deep.zip", "cut.zip"],
)
def test_what_is_no_package_is_refused(files: Path, name: str) -> None:
    with pytest.raises(CommandError):
        call_command("verify_package", str(files / name))


@pytest.mark.django_db
@pytest.mark.parametrize("reference", ["", "INC-", "INC-\u0663", "INC-" + "9" * 18, "9" * 5000])
def test_what_is_no_incident_is_not_verified(reference: str) -> None:
    with pytest.raises(CommandError):
        call_command("verify_timeline", reference)


@pytest.mark.parametrize("count", ["0", "\u00b2", "-1", "9" * 5000, ""])
def test_a_number_of_processes_that_cannot_be(count: str) -> None:
    with pytest.raises(CommandError, match="is not a number from 1 to 99"):
        call_command("up", f"--workers={count}")
