"""The figures as Prometheus reads them.

What happens in processes comes from their memory: of this one, or, with
``PROMETHEUS_MULTIPROC_DIR``, of all that share that folder. What lasts is asked of the database at
each scrape, so it is the same whichever process answers, and workers need no door of their own.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import psutil
from django.db import Error
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from kernel import clock
from warroom.operations import dependencies, figures

_LIVE = re.compile(r"gauge_live\w*_(\d+)\.db")


def exposed() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_DatabaseCollector())
    return generate_latest(counted()) + generate_latest(registry)


def counted() -> CollectorRegistry:
    """What was counted in memory, of every process that shares the folder, else of this one."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return REGISTRY
    _forget_the_dead(Path(folder))
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return registry


def _forget_the_dead(folder: Path) -> None:
    """Sockets of a process that was killed are closed, though nobody counted them down."""
    for file in folder.glob("gauge_live*.db"):
        match = _LIVE.fullmatch(file.name)
        if match and not psutil.pid_exists(int(match[1])):
            file.unlink(missing_ok=True)


class _DatabaseCollector(Collector):
    def collect(self) -> Iterator[Metric]:
        now = clock.now()
        yield _gauge(
            "redis_up", "Whether Valkey answers.", dependencies.redis_seconds() is not None
        )
        try:
            totals = figures.read(now)
        except Error:
            yield _gauge("database_up", "Whether PostgreSQL answers.", False)
            return
        yield _gauge("database_up", "Whether PostgreSQL answers.", True)
        yield _gauge("migrations_pending", "Migrations not applied.", len(totals.migrations))
        if totals.tick is not None:
            # A tick from the future is as little of one as one long ago.
            age = abs((now - totals.tick.at).total_seconds())
            yield _gauge("tick_age_seconds", "Since the last whole tick began.", age)
            yield _gauge("tick_duration_seconds", "What that tick took.", totals.tick.took)
        yield _gauge("deliveries_dead", "Deliveries given up.", totals.dead)
        yield _by(
            "outbox_depth",
            "Deliveries not out yet.",
            "channel",
            {name: count.count for name, count in totals.outbox.items()},
        )
        yield _by(
            "outbox_overdue_seconds",
            "How long the first waits past its time.",
            "channel",
            {name: count.overdue.total_seconds() for name, count in totals.outbox.items()},
        )
        yield _by(
            "claims_failed",
            "Due work that failed and is tried again.",
            "kind",
            dict(totals.failed_claims),
        )
        yield _gauge(
            "status_parts_failed",
            "Parts of the status site that show what they showed last.",
            len(totals.status_failures),
        )
        yield _by("packages", "Closure packages not made.", "state", dict(totals.packages))


def _gauge(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(f"warroom_{name}", help_, value=float(value))


def _by(name: str, help_: str, label: str, values: dict[str, float]) -> Metric:
    family = GaugeMetricFamily(f"warroom_{name}", help_, labels=[label])
    for label_value, value in values.items():
        family.add_metric([label_value], value)
    return family
