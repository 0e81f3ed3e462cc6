"""Writes an anchor of the record now, or says with which key anchors are signed."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from incidents.timeline import anchors
from kernel import clock
from kernel.db_timeouts import raised_db_timeouts


class Command(BaseCommand):
    help = "Sign the ends of all timelines as they are now, into FILE or to the terminal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="where to write it")
        parser.add_argument(
            "--public-key", action="store_true", help="print the public key instead"
        )

    @raised_db_timeouts()
    def handle(self, *args: Any, **options: Any) -> None:
        if options["public_key"]:
            self.stdout.write(anchors.public_key())
            return
        text = anchors.anchor(clock.now())
        if options["file"]:
            options["file"].write_text(text)
        else:
            self.stdout.write(text, ending="")
