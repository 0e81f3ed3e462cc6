"""The views that take longest, from what was counted since the processes started."""

from collections import defaultdict
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

NAME = "warroom_request_seconds"


@dataclass(frozen=True, slots=True)
class Slow:
    view: str
    count: int
    milliseconds: int


def slowest(registry: CollectorRegistry, limit: int) -> list[Slow]:
    """By the mean of all their answers."""
    sums: dict[str, float] = defaultdict(float)
    counts: dict[str, float] = defaultdict(float)
    for family in registry.collect():
        if family.name == NAME:
            for sample in family.samples:
                view = sample.labels.get("view", "")
                if sample.name == f"{NAME}_sum":
                    sums[view] += sample.value
                elif sample.name == f"{NAME}_count":
                    counts[view] += sample.value
    means = {view: sums[view] / count for view, count in counts.items() if count}
    worst = sorted(means, key=lambda view: means[view], reverse=True)[:limit]
    return [Slow(view, int(counts[view]), round(means[view] * 1000)) for view in worst]
