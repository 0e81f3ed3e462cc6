from argparse import ArgumentParser

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from incidents.models import Incident
from kernel import clock
from kernel.db_timeouts import raised_db_timeouts
from warroom import demo
from warroom.server import database_roles


class Command(BaseCommand):
    help = "Fill an empty Warroom with the demo: Scenario A at T+00:37."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="empty the database first")

    @raised_db_timeouts()
    def handle(self, *args: object, reset: bool = False, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("The demo is off: set DEMO=1 to let it write to this database.")
        call_command("migrate", interactive=False, verbosity=0)
        if not reset and Incident.objects.exists():
            self.stdout.write("The demo is there already; --reset starts it anew.")
            return
        if reset:
            self._empty()
        incident = demo.tell(demo.people(), demo.surfaces(), clock.now())
        self.stdout.write(f"{incident.reference} has reached T+00:37.")

    def _empty(self) -> None:
        """The record refuses to be emptied; a demo's is let go by switching its triggers off."""
        with database_roles.as_owner():
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
            try:
                call_command("flush", interactive=False, verbosity=0)
            finally:
                with connection.cursor() as cursor:
                    cursor.execute("SET session_replication_role = DEFAULT")
