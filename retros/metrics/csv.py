"""The data behind the charts as CSV: a line an incident."""

from collections.abc import Iterator

from incidents.vocabulary import Severity
from retros.backlog.csv_export import line
from retros.metrics.rules import METRICS, Lived, Metric, Share


def lines(lived: list[Lived]) -> Iterator[str]:
    """A header, what each column means, then a line an incident, oldest first."""
    names = ["incident", "title", "severity", "surfaces", "declared_at"]
    yield line([*names, *(column for metric in METRICS for column in _columns(metric))])
    meanings = ["", "", "", "", "UTC"]
    yield line([*meanings, *(text for m in METRICS for text in [m.means, *[""] * m.is_share])])
    for one in lived:
        yield line(_cells(one))


def _columns(metric: Metric) -> list[str]:
    key = metric.key
    return [f"{key}_kept", f"{key}_of"] if metric.is_share else [f"{key}_minutes"]


def _cells(one: Lived) -> list[str]:
    cells = [
        f"INC-{one.number}",
        one.title,
        str(Severity(one.severity).label),
        "; ".join(one.surfaces),
        one.declared_at.isoformat(timespec="seconds"),
    ]
    for metric in METRICS:
        found = metric.read(one)
        if isinstance(found, Share):
            cells += [str(found.kept), str(found.of)]
        else:
            cells.append("; ".join(f"{minutes:.1f}" for minutes in found))
    return cells
