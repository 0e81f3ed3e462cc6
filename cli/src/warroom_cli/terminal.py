"""Runs a command as if nobody listened, and hears what it prints.

In front of a terminal the command has one of its own (a pty): colours, prompts, Ctrl-C, Ctrl-Z
and the size of the window are as without us. Otherwise each of its outputs goes through a pipe,
or through a pty where that output is a terminal, and its input is ours, untouched.
"""

import fcntl
import os
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import NamedTuple, NoReturn

CHUNK_BYTES = 64 * 1024
MAX_LEFT_BYTES = 1024 * 1024
"""Read after the command has ended; what it left running in the background may print for ever."""

_STATUS = struct.Struct("i")
_ENDING = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP)
_FORWARDED = (*_ENDING, signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH)
_OF_KEYS = {signal.SIGINT, signal.SIGQUIT}
_NOT_FOUND, _NOT_EXECUTABLE = 127, 126

Hear = Callable[[bytes], None]


class _Own(NamedTuple):
    """A terminal of the command's own; ``slave`` is held so that it does not end before that."""

    master: int
    slave: int
    stop_too: Callable[[], None]


class NotRun(Exception):
    """There is no such command; ``exit_code`` is the one that a shell gives then."""

    def __init__(self, exit_code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def run(words: list[str], hear: Hear, meanwhile: Callable[[], None]) -> int:
    """The exit code of the command, 128 + n when signal n ended it. Raises ``NotRun``.

    ``meanwhile`` is called once it has started, and must not take long.
    """
    _check_command(words[0])
    sys.stdout.flush()
    if _is_in_front():
        return _run_in_own_terminal(words, hear, meanwhile)
    return _run_beside(words, hear, meanwhile)


def _check_command(name: str) -> None:
    if shutil.which(name):
        return
    if os.sep in name and os.path.exists(name):
        raise NotRun(_NOT_EXECUTABLE, f"{name} cannot be executed.")
    raise NotRun(_NOT_FOUND, f"There is no command {name}.")


def _is_in_front() -> bool:
    """Whether somebody types into our terminal and reads it, and we are in its foreground."""
    if not (os.isatty(0) and os.isatty(1)):
        return False
    with suppress(OSError):
        return os.tcgetpgrp(0) == os.getpgrp()
    return False


# -- With a terminal of its own ----------------------------------------------------------------


def _run_in_own_terminal(words: list[str], hear: Hear, meanwhile: Callable[[], None]) -> int:
    master, slave = os.openpty()
    typed_mode = termios.tcgetattr(0)
    termios.tcsetattr(slave, termios.TCSANOW, typed_mode)
    _copy_size(1, slave)
    errors, errors_end = (-1, slave) if os.isatty(2) else os.pipe()
    status, status_end = os.pipe()
    leader = os.fork()
    if leader == 0:
        _lead(words, slave, errors_end, status_end)
    os.close(status_end)
    outputs = {master: 1}
    os.set_blocking(master, False)
    if errors != -1:
        os.close(errors_end)
        outputs[errors] = 2
    os.read(status, _STATUS.size)  # the command is in the foreground

    def forward(number: int) -> None:
        if number == signal.SIGWINCH:
            _copy_size(1, master)  # which sends it to the foreground of that terminal
        else:
            os.killpg(os.tcgetpgrp(master), number)

    def stop_too() -> None:
        termios.tcsetattr(0, termios.TCSADRAIN, typed_mode)
        os.kill(0, signal.SIGTSTP)  # as the key would have; we go on from here with SIGCONT
        tty.setraw(0, termios.TCSADRAIN)
        _copy_size(1, master)
        os.killpg(os.tcgetpgrp(master), signal.SIGCONT)

    try:
        with _forwarding(forward):
            tty.setraw(0, termios.TCSADRAIN)
            meanwhile()
            wait_status = _pump(outputs, hear, status, _Own(master, slave, stop_too))
    finally:
        with suppress(OSError, termios.error):
            termios.tcsetattr(0, termios.TCSADRAIN, typed_mode)
        os.waitpid(leader, 0)
    return _exit_code(wait_status)


def _lead(words: list[str], slave: int, errors: int, status: int) -> NoReturn:
    """The leader of the new terminal's session: only below one can a command be stopped by a key.

    It writes the command's process number, then each wait status, to ``status``.
    """
    try:
        os.setsid()
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        before = {
            number: signal.signal(number, signal.SIG_IGN) for number in (*_ENDING, signal.SIGTTOU)
        }
        command = os.fork()
        if command == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(slave, os.getpid())
            for number, handler in before.items():
                signal.signal(number, handler)
            _execute(words, slave, errors)
        with suppress(OSError):  # whichever of the two comes first; the other may be too late
            os.setpgid(command, command)
            os.tcsetpgrp(slave, command)
        os.write(status, _STATUS.pack(command))
        while os.WIFSTOPPED(wait_status := os.waitpid(command, os.WUNTRACED)[1]):
            os.write(status, _STATUS.pack(wait_status))
        # What still runs in the background is not hung up on when this process ends.
        with suppress(OSError):
            os.tcsetpgrp(slave, os.getpgrp())
        os.close(slave)
        os.write(status, _STATUS.pack(wait_status))
        os._exit(0)
    finally:
        os._exit(1)


def _execute(words: list[str], slave: int, errors: int) -> NoReturn:
    try:
        os.dup2(slave, 0)
        os.dup2(slave, 1)
        os.dup2(errors, 2)
        for name in ("SIGPIPE", "SIGXFSZ"):  # which Python ignores
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        os.execvp(words[0], words)  # noqa: S606
    except OSError as error:
        os.write(2, f"warroom: {words[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(_NOT_EXECUTABLE)


# -- Without one -------------------------------------------------------------------------------


def _run_beside(words: list[str], hear: Hear, meanwhile: Callable[[], None]) -> int:
    """In our own process group, so that a terminal's keys and a pipeline's end reach it too."""
    out, out_end = _channel(1)
    errors, errors_end = (out, out_end) if _is_same_file(1, 2) else _channel(2)
    outputs = {errors: 2, out: 1}
    try:
        process = subprocess.Popen(words, stdout=out_end, stderr=errors_end, close_fds=False)
    except OSError as error:
        raise NotRun(_NOT_EXECUTABLE, f"{words[0]}: {error.strerror}.") from None
    finally:
        for end in {out_end, errors_end}:
            os.close(end)
    status, status_end = os.pipe()

    def forward(number: int) -> None:
        if number == signal.SIGWINCH:
            for source, target in outputs.items():
                _copy_size(target, source)
        if not (number in _OF_KEYS and _is_key_heard_by_all()):
            process.send_signal(number)

    def wait() -> None:
        process.wait()
        os.write(status_end, _STATUS.pack(0))

    with _forwarding(forward):
        Thread(target=wait, daemon=True).start()
        meanwhile()
        _pump(dict(outputs), hear, status)
    code: int = process.wait()
    return code if code >= 0 else 128 - code


def _channel(target: int) -> tuple[int, int]:
    """A reading and a writing end: a terminal where ``target`` is one, else a pipe."""
    if not os.isatty(target):
        return os.pipe()
    master, slave = os.openpty()
    tty.setraw(slave)  # the real terminal makes line ends of what arrives
    _copy_size(target, slave)
    return master, slave


def _is_same_file(one: int, other: int) -> bool:
    try:
        return os.path.sameopenfile(one, other)
    except OSError:
        return False


def _is_key_heard_by_all() -> bool:
    """Whether we are in the foreground of a terminal, which sends Ctrl-C to the command itself."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


# -- What both share ---------------------------------------------------------------------------


def _pump(
    outputs: dict[int, int],
    hear: Hear,
    status: int,
    own: _Own | None = None,
) -> int:
    """Copy ``outputs`` (from each to each), and keys to its ``own`` terminal, until the end.

    Wait statuses are read from ``status``; the last one is returned.
    """
    typed = b""
    keys = [0] if own else []
    while True:
        sources = [status, *outputs, *([] if typed else keys)]
        targets = [own.master] if own and typed else []
        readable, writable, _ = select.select(sources, targets, [])
        for source in outputs.keys() & set(readable):
            _copy(outputs, source, hear)
        if keys and 0 in readable:
            typed = _read(0)
            keys = keys if typed else []
        if own and own.master in writable:
            typed = _type(own.master, typed)
        if own and own.master not in outputs:  # nobody reads us any more
            keys, typed = [], b""
        if status in readable:
            wait_status = _wait_status(os.read(status, _STATUS.size))
            if not os.WIFSTOPPED(wait_status):
                break
            if own:
                own.stop_too()
    if own:
        os.close(own.slave)
    _drain(outputs, hear)
    for source in outputs:
        os.close(source)
    os.close(status)
    return wait_status


def _wait_status(content: bytes) -> int:
    """That of a killed command, when who waits for it was killed itself."""
    return int(_STATUS.unpack(content)[0]) if content else int(signal.SIGKILL)


def _drain(outputs: dict[int, int], hear: Hear) -> None:
    left = MAX_LEFT_BYTES
    while outputs and left > 0:
        readable, _, _ = select.select([*outputs], [], [], 0)
        if not readable:
            return
        for source in readable:
            left -= _copy(outputs, source, hear)


def _copy(outputs: dict[int, int], source: int, hear: Hear) -> int:
    """Pass one chunk on; an output whose reader is gone is closed, so that the command notices."""
    try:
        chunk = os.read(source, CHUNK_BYTES)
    except BlockingIOError:
        return 0
    except OSError:  # a terminal that nobody holds any more ends so
        chunk = b""
    if chunk:
        hear(chunk)
    if not chunk or not _write(outputs[source], chunk):
        del outputs[source]
        os.close(source)
    return len(chunk)


def _write(target: int, chunk: bytes) -> bool:
    """Write all of it; ``False`` when nobody reads."""
    view = memoryview(chunk)
    while view:
        try:
            view = view[os.write(target, view) :]
        except BlockingIOError:
            select.select([], [target], [])
        except OSError:
            return False
    return True


def _read(source: int) -> bytes:
    try:
        return os.read(source, CHUNK_BYTES)
    except OSError:
        return b""


def _type(keyboard: int, typed: bytes) -> bytes:
    """What is left to type."""
    try:
        return typed[os.write(keyboard, typed) :]
    except BlockingIOError:
        return typed
    except OSError:
        return b""


@contextmanager
def _forwarding(forward: Callable[[int], None]) -> Iterator[None]:
    """Signals that we get go to the command; those that we were started to ignore stay ignored."""

    def handle(number: int, frame: object) -> None:
        with suppress(OSError):
            forward(number)

    before = {
        number: signal.signal(number, handle)
        for number in _FORWARDED
        if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _copy_size(source: int, target: int) -> None:
    """The size of a window, where both are terminals."""
    with suppress(OSError):
        size = fcntl.ioctl(source, termios.TIOCGWINSZ, b"\0" * 8)
        fcntl.ioctl(target, termios.TIOCSWINSZ, size)


def _exit_code(wait_status: int) -> int:
    code = os.waitstatus_to_exitcode(wait_status)
    return code if code >= 0 else 128 - code
