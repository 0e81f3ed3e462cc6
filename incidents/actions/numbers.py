"""Numbers that people say: of incidents, and of what belongs to one.

Those of open incidents count up. A restricted incident draws its number from another series at
random, so that no gap tells anybody of it (docs/decisions/0025-numbers.md).
"""

import secrets

from django.db.models import Model

RESTRICTED_FROM, RESTRICTED_TO = 100_000, 999_999
"""Six figures: far over what open incidents reach, and short enough to be said."""


def draw_number(model: type[Model], *, restricted: bool) -> int | None:
    """A primary key for a new row; None for the next of the series that counts."""
    if not restricted:
        return None
    while True:
        number = RESTRICTED_FROM + secrets.randbelow(RESTRICTED_TO - RESTRICTED_FROM + 1)
        if not model._default_manager.filter(pk=number).exists():
            return number
