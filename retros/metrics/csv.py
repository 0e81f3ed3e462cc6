"""The data of the charts as CSV: a line an incident."""

from collections.abc import Iterator

from incidents.vocabulary import Severity
from retros.backlog.csv_export import BYTE_ORDER_MARK, csv_line
from retros.metrics.rules import METRICS, IncidentTimes, Metric, Share


def lines(lived: list[IncidentTimes]) -> Iterator[str]:
    """A header, what each column means, then a line an incident, oldest first."""
    names = ["incident", "title", "severity", "surfaces", "declared_at", "without_mitigation"]
    yield BYTE_ORDER_MARK + csv_line(
        [*names, *(column for metric in METRICS for column in _columns(metric))]
    )
    meanings = ["", "", "", "", "UTC", "Closed as recovered without mitigation."]
    yield csv_line([*meanings, *(text for m in METRICS for text in [m.means, *[""] * m.is_share])])
    for incident in lived:
        yield csv_line(_cells(incident))


def _columns(metric: Metric) -> list[str]:
    key = metric.key
    return [f"{key}_kept", f"{key}_of"] if metric.is_share else [f"{key}_minutes"]


def _cells(incident: IncidentTimes) -> list[str]:
    cells = [
        f"INC-{incident.number}",
        incident.title,
        str(Severity(incident.severity).label),
        "; ".join(incident.surfaces),
        incident.declared_at.isoformat(timespec="seconds"),
        "yes" if incident.is_unmitigated else "no",
    ]
    for metric in METRICS:
        measure = metric.read(incident)
        if isinstance(measure, Share):
            cells += [str(measure.kept), str(measure.of)]
        else:
            cells.append("; ".join(f"{minutes:.1f}" for minutes in measure))
    return cells
