"""A package is checked by a script alone, against an anchor and a public key."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from incidents.timeline import anchors
from retros.models import Package
from retros.package import archive, worker
from tests.retros.closing.closable import ClosingRun

SCRIPT = Path(__file__).parents[3] / "bin" / "verify-package"


@pytest.mark.django_db
def test_a_package_is_checked_where_there_is_no_warroom(ending: ClosingRun, tmp_path: Path) -> None:
    ending.closable().close()
    assert worker.make(Package.objects.get().pk, ending.now)
    package = Package.objects.select_related("incident", "closing").get()
    path = tmp_path / "package.zip"
    path.write_bytes(b"".join(archive.zip_pieces(package)))
    anchor, key = tmp_path / "anchor.json", anchors.public_key()
    call_command("anchor", str(anchor))

    def check(*arguments: object) -> tuple[int, str]:
        ran = subprocess.run(
            [sys.executable, "-I", SCRIPT, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
        return ran.returncode, ran.stdout + ran.stderr

    assert check(path) == (0, "package.zip holds.\n")
    # The anchor in the zip is found, counts with this key alone, and names no other incident.
    assert check(path, "--public-key", key) == (0, "package.zip holds, as it was anchored.\n")
    assert check(path, "--public-key", "A" * 43 + "=")[0] == 1
    with zipfile.ZipFile(path) as files:
        inner = tmp_path / "inner.json"
        inner.write_bytes(files.read("anchor.json"))
    assert list(anchors.read(inner)["heads"]) == [str(ending.incident.pk)]
    assert list(anchors.problems(anchors.read(inner))) == []
    with_anchor = ("--anchor", anchor, "--public-key", key)
    assert check(path, *with_anchor) == (0, "package.zip holds, as it was anchored.\n")
    # Another package of the same incident, whole in itself: made by who knows how it is done.
    content = package.content.replace(ending.incident.title, "Nothing happened")
    files = archive.parts(package, content, bytes(package.pdf))
    package.manifest = archive.manifest(package, files, package.made_at, lambda _: None)
    package.content = content
    path.write_bytes(b"".join(archive.zip_pieces(package)))
    assert check(path) == (0, "package.zip holds.\n")
    code, out = check(path, "--public-key", key)
    assert (code, "its content is not the one that was anchored" in out) == (1, True)
    package.anchor = ""
    path.write_bytes(b"".join(archive.zip_pieces(package)))
    assert "it has no anchor.json" in check(path, "--public-key", key)[1]
    code, out = check(path, *with_anchor)
    assert code == 1
    assert "its content is not the one that was anchored" in out
    assert check(path, "--anchor", anchor, "--public-key", "A" * 43 + "=")[0] == 1
