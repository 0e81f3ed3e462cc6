"""A network between two programs, which can be cut: a TCP port in front of a Unix socket.

Refused: the port answers that nobody is there, and what was connected is reset. Silent: everything
looks connected and nothing arrives. What was open in that time stays dead afterwards, without an
end, as behind a firewall that has forgotten its connections: only new connections work.
"""

import asyncio
import contextlib
import threading
from pathlib import Path

_PIECE = 65_536


class Line:
    """Listens on ``port`` from the start. Its methods may be called from any thread."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._silent = False
        self._open: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="line")
        self._thread.start()
        self.port = 0
        self._do(self._listen())

    def refuse(self) -> None:
        self._do(self._cut())

    def fall_silent(self) -> None:
        self._do(self._hush())

    def mend(self) -> None:
        self._do(self._mend())

    def close(self) -> None:
        self._do(self._cut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, what: object) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)  # type: ignore[arg-type]

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()
        for task in tuple(self._carrying):
            task.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _hush(self) -> None:
        """Connections are still taken, and nothing is carried on any of them ever again."""
        self._silent = True
        for task in tuple(self._carrying):
            task.cancel()

    async def _mend(self) -> None:
        self._silent = False
        if not self._server.is_serving():
            await self._listen()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        if self._silent:
            return
        try:
            there, back = await asyncio.open_unix_connection(str(self.target))
        except OSError:
            writer.transport.abort()
            return
        self._open.add(back)
        for one, other in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._carry(one, other))
            self._carrying.add(task)
            task.add_done_callback(self._carrying.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_PIECE):
                writer.write(piece)
                await writer.drain()
        writer.close()
        self._open.discard(writer)
