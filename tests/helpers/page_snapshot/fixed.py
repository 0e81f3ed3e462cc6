"""Whatever is random or asks the wall clock, made the same in every run.

``fix_randomness`` comes before anything of Django is imported, so that ``from uuid import uuid4``
finds the fixed one.
"""

import itertools
import random
import secrets
import time
import uuid
from collections import defaultdict
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

FIXED_UUID = "5eed5eed-5eed-4eed-8eed-"
_holders: list[Any] = []
"""Kept alive: the clock would be let go with its context manager."""


def fix_randomness() -> None:
    uuids = itertools.count(1)

    def uuid4() -> uuid.UUID:
        return uuid.UUID(f"{FIXED_UUID}{next(uuids):012x}")

    # A stream for each kind of secret: one more token of a form changes no public code.
    streams: defaultdict[object, random.Random] = defaultdict(lambda: random.Random(20260305))

    def token_bytes(nbytes: int | None = None) -> bytes:
        return streams[nbytes].randbytes(nbytes or 32)

    def choice(values: Any) -> Any:
        return streams[str(values)].choice(values)

    def randbelow(limit: int) -> int:
        return streams["below", limit].randrange(limit)

    uuid.uuid4 = uuid4
    secrets.token_bytes = token_bytes
    secrets.token_hex = lambda nbytes=None: token_bytes(nbytes).hex()
    secrets.choice = choice
    secrets.randbelow = randbelow
    random.seed(20260305)


def fix_clock(moment: datetime) -> Any:
    """The project's clock, and with it Django's and Python's, stand still until moved.

    Also before anything else of Django is imported, since some of it takes ``now`` by name.
    """
    try:
        from kernel import clock
    except ImportError:
        from kernel import clock
    from django.utils import timezone

    holder: AbstractContextManager[Any] = clock.at(moment)
    held = holder.__enter__()
    _holders.append(holder)
    timezone.now = clock.now
    time.time = lambda: clock.now().timestamp()
    return held
