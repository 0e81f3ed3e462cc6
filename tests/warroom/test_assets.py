"""Static files as production names them."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage

from warroom.assets import HashedFiles

OURS = settings.BASE_DIR / "static"


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("static")
    source, storage = FileSystemStorage(OURS), HashedFiles(location=place)
    names = [str(path.relative_to(OURS)) for path in OURS.rglob("*") if path.is_file()]
    for name in names:
        with source.open(name) as file:
            storage.save(name, file)
    for _ in storage.post_process({name: (storage, name) for name in names}):
        pass
    return place


def test_modules_are_imported_by_their_content(collected: Path) -> None:
    (main,) = (collected / "js").glob("main.????????????.js")

    imported = re.findall(r'"(\./[^"]+)"', main.read_text())

    assert len(imported) > 5
    for name in imported:
        assert re.search(r"\.[0-9a-f]{12}\.js$", name), name
        assert (collected / "js" / name).exists()
