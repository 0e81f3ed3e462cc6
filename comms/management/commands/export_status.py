from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comms.models import StatusSite
from comms.status import export, snapshot
from kernel import clock
from kernel.db_timeouts import raised_db_timeouts


class Command(BaseCommand):
    help = "Writes the public status site as static files with relative links."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("where", help="a folder, or storage:NAME for one of STORAGES")

    @raised_db_timeouts()
    def handle(self, *args: Any, where: str, **options: Any) -> None:
        wanted = StatusSite.objects.filter(pk=1).values_list("wanted", flat=True).first()
        latest = snapshot.make(wanted or 1, clock.now())
        try:
            count = export.export(latest, export.into(where))
        except OSError as error:
            raise CommandError(f"It could not be written to {where}: {error}") from error
        self.stdout.write(f"{count} files in {where}")
