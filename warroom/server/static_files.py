"""How static files are named when they are collected for production, and how they are served."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles import finders
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLESHEET = "warroom.css"
_IMPORT = re.compile(r'^@import "(?P<name>[^"]+)" layer\((?P<layer>\w+)\);$', re.MULTILINE)


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Also names the modules that a script imports by their content, and joins the stylesheet.

    Otherwise a browser could run a new ``main.js`` with yesterday's modules, and would learn of the
    parts of the stylesheet only after its first answer, before it may paint anything.
    """

    support_js_module_import_aggregation = True

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if not dry_run:

            def source(name: str) -> str:
                storage, path = paths[name]
                with storage.open(path) as file:
                    return str(file.read().decode())

            Path(self.path(STYLESHEET)).write_text(joined_stylesheet(source))
            paths[STYLESHEET] = (self, STYLESHEET)
        yield from super().post_process(paths, dry_run, **options)


def joined_stylesheet(source: Callable[[str], str]) -> str:
    """The stylesheet with each part in the place and layer of its ``@import``."""
    return _IMPORT.sub(
        lambda part: f"@layer {part['layer']} {{\n{source(part['name'])}}}", source(STYLESHEET)
    )


def _joined_stylesheet(paths: dict[str, Any]) -> str:
    """The stylesheet with each part in the place and layer of its ``@import``."""

    def source(name: str) -> str:
        storage, path = paths[name]
        with storage.open(path) as file:
            return str(file.read().decode())

    def part(match: "re.Match[str]") -> str:
        return f"@layer {match['layer']} {{\n{source(match['name'])}}}"

    return _IMPORT.sub(part, source(STYLESHEET))


CONDITIONAL_HEADERS = {
    b"accept-encoding": "HTTP_ACCEPT_ENCODING",
    b"if-modified-since": "HTTP_IF_MODIFIED_SINCE",
    b"if-none-match": "HTTP_IF_NONE_MATCH",
    b"range": "HTTP_RANGE",
}


class _Files(WhiteNoiseMiddleware):
    def add_mime_headers(self, headers: Headers, path: str, url: str) -> None:
        """As Django's own answers: a file is what its type says."""
        super().add_mime_headers(headers, path, url)
        headers["X-Content-Type-Options"] = "nosniff"


class StaticFiles:
    """Answers static files in front of Django, and leaves everything else to what is behind it.

    WhiteNoise finds and describes them; it is made for WSGI, and as a middleware it would cost a
    room's thirty small files a thread and the whole of Django each.
    """

    def __init__(self, app: Any) -> None:
        self._app = app
        self._files = _Files()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if self._files.use_finders and scope["path"] == settings.STATIC_URL + STYLESHEET:
            await _send_joined_stylesheet(send)
            return
        file = self._find(scope["path"])
        if file is None:
            await self._app(scope, receive, send)
            return
        headers = [
            (CONDITIONAL_HEADERS[name], value.decode("latin-1"))
            for name, value in scope["headers"]
            if name in CONDITIONAL_HEADERS
        ]
        answer = file.get_response(scope["method"], dict(headers))
        response_headers = [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers
        ]
        body = b""
        if answer.file is not None:
            with answer.file:
                body = answer.file.read()
        await send(
            {
                "type": "http.response.start",
                "status": int(answer.status),
                "headers": response_headers,
            }
        )
        await send({"type": "http.response.body", "body": body})

    def _find(self, path: str) -> Any:
        if self._files.autorefresh:
            return self._files.find_file(path)
        return self._files.files.get(path)


async def _send_joined_stylesheet(send: Any) -> None:
    """Where nothing is collected, joined anew for each answer: an edit shows after a reload."""
    body = joined_stylesheet(lambda name: Path(finders.find(name)).read_text()).encode()
    headers = [
        (b"content-type", b'text/css; charset="utf-8"'),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"max-age=60, public"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
