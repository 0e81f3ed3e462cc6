"""A server that answers as Warroom's API does, as far as the command line goes."""

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

REFUSED = {
    "title": "Unprocessable Content",
    "status": 422,
    "detail": "Refused: see the violations.",
    "violations": [
        {"code": "E-LANE", "sentence": "Another lane.", "field": "lane", "link": ""},
        {"code": "E-SIZE", "sentence": "Too long.", "field": "text", "link": "/help"},
    ],
}


@dataclass(frozen=True)
class Request:
    path: str
    key: str
    body: bytes
    authorization: str

    @property
    def content(self) -> Any:
        return json.loads(self.body)


class FarEnd:
    """``writes`` are all that came, ``recorded`` what was stored: one for each key.

    ``answers`` are given to the next requests, a status and a body each; ``drops`` are the next
    writes that are stored and not answered; ``reads`` answer to GET, by path. While it is away,
    it may be started again on the same port.
    """

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port: int = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.writes: list[Request] = []
        self.recorded: dict[str, Request] = {}
        self.answers: list[tuple[int, Any]] = []
        self.drops = 0
        self.hangs: Event | None = None
        self.reads: dict[str, Any] = {
            "/me": {"token": "laptop", "person": "Ada", "incident": "INC-7", "lane": ""}
        }
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> "FarEnd":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        far_end = self

        class Handler(_Handler):
            end = far_end

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", self.port), Handler)
        run: Callable[[], None] = lambda: self._server.serve_forever(0.02)  # noqa: E731
        Thread(target=run, daemon=True).start()

    def stop(self) -> None:
        if self.hangs:
            self.hangs.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class _Handler(BaseHTTPRequestHandler):
    end: FarEnd

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = parts.path.removeprefix("/api/v1")
        self.end.asked.append((path, parse_qs(parts.query)))
        if self.end.answers:
            self._answer(*self.end.answers.pop(0))
            return
        answer = self.end.reads.get(path)
        if callable(answer):
            answer = answer(parse_qs(parts.query))
        self._answer(*(200, answer) if answer is not None else (404, {"detail": "Not here."}))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers.get("Idempotency-Key", "")
        path = urlsplit(self.path).path.removeprefix("/api/v1")
        request = Request(path, key, body, self.headers["Authorization"])
        self.end.writes.append(request)
        if self.end.hangs:
            self.end.hangs.wait(60)
        if self.end.answers:
            self._answer(*self.end.answers.pop(0))
            return
        first = self.end.recorded.setdefault(key, request)
        if first.body != body or first.path != path:
            self._answer(422, {"detail": "This Idempotency-Key was used for another request."})
            return
        if self.end.drops:
            self.end.drops -= 1
            self.close_connection = True
            return
        number = list(self.end.recorded).index(key) + 1
        self._answer(201, {"reference": f"E-{number}", "link": f"/incidents/42/evidence/{number}/"})

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
