"""Browsers without a browser: many raw WebSocket connections in one cheap process.

One ``epoll`` loop, no task per connection, so that what is measured is the server.
It answers pings and whether it is still there, counts the messages that begin as asked, and says
when the last of them came.
"""

import base64
import os
import resource
import select
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import batched
from multiprocessing.connection import Connection as Pipe

MARK = b'{"type":"entries"'
ASK, HERE = b'{"type":"ask"}', bytes([0x81, 0x84, 0, 0, 0, 0]) + b"here"
TEXT, PING, CLOSE = 1, 9, 8
BATCH_SIZE = 50
"""Handshakes under way."""


@dataclass(slots=True)
class Viewer:
    sock: socket.socket
    buffer: bytearray = field(default_factory=bytearray)


def connect(port: int, path: str, cookie: str = "") -> Viewer:
    """Shake hands with a server on this machine."""
    return answered(knock(port, path, cookie), path)


def knock(port: int, path: str, cookie: str = "") -> socket.socket:
    """Ask to come in."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=60)
    sock.sendall(handshake(port, path, cookie))
    return sock


def handshake(port: int, path: str, cookie: str = "") -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Origin: http://127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *([f"Cookie: {cookie}"] if cookie else []),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def answered(sock: socket.socket, path: str) -> Viewer:
    """Wait for the answer of the server, which has to be yes."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = sock.recv(4096)
        if not piece:
            raise ConnectionError(f"{path}: closed while shaking hands")
        head += piece
    answer, _, rest = head.partition(b"\r\n\r\n")
    if b" 101 " not in answer.partition(b"\r\n")[0]:
        raise ConnectionError(f"{path}: {answer.decode('latin-1')}")
    sock.setblocking(False)
    return Viewer(sock, bytearray(rest))


class Crowd:
    """All connections to one server."""

    def __init__(self) -> None:
        self.by_fd: dict[int, Viewer] = {}
        self.epoll = select.epoll()
        self.room = memoryview(bytearray(65_536))  # read into, so that nothing is made for it

    def come(self, seats: Sequence["Address"]) -> None:
        """Several at once."""
        for sock, seat in [(knock(*seat), seat) for seat in seats]:
            self.by_fd[sock.fileno()] = answered(sock, seat[1])
            self.epoll.register(sock.fileno(), select.EPOLLIN)

    def read(self, timeout: float) -> int:
        """Wait for anything, read it; returns how many marked messages came."""
        came = 0
        for fd, _ in self.epoll.poll(timeout):
            viewer = self.by_fd[fd]
            size = viewer.sock.recv_into(self.room)
            if not size:
                raise ConnectionError("the server closed a connection")
            viewer.buffer += self.room[:size]
            came += _frames(viewer)
        return came

    def settle(self, seconds: float) -> int:
        """Read for a while; returns how many marked messages came."""
        until, came = time.perf_counter() + seconds, 0
        while (left := until - time.perf_counter()) > 0:
            came += self.read(left)
        return came

    def until(self, wanted: int, timeout_seconds: float) -> float:
        """The moment at which the last of ``wanted`` marked messages had come."""
        deadline = time.perf_counter() + timeout_seconds
        while wanted > 0:
            left = deadline - time.perf_counter()
            if left <= 0:
                raise TimeoutError(f"{wanted} messages did not come within {timeout_seconds} s")
            wanted -= self.read(left)
        return time.perf_counter()


def _frames(viewer: Viewer) -> int:
    """Take the whole frames out of a buffer (server frames are not masked)."""
    buffer, at, came = viewer.buffer, 0, 0
    while len(buffer) - at >= 2:
        opcode, size, start = buffer[at] & 15, buffer[at + 1], at + 2
        if size == 126:
            if len(buffer) < at + 4:
                break
            (size,), start = struct.unpack_from("!H", buffer, at + 2), at + 4
        elif size == 127:
            if len(buffer) < at + 10:
                break
            (size,), start = struct.unpack_from("!Q", buffer, at + 2), at + 10
        if len(buffer) < start + size:
            break
        if opcode == TEXT:
            if buffer.startswith(MARK, start):
                came += 1
            elif buffer.startswith(ASK, start):
                viewer.sock.send(HERE)
        elif opcode == PING:
            viewer.sock.send(bytes([0x8A, 0x80 | size, 0, 0, 0, 0]) + buffer[start : start + size])
        elif opcode == CLOSE:
            raise ConnectionError(bytes(buffer[start + 2 : start + size]).decode() or "closed")
        at = start + size
    del buffer[:at]
    return came


def more_files() -> None:
    """Ask for as many open files as the system lets us have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


type Address = tuple[int, str, str]
"""Port, path, cookie."""


def watch(orders: Pipe, crowds: dict[str, list[Address]]) -> None:
    """The client process. An order is a crowd's name and a timeout in seconds; the answers are
    "armed" and then the moment at which the last viewer had its message. ``None`` ends it."""
    more_files()
    open_crowds: dict[str, Crowd] = {}
    for name, seats in crowds.items():
        open_crowds[name] = Crowd()
        for some in batched(seats, BATCH_SIZE, strict=False):
            open_crowds[name].come(some)
            for crowd in open_crowds.values():
                crowd.settle(0.005)
    for crowd in open_crowds.values():
        crowd.settle(1.0)
    orders.send("ready")
    while True:
        while not orders.poll(0.05):
            for crowd in open_crowds.values():
                crowd.settle(0.005)
        order = orders.recv()
        if order is None:
            return
        name, timeout_seconds = order
        crowd = open_crowds[name]
        crowd.settle(0.02)
        orders.send("armed")
        orders.send(crowd.until(len(crowd.by_fd), timeout_seconds))
