from contextlib import nullcontext
from typing import Any

from django.core.management.commands import migrate

from kernel.db_timeouts import raised_db_timeouts
from warroom.up import fast_migrate


class Command(migrate.Command):
    """Django's, with the time that it takes: a new index on a long record needs minutes."""

    def handle(self, *args: Any, **options: Any) -> None:
        quick = fast_migrate.is_empty(options["database"])
        with raised_db_timeouts(), fast_migrate.rendering_less() if quick else nullcontext():
            super().handle(*args, **options)
