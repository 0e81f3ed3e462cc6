"""How long the database may be waited for, where serving's limits are too short.

A request or a tick has seconds; a migration, a check of the whole record or a closure package may
take minutes. Outside of these blocks nobody waits that long by accident.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import Error, connection

_LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")

FOREVER = timedelta(0)
"""As long as it takes: for commands, where somebody sits and can stop it."""


@contextmanager
def raised_db_timeouts(limit: timedelta = FOREVER) -> Iterator[None]:
    """Within the block this thread's statements, locks and transactions may take ``most`` each."""
    with connection.cursor() as cursor:
        for name in _LIMITS:
            cursor.execute(
                "SELECT set_config(%s, %s, false)", [name, f"{limit.total_seconds():.0f}s"]
            )
    try:
        yield
    finally:
        _as_before()


def _as_before() -> None:
    """Back to what the connection began with, before somebody else has it from the pool."""
    if connection.connection is None or connection.needs_rollback:
        return  # a new one begins with its own limits, and the rollback takes ours back
    try:
        with connection.cursor() as cursor:
            for name in _LIMITS:
                cursor.execute(f"RESET {name}")
    except Error:
        connection.close()
