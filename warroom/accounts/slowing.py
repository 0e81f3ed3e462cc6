"""Guessing passwords is slowed down, and nobody is locked out (docs/decisions/0024).

Failures are counted by account *and* network, so that nobody can shut another out; by network, more
loosely, against guessing at many accounts; and by account alone, which only lessens the free tries.
A browser in which somebody has signed in before counts for itself.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache

MEMORY = timedelta(hours=1)
"""How long failures count."""

MAX_WAIT_SECONDS = 60
ATTACKED_AFTER = 50
"""Failures for one account, from anywhere, from which on each network has fewer free tries."""

FREE_TRIES_UNDER_ATTACK = 2


@dataclass(frozen=True, slots=True)
class Limit:
    """What is counted together: ``free`` failures cost nothing, then the wait doubles."""

    key: str
    free: int
    max_wait_seconds: int = MAX_WAIT_SECONDS


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    last_at: datetime


def wait_seconds(failures: int, free: int, max_wait: int = MAX_WAIT_SECONDS) -> int:
    """Seconds from the last failure until the next try: 0 while tries are free, then 1, 2, 4 …"""
    beyond = failures - free
    return 0 if beyond < 0 else min(2 ** min(beyond, 10), max_wait)


def limits(account: str, network: str, device: str) -> list[Limit]:
    """What a try counts towards. ``device`` is "" where nobody has signed in to this account."""
    if device:
        return [Limit(_key("device", account, device), free=10)]
    attacked = _failures(_account(account).key)
    free = FREE_TRIES_UNDER_ATTACK if attacked and attacked.count >= ATTACKED_AFTER else 5
    return [
        Limit(_key("pair", account, network), free=free),
        Limit(_key("network", network), free=30, max_wait_seconds=2),
    ]


def _account(account: str) -> Limit:
    return Limit(_key("account", account), free=0)


def seconds_to_wait(counted: Iterable[Limit], now: datetime) -> int:
    """0 when the password may be tried now; of several tries at one instant, one may."""
    longest = 0
    for limit in counted:
        failures = _failures(limit.key)
        wait = wait_seconds(failures.count, limit.free, limit.max_wait_seconds) if failures else 0
        if failures is None or not wait:
            continue
        left = (failures.last_at + timedelta(seconds=wait) - now).total_seconds()
        if left <= 0 and not cache.add(f"{limit.key}:{failures.count}", 1, timeout=wait):
            left = wait
        longest = max(longest, math.ceil(left))
    return max(longest, 0)


def note_failure(counted: Iterable[Limit], account: str, now: datetime) -> None:
    for limit in [*counted, _account(account)]:
        failures = _failures(limit.key)
        count = failures.count + 1 if failures else 1
        cache.set(limit.key, (count, now.isoformat()), timeout=MEMORY.total_seconds())


def note_success(counted: Iterable[Limit]) -> None:
    """What was counted for this account is forgotten; what the network tried elsewhere is not."""
    cache.delete_many([limit.key for limit in counted if not limit.key.startswith("slow:network")])


def _failures(key: str) -> _Failures | None:
    row = cache.get(key)
    return _Failures(row[0], datetime.fromisoformat(row[1])) if row else None


def _key(sort: str, *parts: str) -> str:
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]
    return f"slow:{sort}:{digest}"
