"""What tests capture: each name on the command line is one thing that a command may do."""

import os
import signal
import sys
import time


def colours() -> None:
    """5 MiB, coloured, in lines that differ, on both outputs."""
    for number in range(60_000):
        print(f"\x1b[3{number % 8}mline {number:06} " + "ü·" * 16 + "\x1b[0m")
        if number % 10_000 == 0:
            sys.stdout.flush()
            print(f"\x1b[31merror {number}\x1b[0m", file=sys.stderr, flush=True)


def ask() -> None:
    print(f"Hello {input('Name? ')}")


def terminals() -> None:
    print([os.isatty(handle) for handle in (0, 1, 2)])
    if os.isatty(1):
        print(os.get_terminal_size(1))


def resized() -> None:
    shown: list[os.terminal_size] = []
    signal.signal(signal.SIGWINCH, lambda *_: shown.append(os.get_terminal_size(1)))
    print("READY", flush=True)
    while not shown:
        signal.pause()
    print(shown[-1])


def last_words() -> None:
    """Ends in its own way when it is interrupted, and counts how often."""
    heard: list[int] = []

    def hear(number: int, _: object) -> None:
        heard.append(number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, hear)
    print("READY", flush=True)
    while not heard:
        signal.pause()
    until = time.monotonic() + 0.3  # a second one would come at once
    while time.monotonic() < until:
        select_nothing(until - time.monotonic())
    print(f"heard {[signal.Signals(number).name for number in heard]}", flush=True)
    sys.exit(7)


def select_nothing(seconds: float) -> None:
    import select

    select.select([], [], [], max(seconds, 0))


def wait() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    print("READY", flush=True)
    while True:
        signal.pause()


def binary() -> None:
    sys.stdout.buffer.write(bytes(range(256)) * 300)


def fail() -> None:
    sys.exit(3)


def killed() -> None:
    sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)


def secrets() -> None:
    print("password=hunter2-of-the-shop")
    print("ok")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        globals()[name]()
