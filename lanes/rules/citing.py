"""Evidence that an unknown or a hypothesis rests on."""

from collections.abc import Iterable

from incidents.rules.decision import Cited
from incidents.rules.wording import listed


def foreign(cited: Iterable[Cited]) -> str:
    """Says what is cited that is no evidence of this incident, or nothing."""
    others = [f"E-{one.number}" for one in cited if not one.of_incident]
    return f"{listed(others)}: not evidence of this incident." if others else ""
