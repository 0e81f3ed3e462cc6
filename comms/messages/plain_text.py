"""Messages as text to copy, in the playbook's words."""

from comms.models import Escalation, LeadershipNote
from incidents.panels.markdown import escape, moment
from incidents.vocabulary import Confidence, Severity


def escalation(made: Escalation) -> str:
    """Playbook, "Internal engineering escalation": plain text, for wherever people talk."""
    rows = (
        ("Impact", made.impact),
        ("Current decision", made.decision),
        ("Immediate ask", made.ask),
        ("Next update", moment(made.next_at, made.incident)),
        ("Owner", str(made.owner)),
    )
    head = f"[INCIDENT][{Severity(made.severity).label}] {made.summary}"
    return "\n".join([head, *(f"{label}: {_line(text)}" for label, text in rows), ""])


def leadership_note(made: LeadershipNote) -> str:
    """Playbook, "Leadership handoff note template": Markdown."""
    rows = (
        ("What happened", made.happened),
        ("Why this decision path was chosen", made.path),
        ("Current confidence level (L1/L2/L3)", str(Confidence(made.confidence).label)),
        ("What remains uncertain", made.uncertain),
        ("What we need from leadership", made.need),
        ("Owner for next 24h watch", str(made.owner)),
    )
    lines = [f"- {label}: {escape(text)}" for label, text in rows]
    return "\n".join(["### Incident Leadership Note", *lines, ""])


def _line(text: str) -> str:
    return " ".join(text.split())
