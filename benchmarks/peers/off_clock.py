"""Runs a module of Python in a process whose clock is off: ``off_clock SECONDS MODULE WORDS…``."""

import runpy
import sys
import time
from datetime import timedelta

from kernel import clock


def main() -> None:
    by, module = float(sys.argv[1]), sys.argv[2]
    true_time, true_now = time.time, clock.now
    time.time = lambda: true_time() + by
    clock.now = lambda: true_now() + timedelta(seconds=by)
    sys.argv = [module, *sys.argv[3:]]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
