"""A thread with its own database connection, kept open, for reading and rendering."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import InterfaceError, OperationalError, connection


class DbThread:
    """Runs one function after the other away from the event loop.

    ``sync_to_async`` would put a hub's reads in one line with those of every other consumer, and
    Channels would check the connection around each.
    """

    def __init__(self, name: str) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"live-{name}")

    async def __call__[**P, T](self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: _read(read, *args, **kwargs))

    def close(self) -> None:
        self._thread.submit(lambda: connection.close())  # looked up there: each thread has its own
        self._thread.shutdown(wait=False)


def _read[**P, T](read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Once more on a new connection when the old one turned out dead: reads can be repeated."""
    try:
        return read(*args, **kwargs)
    except (InterfaceError, OperationalError):
        connection.close()
        return read(*args, **kwargs)
