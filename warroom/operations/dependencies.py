"""Whether each part answers: asked by load balancers, by Prometheus, and by the page for admins."""

from functools import cache

import psycopg
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from redis import Redis
from redis.exceptions import RedisError

REDIS_TIMEOUT_SECONDS = 1.0
"""Seconds for Valkey to answer."""


DATABASE_TIMEOUT_SECONDS = 2.0
"""To get a connection: who asks whether we can serve wants to know before they give up."""


def database() -> bool:
    return database_takes_changes() is not None


def database_takes_changes() -> bool | None:
    """False of a standby, and of a server that was set so; ``None`` when it does not answer."""
    try:
        _require_connection()
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            return bool(cursor.fetchone()[0] == "off")
    except (Error, psycopg.Error):
        return None


def _require_connection() -> None:
    """A request waits longer for the pool. Raises ``psycopg.Error`` where none comes in time."""
    pool = connection.pool
    if pool is None or connection.connection is not None:
        return
    pool.open()
    pool.putconn(pool.getconn(timeout=DATABASE_TIMEOUT_SECONDS))


def redis_seconds() -> int | None:
    """For how long Valkey has been up; ``None`` when it does not answer."""
    try:
        with Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=REDIS_TIMEOUT_SECONDS,
            socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        ) as redis:
            return int(redis.info("server")["uptime_in_seconds"])
    except (RedisError, OSError):
        return None


def pending_migrations() -> list[str]:
    """What this version of the code has, and the database not yet. One query."""
    applied = MigrationRecorder.Migration.objects.values_list("app", "name")
    return sorted(".".join(migration) for migration in _migrations() - set(applied))


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """The files do not change while a process runs."""
    return frozenset(MigrationLoader(None).disk_migrations)
