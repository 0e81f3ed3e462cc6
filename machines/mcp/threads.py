"""Work with the database in a thread, with its connection given back before the answer is sent."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connections


async def in_thread[T](work: Callable[..., T], *arguments: Any) -> T:
    """``work(*arguments)``, off the event loop."""
    return await sync_to_async(_giving_back, thread_sensitive=False)(work, *arguments)


def _giving_back[T](work: Callable[..., T], *arguments: Any) -> T:
    try:
        return work(*arguments)
    finally:
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:  # as in a test that undoes all it did
                connection.close()
