"""kombu's transport for Valkey, for which a connection that was let go of is a fault like others.

When Valkey goes away while a task is at work, kombu drops the connection's settings first, and then
asks for them to acknowledge the task or to give it back. That raised an ``AttributeError``, which
ends a worker; a ``ConnectionError`` is what its callers expect. What the task was for is claimed in
the database, and the next tick asks for it again.
"""

from typing import Any

import kombu.transport
from kombu.transport import redis
from redis.exceptions import ConnectionError


class Channel(redis.Channel):
    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        if self.connection is None or self.connection.client is None:
            raise ConnectionError("This connection to the broker was let go of.")
        return super()._connparams(asynchronous)


class Transport(redis.Transport):
    Channel = Channel


def install() -> None:
    """Have every address of Valkey or Redis reached through it."""
    path = f"{Transport.__module__}:{Transport.__name__}"
    kombu.transport.TRANSPORT_ALIASES.update(redis=path, rediss=path)
