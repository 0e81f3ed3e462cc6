"""What a command printed, of which a limited part is kept: its head and its tail."""

from collections import deque

MAX_TEXT_BYTES = 1024 * 1024
"""The most that the server takes of a text."""

_KEPT_BYTES = MAX_TEXT_BYTES - 64 * 1024
"""Kept while it runs; marks of secrets and what is no UTF-8 make a text longer."""


class Recorder:
    """Hears the output as it comes, in a memory that does not grow with it."""

    def __init__(self) -> None:
        self.total = 0
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0

    def hear(self, chunk: bytes) -> None:
        self.total += len(chunk)
        half = _KEPT_BYTES // 2
        room = half - len(self._head)
        if room > 0:
            self._head += chunk[:room]
            chunk = chunk[room:]
        if not chunk:
            return
        self._tail.append(chunk)
        self._tail_size += len(chunk)
        while self._tail_size - len(self._tail[0]) >= half:
            self._tail_size -= len(self._tail.popleft())

    def text(self, size: int = _KEPT_BYTES) -> str:
        """At most ``size`` bytes of output, with a line that says how much was left out."""
        head, tail = bytes(self._head), b"".join(self._tail)
        if self.total == len(head) + len(tail):
            head = tail = head + tail
            if self.total <= size:
                return _decoded(head)
        head = _to_last_line_end(head[: size // 2])
        tail = _from_first_line(tail[-(size // 2) :])
        left_out = self.total - len(head) - len(tail)
        return (
            f"{_decoded(head)}\n"
            f"… warroom capture left out {left_out:,} of {self.total:,} bytes here …\n"
            f"{_decoded(tail)}"
        )


def _to_last_line_end(head: bytes) -> bytes:
    """A secret that is cut in two is not recognised: lines are kept whole."""
    return head[: head.rfind(b"\n")] if b"\n" in head else head


def _from_first_line(tail: bytes) -> bytes:
    start = tail.find(b"\n") + 1
    return tail[start:] if start < len(tail) else tail


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "replace").replace("\r\n", "\n")
