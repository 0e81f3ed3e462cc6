import io
import sys
from argparse import ArgumentParser, ArgumentTypeError
from contextlib import ExitStack
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from warroom.up.banner import screen
from warroom.up.embedded import DataFolder
from warroom.up.servers import listening
from warroom.up.supervisor import Shape, supervise

_LOG_LINES = 20


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
        for kind in ("web", "workers", "beats"):
            how_many = f"how many {kind} processes; with several a dead one is started again"
            parser.add_argument(f"--{kind}", type=_count, default=1, metavar="N", help=how_many)

    def handle(self, *args: Any, **options: Any) -> None:
        # manage.py has checked the port and started the servers: see warroom.up.servers.
        host, port = listening(sys.argv[2:])
        call_command("migrate", verbosity=0, interactive=False, skip_checks=False)
        if settings.DEMO:
            call_command("demo", stdout=io.StringIO())
        elif not settings.DEBUG:
            call_command("collectstatic", verbosity=0, interactive=False)
        data = DataFolder.default()
        with ExitStack() as stack:
            log = sys.stdout if settings.DEBUG else stack.enter_context(data.programs_log.open("w"))
            # Flushed: into a pipe or a file the screen would else come with the end.
            text = screen(port, data.path)
            welcome = partial(print, text, end="", file=self.stdout, flush=True)
            shape = Shape(options["web"], options["workers"], options["beats"])
            stopped_by_user = supervise(host, port, data.path, log, welcome, shape)
        if not stopped_by_user:
            raise CommandError(f"A process ended by itself, so all were stopped. {self._why(data)}")

    def _why(self, data: DataFolder) -> str:
        if settings.DEBUG:
            return "The lines above say why."
        last = data.programs_log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        return "\n".join(["The log's last lines:", *last])


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 100:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 to 99")
    return int(text)
