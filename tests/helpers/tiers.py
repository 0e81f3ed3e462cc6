"""How large a test is: one environment variable, read here and nowhere else.

``TEST_TIER`` is one of

``quick``
    pure tests alone; no server may be started (``make quick``)
``test``
    every test, in breadth: a race a few times, a short life of a state machine (the default)
``prove``
    the same tests at full length (``make prove``)

A test that repeats, generates or sends takes its size from ``in_tier``::

    ROUNDS = in_tier(test=3, prove=50)
"""

import os

QUICK = "quick"
TEST = "test"
PROVE = "prove"

TIER = os.environ.get("TEST_TIER") or TEST
if TIER not in {QUICK, TEST, PROVE}:
    raise RuntimeError(f"TEST_TIER is {TIER!r}: it must be {QUICK!r}, {TEST!r} or {PROVE!r}")


def in_tier[T](*, test: T, prove: T) -> T:
    """The size that this run asks for; ``make quick`` takes that of ``make test``."""
    return prove if TIER == PROVE else test
