from contextlib import nullcontext
from typing import Any

from django.core.management.commands import migrate

from warroom import fresh
from warroom.kernel.patience import patient


class Command(migrate.Command):
    """Django's, with the time that it takes: a new index on a long record needs minutes."""

    def handle(self, *args: Any, **options: Any) -> None:
        quick = fresh.is_empty(options["database"])
        with patient(), fresh.rendering_less() if quick else nullcontext():
            super().handle(*args, **options)
