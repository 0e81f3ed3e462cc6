"""The newest snapshot for all processes: one value in Valkey, published on a channel."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.backoff import NoBackoff
from redis.retry import Retry

from comms.status.snapshot import Snapshot, pack, unpack

TIMEOUT_SECONDS = 2.0
"""For an answer of Valkey."""


def key() -> str:
    return f"{_layer()['prefix']}:status"


def save(snapshot: Snapshot) -> None:
    """Store it and notify every web process. Raises what Valkey's client raises."""
    pipe = _client(_url()).pipeline(transaction=True)
    pipe.set(key(), pack(snapshot))
    pipe.publish(key(), snapshot.print)
    pipe.execute()


def load() -> Snapshot | None:
    """The stored snapshot, if there is one."""
    return unpack(_client(_url()).get(key()))


async def fetch(client: "AsyncRedis[bytes]") -> Snapshot | None:
    return unpack(await client.get(key()))


def listener() -> "AsyncRedis[bytes]":
    """A separate connection, for a process that subscribes."""
    return AsyncRedis.from_url(
        _url(), socket_connect_timeout=TIMEOUT_SECONDS, health_check_interval=5
    )


def _layer() -> Mapping[str, Any]:
    config: Mapping[str, Any] = settings.CHANNEL_LAYERS["default"]["CONFIG"]
    return config


def _url() -> str:
    return str(_layer()["hosts"][0])


@cache
def _client(url: str) -> "Redis[bytes]":
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
