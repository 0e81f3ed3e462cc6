from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connection

from incidents.timeline.row_checks import lifted
from kernel.db_timeouts import raised_db_timeouts
from warroom.server import database_roles
from warroom.up import fast_migrate


class Command(migrate.Command):
    """Django's, as the role that owns the tables, and with the time that it takes.

    A new index on a long record needs minutes. Where a role of its own owns the tables, that of the
    application gets what it needs at the end (``docs/operators.md``, Two roles).
    """

    def handle(self, *args: Any, **options: Any) -> None:
        serving = dict(connection.settings_dict)
        with database_roles.as_owner(), raised_db_timeouts(), lifted():
            if not settings.MIGRATION_DATABASE:
                self._migrate(*args, **options)
                return
            try:
                database_roles.prepare(serving["USER"], serving["PASSWORD"])
                self._migrate(*args, **options)
                database_roles.grant(serving["USER"])
            except database_roles.NoRole as error:
                raise CommandError(str(error)) from error

    def _migrate(self, *args: Any, **options: Any) -> None:
        quick = fast_migrate.is_empty(options["database"])
        with fast_migrate.rendering_less() if quick else nullcontext():
            super().handle(*args, **options)
