"""Evidence that resolves an unknown or decides a hypothesis."""

from collections.abc import Iterable

from incidents.rules.decision import Cited
from incidents.rules.wording import listed


def foreign_evidence(cited: Iterable[Cited]) -> str:
    """Names cited numbers that are not evidence of this incident; empty if there are none."""
    others = [f"E-{citation.number}" for citation in cited if not citation.of_incident]
    return f"{listed(others)}: not evidence of this incident." if others else ""
