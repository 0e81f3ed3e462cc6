"""Starts commands in front of a terminal, as a person has one, or with pipes, as a script has."""

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time

TIMEOUT_SECONDS = 60.0

WARROOM = [sys.executable, "-m", "warroom_cli"]
CAPTURE = [*WARROOM, "capture", "--"]

_IN_FRONT = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def piped(words: list[str], env: dict[str, str], typed: bytes = b"") -> tuple[int, bytes, bytes]:
    """Exit code as a shell sees it, output and errors."""
    run = subprocess.run(words, env=env, input=typed, capture_output=True, timeout=TIMEOUT_SECONDS)
    return shell_code(run.returncode), run.stdout, run.stderr


def shell_code(code: int) -> int:
    return code if code >= 0 else 128 - code


class Terminal:
    """A command in front of a terminal: type, wait for what it shows, read the rest."""

    def __init__(self, words: list[str], env: dict[str, str], size: tuple[int, int] = (24, 80)):
        self._master, slave = os.openpty()
        self.resize(*size)
        handles = {"stdin": slave, "stdout": slave, "stderr": slave}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _IN_FRONT, *words], env=env, start_new_session=True, **handles
        )
        os.close(slave)
        self.seen = b""
        self._looked = 0

    def resize(self, rows: int, columns: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)

    def write(self, keys: bytes) -> None:
        while keys:
            keys = keys[os.write(self._master, keys) :]

    def wait_for(self, text: bytes) -> None:
        """Until ``text`` is shown, after what was waited for before."""
        until = time.monotonic() + TIMEOUT_SECONDS
        while (place := self.seen.find(text, self._looked)) < 0:
            assert self._read(until), f"ended without {text!r}: {self.seen[-2000:]!r}"
        self._looked = place + len(text)

    def end(self) -> tuple[int, bytes]:
        """The exit code as a shell sees it, and all that was shown."""
        until = time.monotonic() + TIMEOUT_SECONDS
        while self._read(until):
            pass
        os.close(self._master)
        return shell_code(self._process.wait(TIMEOUT_SECONDS)), self.seen

    def kill(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def _read(self, until: float) -> bool:
        readable, _, _ = select.select([self._master], [], [], max(until - time.monotonic(), 0))
        assert readable, f"nothing more came: {self.seen[-2000:]!r}"
        try:
            chunk = os.read(self._master, 65536)
        except OSError:
            return False
        self.seen += chunk
        return bool(chunk)
