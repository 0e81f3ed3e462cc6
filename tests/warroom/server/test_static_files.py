"""Static files as production names them, and as the server answers them."""

import re
from pathlib import Path
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.core.files.storage import FileSystemStorage

from incidents.templatetags.modules import modules
from warroom.asgi import application
from warroom.server.static_files import HashedFiles, StaticFiles

TIMEOUT_SECONDS = 60.0
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


def test_the_stylesheet_is_one_file(collected: Path) -> None:
    (sheet,) = collected.glob("warroom.????????????.css")

    joined = sheet.read_text()

    assert "@import" not in joined
    parts = re.findall(r'"(css/[^"]+)" layer\((\w+)\)', (OURS / "warroom.css").read_text())
    assert len(parts) > 10
    places = [
        joined.index(f"@layer {layer} {{\n{(OURS / name).read_text()}}}\n") for name, layer in parts
    ]
    assert places == sorted(places)


async def _asked(
    path: str, *headers: tuple[bytes, bytes], method: str = "GET"
) -> tuple[Any, bytes]:
    """What the server as a whole answers: status and headers, and the body."""
    given = [(b"host", b"localhost"), *headers]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": given}
    asked = ApplicationCommunicator(application, scope)
    await asked.send_input({"type": "http.request", "body": b""})
    start = await asked.receive_output(TIMEOUT_SECONDS)
    body = await asked.receive_output(TIMEOUT_SECONDS)
    return (start["status"], dict(start["headers"])), body["body"]


async def test_the_stylesheet_is_one_file_where_nothing_was_collected(collected: Path) -> None:
    (status, headers), body = await _asked("/static/warroom.css")

    assert (status, body) == (200, (collected / "warroom.css").read_bytes())
    assert headers[b"content-type"].startswith(b"text/css")
    assert headers[b"x-content-type-options"] == b"nosniff"


async def test_a_file_is_served_and_is_what_its_type_says() -> None:
    (status, headers), body = await _asked("/static/js/main.js")

    assert (status, body) == (200, (OURS / "js/main.js").read_bytes())
    assert headers[b"Content-Type"] == b'text/javascript; charset="utf-8"'
    assert headers[b"X-Content-Type-Options"] == b"nosniff"
    assert headers[b"Content-Length"] == str(len(body)).encode()


async def test_a_file_that_is_known_is_not_sent_again() -> None:
    (_, first), _ = await _asked("/static/js/main.js")

    (status, _), body = await _asked("/static/js/main.js", (b"if-none-match", first[b"ETag"]))

    assert (status, body) == (304, b"")


async def test_only_the_head_and_only_a_part_can_be_asked_for() -> None:
    (status, _), body = await _asked("/static/js/main.js", method="HEAD")
    assert (status, body) == (200, b"")

    (status, headers), body = await _asked("/static/js/main.js", (b"range", b"bytes=0-3"))
    assert (status, body) == (206, (OURS / "js/main.js").read_bytes()[:4])
    assert headers[b"Content-Range"].startswith(b"bytes 0-3/")


async def test_no_file_is_changed_through_its_address() -> None:
    (status, _), _ = await _asked("/static/js/main.js", method="POST")

    assert status == 405


@pytest.mark.parametrize("path", ["/static/../manage.py", "/static/js/none.js", "/static/"])
async def test_nothing_else_is_a_static_file(path: str) -> None:
    assert StaticFiles(None)._find(path) is None


def test_a_page_names_each_module_once() -> None:
    names = re.findall(r'href="([^"]+)"', modules("js/main.js", "js/live.js"))

    assert len(names) == len(set(names))
    for name in ("main", "live", "clocks", "live/fragment"):
        assert f"/static/js/{name}.js" in names
