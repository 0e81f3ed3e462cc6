"""Where the newest snapshot is kept for all processes: one value in Valkey, and a word about it."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.backoff import NoBackoff
from redis.retry import Retry

from comms.status.snapshot import Snapshot, pack, unpack

PATIENCE = 2.0
"""Seconds for an answer of Valkey."""


def key() -> str:
    return f"{_layer()['prefix']}:status"


def save(snapshot: Snapshot) -> None:
    """Keep it and tell every web process. Raises what Valkey's client raises."""
    pipe = _client(_url()).pipeline(transaction=True)
    pipe.set(key(), pack(snapshot))
    pipe.publish(key(), snapshot.print)
    pipe.execute()


def load() -> Snapshot | None:
    """The one that is kept, if there is one."""
    return unpack(_client(_url()).get(key()))


async def fetch(client: "AsyncRedis[bytes]") -> Snapshot | None:
    return unpack(await client.get(key()))


def listener() -> "AsyncRedis[bytes]":
    """A connection of its own, for a process that listens."""
    return AsyncRedis.from_url(_url(), socket_connect_timeout=PATIENCE, health_check_interval=5)


def _layer() -> Mapping[str, Any]:
    config: Mapping[str, Any] = settings.CHANNEL_LAYERS["default"]["CONFIG"]
    return config


def _url() -> str:
    return str(_layer()["hosts"][0])


@cache
def _client(url: str) -> "Redis[bytes]":
    return Redis.from_url(
        url,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
