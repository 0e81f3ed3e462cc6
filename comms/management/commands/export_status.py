from argparse import ArgumentParser
from typing import Any

from django.core.files.storage import InvalidStorageError
from django.core.management.base import BaseCommand, CommandError

from comms.models import StatusSite
from comms.status import export, public_anchor, snapshot
from kernel import clock
from kernel.db_timeouts import raised_db_timeouts


class Command(BaseCommand):
    help = "Writes the public status site as static files with relative links."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("where", help="a folder, or storage:NAME for one of STORAGES")

    @raised_db_timeouts()
    def handle(self, *args: Any, where: str, **options: Any) -> None:
        if not where.strip():
            raise CommandError("Name a folder for the files, or storage:NAME for a storage.")
        try:
            target = export.into(where)
        except InvalidStorageError as error:
            raise CommandError(f"There is no such storage: {error}") from error
        wanted = StatusSite.objects.filter(pk=1).values_list("wanted", flat=True).first()
        latest = snapshot.make(wanted or 1, clock.now())
        try:
            count = export.export(latest, target)
            count += public_anchor.write(target, clock.now())
        except (OSError, ValueError) as error:
            raise CommandError(f"It could not be written to {where}: {error}") from error
        self.stdout.write(f"{count} files in {where}")
