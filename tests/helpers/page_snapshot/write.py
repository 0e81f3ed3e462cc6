"""Runs inside the checkout whose pages are kept, with its interpreter: ``main`` is the way in."""

import asyncio
import io
import json
import logging
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from . import fixed
from .keep import Keeper

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
"""When the demo has reached T+00:37."""

RECEIVER = "receiver.example.org"
RECEIVER_PORT = 18917
METRICS_TOKEN = "metrics"


def main(checkout: Path, folder: Path) -> int:
    if folder.exists() and any(folder.iterdir()):
        print(f"{folder} is not empty", file=sys.stderr)
        return 2
    os.chdir(checkout)
    sys.path.insert(0, str(checkout))
    fixed.fix_randomness()
    with _servers(checkout) as environment, _receiver() as (webhook, requests):
        os.environ.update(
            environment,
            SECRET_KEY="a key that is the same in every run",
            DJANGO_SETTINGS_MODULE="warroom.settings",
            DEMO="1",
            EMAIL_URL="memory://",
            BASE_URL="http://localhost:8000",
            ALLOWED_HOSTS="localhost,testserver,127.0.0.1",
            OUTGOING_ALLOW="127.0.0.0/8",
            METRICS_TOKEN=METRICS_TOKEN,
        )
        moment = fixed.fix_clock(NOW)
        import django

        django.setup()
        logging.disable(logging.WARNING)
        warnings.simplefilter("ignore")
        return _written(Keeper(folder), moment, webhook, requests)


def _written(keeper: Keeper, moment: Any, webhook: str, requests: list[str]) -> int:
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    from .story import Story
    from .walk import ROLES, Walk
    from .world import add_people, after_the_demo, days_later, tick

    setup_test_environment()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("demo", stdout=io.StringIO())
    _fix_surfaces()
    story = Story(keeper, moment)
    add_people(story)
    tick(story)
    walk = Walk(story)
    _say("the demo at T+00:37")
    some = {role: ROLES[role] for role in ("commander", "lane owner")}
    walk.everywhere("1 demo", some, only="/INC-42/")
    _say("the story goes on")
    after_the_demo(story, webhook)
    walk.everywhere("2 same day", {"commander": "mara"}, only="/INC-4")
    days_later(story)
    _say("every page for every role")
    walk.everywhere("3 later", ROLES)
    walk.measured(METRICS_TOKEN)
    _say("every form, empty")
    walk.refusals({role: ROLES[role] for role in ("commander", "responder", "anonymous")})
    _say("the status site, mails, requests, rows")
    asyncio.run(_status_site(keeper))
    _mails(keeper)
    for number, one in enumerate(requests, 1):
        keeper.write(f"requests/{number:03}.txt", one)
    _rows(keeper)
    (keeper.folder / "failed.txt").write_text("".join(f"{one}\n" for one in walk.failed))
    report = walk.report()
    (keeper.folder / "coverage.txt").write_text(report)
    (keeper.folder / "static-names.txt").write_text("\n".join(sorted(keeper.static)) + "\n")
    print(report)
    print(f"{keeper.count} answers in {keeper.folder}")
    for one in walk.failed:
        print(f"failed: {one}")
    for one in story.refused:
        print(f"not as the story wants it: {one}")
    sys.stdout.flush()
    # Threads that look after the status site would keep the process alive.
    _close()
    return 0


def _say(what: str) -> None:
    print(f"… {what}", flush=True)


def _fix_surfaces() -> None:
    """The database itself gave the time at which a surface was added."""
    from django.apps import apps

    apps.get_model("incidents", "Surface").objects.update(added_at=NOW)


def _close() -> None:
    from django.db import connections

    connections.close_all()


@contextmanager
def _servers(checkout: Path) -> Iterator[dict[str, str]]:
    """The checkout's own embedded PostgreSQL and Valkey, wherever that package lies."""
    package = next(checkout.glob("warroom/**/embedded/__main__.py")).parent
    module = ".".join(package.relative_to(checkout).parts)
    with tempfile.TemporaryDirectory(prefix="warroom-", dir="/tmp") as folder:
        words = [sys.executable, "-m", module, folder, "--fast"]
        holder = subprocess.Popen(
            words,
            cwd=checkout,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert holder.stdin is not None
        assert holder.stdout is not None
        try:
            answer = json.loads(holder.stdout.readline())
            if "DATABASE_URL" not in answer:
                raise SystemExit(f"no servers: {answer}")
            yield answer
        finally:
            holder.stdin.close()
            holder.wait()


@contextmanager
def _receiver() -> Iterator[tuple[str, list[str]]]:
    """A web server that takes every webhook, and what it was sent."""
    taken: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            kept = {k.lower(): v for k, v in self.headers.items() if k.lower() != "host"}
            head = "".join(f"{name}: {value}\n" for name, value in sorted(kept.items()))
            taken.append(f"POST {self.path}\n{head}\n{body}\n")
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    # The name and the port stand in the record, so they are the same in every run; the address is
    # this process's own, so that two runs do not meet.
    address = f"127.{os.getpid() >> 16 & 63 | 64}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **options: Any) -> Any:
        return real(address if host == RECEIVER else host, *args, **options)

    server = ThreadingHTTPServer((address, RECEIVER_PORT), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    socket.getaddrinfo = getaddrinfo
    try:
        yield f"http://{RECEIVER}:{RECEIVER_PORT}", taken
    finally:
        socket.getaddrinfo = real
        server.shutdown()


# -- the status site, as it is served in front of Django and as files ------------------------------
async def _status_site(keeper: Keeper) -> None:
    from asgiref.sync import sync_to_async
    from django.core.management import call_command
    from django.utils.module_loading import import_string

    application = import_string("warroom.asgi.application")
    out = keeper.folder / "export"
    await sync_to_async(call_command)("export_status", str(out), stdout=io.StringIO())
    paths = {"/status/", "/status/none/", "/status/incidents/none/"}
    for file in sorted(out.rglob("*")):
        if file.is_file() and file.suffix in {".css", ".js"}:
            file.unlink()
        elif file.is_file():
            name = file.relative_to(out).as_posix()
            paths.add("/status/" + name.removesuffix("index.html"))
            _as_kept(keeper, file)
    for path in sorted(paths):
        await _served(keeper, application, path)
    for variant in (
        (b"accept-encoding", b"gzip"),
        (b"accept-encoding", b"br"),
        (b"if-none-match", b"*"),
    ):
        await _served(keeper, application, "/status/", [variant])
    await _served(keeper, application, "/status/", method="HEAD")


def _as_kept(keeper: Keeper, file: Path) -> None:
    """Exported text has placeholders as pages have; what is binary stays."""
    try:
        text = file.read_text()
    except UnicodeDecodeError:
        return
    keeper.text(file, text)


async def _served(
    keeper: Keeper,
    application: Any,
    path: str,
    headers: list[tuple[bytes, bytes]] | None = None,
    method: str = "GET",
) -> None:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost"), *(headers or [])],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 8000),
    }
    sent: list[dict[str, Any]] = []

    body_sent = False

    async def receive() -> dict[str, Any]:
        nonlocal body_sent
        if body_sent:
            await asyncio.Event().wait()
        body_sent = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(scope, receive, send)
    found = {k.decode().lower(): v.decode() for k, v in sent[0]["headers"]}
    body = b"".join(one.get("body", b"") for one in sent[1:])
    variant = " ".join(f"{k.decode()}={v.decode()}" for k, v in headers or [])
    name = " ".join(filter(None, [method, path, variant]))
    keeper.raw("status", name, f"ASGI {name}", sent[0]["status"], found, body, path)


# -- what left, and what is kept -------------------------------------------------------------------
def _mails(keeper: Keeper) -> None:
    from django.core import mail

    for number, one in enumerate(mail.outbox, 1):
        message = one.message()
        heads = "".join(f"{k}: {v}\n" for k, v in message.items() if k != "Date")
        heads = "\n".join(line for line in heads.splitlines() if "boundary" not in line)
        parts = [
            f"-- {part.get_content_type()}\n{part.get_payload(decode=True).decode()}"
            for part in message.walk()
            if not part.is_multipart()
        ]
        keeper.write(f"mail/{number:03}.txt", f"{heads}\n\n" + "\n".join(parts))


_PASSING = {
    "cache",
    "django_session",
    "django_migrations",
    "django_content_type",
    "auth_permission",
}
DERIVED_KEY = re.compile(r'^{"key": "[0-9a-f-]{36}", ')
_UNREPEATABLE = {"password", "last_login", "applied"}


def _rows(keeper: Keeper) -> None:
    """Every table, a row a line: what was written, beside what is shown."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
        )
        tables = [row[0] for row in cursor.fetchall() if row[0] not in _PASSING]
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
            columns = [column.name for column in cursor.description]
            lines = []
            for row in cursor.fetchall():
                shown = {
                    name: bytes(value).hex()[:200]
                    if isinstance(value, memoryview | bytes)
                    else value
                    for name, value in zip(columns, row, strict=True)
                    if name not in _UNREPEATABLE
                }
                lines.append(json.dumps(shown, default=str, ensure_ascii=False))
            # A key that is derived from a random one says nothing, and gives no order.
            if any(DERIVED_KEY.match(line) for line in lines):
                lines.sort(key=lambda line: DERIVED_KEY.sub("", line))
            keeper.write(f"rows/{table}.txt", "\n".join(lines) + "\n")
