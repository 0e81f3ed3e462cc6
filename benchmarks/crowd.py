"""Readers without browsers: many kept-open HTTP connections in one cheap process.

One ``epoll`` loop with no parsing beyond the length of an answer, so that what is measured is the
server. Each connection asks again as soon as it has its answer.
"""

import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe

BR, PLAIN = "br", "identity"
END = b"\r\n\r\n"


def request(port: int, path: str, accepts: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Accept-Encoding: {accepts}"]
    return "\r\n".join(lines).encode() + END


@dataclass(slots=True)
class Reader:
    """A connection with one request under way; ``rest`` is how much of its answer is to come."""

    sock: socket.socket
    asks: bytes
    buffer: bytearray = field(default_factory=bytearray)
    rest: int = -1

    def ask(self) -> None:
        self.rest = -1
        self.sock.sendall(self.asks)

    def read(self) -> bool:
        """Take what came; whether the answer is whole."""
        data = self.sock.recv(262_144)
        if not data:
            raise ConnectionError("the server closed a connection")
        if self.rest >= 0:
            self.rest -= len(data)
            return self.rest == 0
        self.buffer += data
        head = self.buffer.find(END)
        if head < 0:
            return False
        self.rest = length(bytes(self.buffer[:head])) + head + len(END) - len(self.buffer)
        self.buffer.clear()
        return self.rest == 0


def length(head: bytes) -> int:
    """Of the body. Anything but a 200 of a known length ends the measurement."""
    lines = head.lower().split(b"\r\n")
    if b" 200" not in lines[0]:
        raise ConnectionError(lines[0].decode("latin-1"))
    return next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))


class Crowd:
    """Connections to one server. ``asks`` are shared out among them in turn."""

    def __init__(self, port: int, asks: Sequence[bytes], size: int) -> None:
        self.readers: dict[int, Reader] = {}
        self.epoll = select.epoll()
        for number in range(size):
            sock = socket.create_connection(("127.0.0.1", port), timeout=30)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.readers[sock.fileno()] = Reader(sock, asks[number % len(asks)])
            self.epoll.register(sock, select.EPOLLIN)

    def run(self, *, seconds: float = float("inf"), answers: float = float("inf")) -> float:
        """Ask and ask again for so long or so often, then take what is under way.

        Returns answers a second.
        """
        began = time.perf_counter()
        came, waiting = 0, len(self.readers)
        for reader in self.readers.values():
            reader.ask()
        while waiting:
            for fd, _ in self.epoll.poll(10.0):
                reader = self.readers[fd]
                if not reader.read():
                    continue
                came += 1
                if time.perf_counter() - began < seconds and came + waiting <= answers:
                    reader.ask()
                else:
                    waiting -= 1
        return came / (time.perf_counter() - began)

    def close(self) -> None:
        for reader in self.readers.values():
            reader.sock.close()
        self.epoll.close()


def serve(orders: Pipe, port: int, asks: Sequence[bytes], size: int) -> None:
    """A crowd in a process of its own. An order is what ``run`` takes; ``None`` ends it."""
    crowd = Crowd(port, asks, size)
    orders.send("ready")
    while (order := orders.recv()) is not None:
        orders.send(crowd.run(**order))
    crowd.close()
