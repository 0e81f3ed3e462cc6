"""Checks the whole record, and that the database has all that an anchor of it names."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from incidents.timeline import anchors
from kernel.db_timeouts import raised_db_timeouts


class Command(BaseCommand):
    help = (
        "Verify every timeline, as verify_timeline --all, and compare the database with an anchor: "
        "the newest in RECORD_ANCHORS, or the one that is named. Exits with 1 when one differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", type=Path, metavar="FILE", help="the anchor")
        parser.add_argument(
            "--public-key", default="", metavar="KEY", help="only this key counts, in base64"
        )

    @raised_db_timeouts()
    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["anchor"]
        if path is None and settings.RECORD_ANCHORS:
            path = anchors.newest(Path(settings.RECORD_ANCHORS))
        differs = path is not None and self._differs(path, options["public_key"])
        if path is None:
            self.stdout.write("No anchor: a database that was set back would not be noticed.")
        call_command("verify_timeline", "--all", stdout=self.stdout, no_color=options["no_color"])
        if differs:
            raise CommandError("The database is not the one that was anchored.")

    def _differs(self, path: Path, key: str) -> bool:
        try:
            content = anchors.read(path, key)
        except anchors.NoAnchor as error:
            raise CommandError(str(error)) from error
        problems = list(anchors.problems(content))
        for sentence in problems:
            self.stdout.write(self.style.ERROR(f"{path.name}: {sentence}."))
        if not problems:
            heads = content["incidents"]
            self.stdout.write(f"{path.name} holds: {heads} incidents at {content['at']}.")
        return bool(problems)
