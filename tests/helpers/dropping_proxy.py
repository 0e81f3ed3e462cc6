"""A way to a server that can be made to drop everything, as a lost network does.

Connections stay open on both sides: nobody is told. Those from before stay dead when it heals.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

START_SECONDS = 10


class DroppingProxy:
    def __init__(self, server: str, port: int) -> None:
        self._server, self._port = server, port
        self.port = 0
        self._drops = False
        self._dead: set[int] = set()
        self._count = 0

    def drop(self) -> None:
        """From now on nothing arrives; new connections are accepted and lead nowhere."""
        self._dead |= set(range(self._count))
        self._drops = True

    def heal(self) -> None:
        """New connections lead to the server again."""
        self._drops = False

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = self._count
        self._count += 1
        if self._drops:
            self._dead.add(number)
        there, back = await asyncio.open_connection(self._server, self._port)
        await asyncio.gather(self._pass(number, reader, back), self._pass(number, there, writer))

    async def _pass(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(65536):
                if number not in self._dead:
                    writer.write(chunk)
                    await writer.drain()
        writer.close()


@contextmanager
def dropping_proxy(server: str, port: int) -> Iterator[DroppingProxy]:
    proxy = DroppingProxy(server, port)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="dropping-proxy")
    thread.start()
    starting = asyncio.start_server(proxy._serve, "127.0.0.1", 0)
    listener = asyncio.run_coroutine_threadsafe(starting, loop).result(START_SECONDS)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        asyncio.run_coroutine_threadsafe(_end(listener), loop).result(START_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_SECONDS)
        loop.close()


async def _end(listener: asyncio.Server) -> None:
    listener.close()
    listener.close_clients()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
