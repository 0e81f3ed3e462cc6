"""A real HTTP server that keeps what it is sent, and answers as told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver(ThreadingHTTPServer):
    """Answers with ``status``, ``headers`` and ``body``, and once as many as ``together`` has have
    come. ``most_at_once`` is how many requests it had at one time; ``note`` is called for each.
    """

    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.status, self.headers, self.body = 200, dict[str, str](), b""
        self.together: threading.Barrier | None = None
        self.most_at_once, self._now, self._lock = 0, 0, threading.Lock()

    def note(self) -> None:
        """Nothing, unless a test says otherwise."""

    def begin(self) -> None:
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        self.note()
        if self.together is not None:
            self.together.wait()

    def end(self) -> None:
        with self._lock:
            self._now -= 1

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if len(body) < int(self.headers.get("content-length", 0)):
            return  # whoever sent it has hung up before its last byte
        self.server.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.server.begin()
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(self.server.body)))
        self.end_headers()
        self.server.end()
        self.wfile.write(self.server.body)

    do_GET = do_PUT = do_POST

    def log_message(self, *_: Any) -> None:
        """Silence."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:  # else a test that fails leaves a thread that the process waits for at its end
            server.shutdown()
            thread.join()
