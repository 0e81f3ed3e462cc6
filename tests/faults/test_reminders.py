"""Each reminder is written once, not early and soon, whatever dies or is wrong while it comes due.

Real beats and workers on the test's database. One worker's clock is a minute ahead, another is
killed with SIGKILL in the middle, as is a beat, and Valkey comes back empty.
"""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from subprocess import DEVNULL
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from benchmarks.beating import Deadlines, House, Seen, watched
from incidents.due import DUE
from incidents.models import Claim, Incident, Notice, TimelineEntry
from incidents.timeline.verify import verify
from kernel import clock
from tests.helpers.tiers import in_tier

OPEN = in_tier(test=200, prove=2000)
"""Checkpoints that are not due meanwhile."""

COMING = in_tier(test=24, prove=60)
"""Checkpoints that come due in the middle of it, within so many seconds:"""
COMING_SECONDS = in_tier(test=5, prove=12)

INCIDENTS = in_tier(test=10, prove=100)
TIMEOUT_SECONDS = 300.0

pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def database() -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


@pytest.fixture
def house(database: str) -> Iterator[House]:
    with House(database, DEVNULL) as house:
        yield house


@pytest.fixture
def seen(database: str) -> Iterator[Seen]:
    with watched(database) as seen:
        yield seen


def _until(seen: Seen, many: int) -> None:
    end = time.monotonic() + TIMEOUT_SECONDS
    while len(seen.found) < many:
        assert time.monotonic() < end, f"{len(seen.found)} of {many} were written"
        seen.looked.clear()
        seen.looked.wait(1)


def test_once_each_while_a_worker_and_a_beat_die_and_valkey_comes_back_empty(
    house: House, seen: Seen
) -> None:
    now = clock.now()
    deadlines = Deadlines(INCIDENTS, now)
    deadlines.add([now + timedelta(hours=1, seconds=n) for n in range(OPEN)])
    workers, beats = [house.worker(), house.worker(off=60)], [house.beat()]
    house.until_ready(len(workers), TIMEOUT_SECONDS)
    first = deadlines.add([clock.now() + timedelta(seconds=1)] * (COMING // 4))
    _until(seen, len(first))

    start = clock.now() + timedelta(seconds=2)
    step = timedelta(seconds=COMING_SECONDS) / COMING
    wanted = first | deadlines.add([start + step * n for n in range(COMING)])
    _until(seen, len(first) + COMING // 4)
    house.kill(beats[0])
    house.beat()
    house.kill(workers[0])
    _until(seen, len(first) + COMING // 2)
    house.empty_valkey()
    house.worker()
    _until(seen, len(wanted))
    seen.stop()

    assert {key: len(times) for key, times in seen.found.items()} == dict.fromkeys(wanted, 1)
    assert all(times[0] >= wanted[key] for key, times in seen.found.items())
    assert TimelineEntry.objects.filter(kind=DUE).count() == len(wanted)
    assert Notice.objects.filter(kind=DUE).count() == len(wanted)
    assert Claim.objects.filter(kind=DUE, claimed_at__isnull=False).count() == len(wanted)
    assert not any(verify(one) for one in Incident.objects.all())
