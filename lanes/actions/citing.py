"""Evidence cited by number, as rows and as the rules judge it."""

from collections.abc import Iterable

from incidents.models import Evidence, Incident
from incidents.rules.decision import Cited


def cited_evidence(
    incident: Incident, numbers: Iterable[int]
) -> tuple[list[Evidence], tuple[Cited, ...]]:
    """The rows in order, and each number once; a number without a row is of another incident."""
    wanted = sorted(set(numbers))
    rows = list(incident.evidence.filter(number__in=wanted).defer("text").order_by("number"))
    content = {row.number: row.has_content for row in rows}
    seen = tuple(Cited(n, content.get(n, True), of_incident=n in content) for n in wanted)
    return rows, seen
