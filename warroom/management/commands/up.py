import io
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import ExitStack
from functools import partial
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from warroom.settings.database import CONNECT
from warroom.up.banner import screen
from warroom.up.embedded import DataFolder
from warroom.up.log_file import LogFile
from warroom.up.parts import board
from warroom.up.servers import listening
from warroom.up.supervisor import Shape, supervise


class Command(BaseCommand):
    help = "Run Warroom: servers where none are named, migrations, web, worker and beat."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", help="where to listen (HOST, else 127.0.0.1)")
        parser.add_argument("--port", help="on which port (PORT, else 8000)")
        parser.add_argument(
            "--demo",
            action="store_true",
            help="fill an empty database with the demo, also where servers are named",
        )
        parser.add_argument("--anew", action="store_true", help="throw the demo's data away first")
        for kind in ("web", "workers", "beats"):
            how_many = f"how many {kind} processes; a dead one is started again"
            parser.add_argument(f"--{kind}", type=_count, default=1, metavar="N", help=how_many)

    def handle(self, *args: Any, **options: Any) -> None:
        # manage.py has checked the port and started the servers: see warroom.up.servers.
        host, port = listening(sys.argv[2:])
        _require_database()
        call_command("migrate", verbosity=0, interactive=False, skip_checks=False)
        if settings.DEMO:
            call_command("demo", reset=options["anew"], stdout=io.StringIO())
        elif not settings.DEBUG:
            call_command("collectstatic", verbosity=0, interactive=False)
        data = DataFolder.default()
        board.keep_in(data.parts)
        with ExitStack() as stack:
            write = _print if settings.DEBUG else stack.enter_context(LogFile(data.log)).write
            # Flushed: into a pipe or a file the screen would else come with the end.
            text = screen(port, data.path)
            welcome = partial(print, text, end="", file=self.stdout, flush=True)
            shape = Shape(options["web"], options["workers"], options["beats"])
            causes = supervise(host, port, data.path, write, welcome, shape)
        if causes:
            raise CommandError("\n".join(["Everything was stopped.", *causes]))


def _require_database() -> None:
    """Asked by a connection of its own: the pool only says that it got none.

    The role of ``DATABASE_URL`` may not be there yet: migrating as the other makes it.
    """
    owner = os.environ.get("MIGRATION_DATABASE_URL")
    name = "MIGRATION_DATABASE_URL" if owner else "DATABASE_URL"
    try:
        psycopg.connect(os.environ[name], connect_timeout=CONNECT).close()
    except psycopg.Error as error:
        why = " ".join(str(error).split())
        raise CommandError(f"The database of {name} cannot be reached: {why}") from error


def _print(name: str, line: str) -> None:
    print(f"{name:<9} | {line}", flush=True)


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > 2 or not 0 < int(text) < 100:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to 99")
    return int(text)
