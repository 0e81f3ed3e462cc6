import io
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from warroom.embedded import DataFolder
from warroom.start import listening
from warroom.supervisor import supervise
from warroom.welcome import screen

_SHOWN = 20


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

    def handle(self, *args: Any, **options: Any) -> None:
        # manage.py has checked the port and started the servers: see warroom.start.
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
            said = screen(port, data.path)
            welcome = partial(print, said, end="", file=self.stdout, flush=True)
            told = supervise(host, port, data.path, log, welcome)
        if not told:
            raise CommandError(f"A process ended by itself, so all were stopped. {self._why(data)}")

    def _why(self, data: DataFolder) -> str:
        if settings.DEBUG:
            return "The lines above say why."
        last = data.programs_log.read_text(errors="replace").splitlines()[-_SHOWN:]
        return "\n".join(["The log's last lines:", *last])
