"""Messages as text to copy, in the playbook's format."""

from comms.models import Escalation, LeadershipNote, Update
from incidents.panels.markdown import escape, moment
from incidents.vocabulary import Confidence, Severity


def update(message: Update) -> str:
    """Playbook, "Stakeholder update": plain text, as its readers know it."""
    unknowns = " ".join(message.unknowns) or f"None known: {message.no_unknowns}"
    next_at = moment(message.next_at, message.incident) if message.next_at else "none: it is over"
    rows = (
        ("Status", str(message.get_progress_display())),
        ("Customer impact", message.impact),
        ("Current mitigation", message.mitigation),
        ("Known unknowns", unknowns),
        ("Next committed update", next_at),
    )
    correction = [f"Correction: {_line(message.correction)}"] if message.correction else []
    lines = [f"{label}: {_line(text)}" for label, text in rows]
    return "\n".join([_line(message.headline), *correction, *lines, ""])


def escalation(message: Escalation) -> str:
    """Playbook, "Internal engineering escalation": plain text, for wherever people talk."""
    rows = (
        ("Impact", message.impact),
        ("Current decision", message.decision),
        ("Immediate ask", message.ask),
        ("Next update", moment(message.next_at, message.incident)),
        ("Owner", str(message.owner)),
    )
    head = f"[INCIDENT][{Severity(message.severity).label}] {message.summary}"
    return "\n".join([head, *(f"{label}: {_line(text)}" for label, text in rows), ""])


def leadership_note(note: LeadershipNote) -> str:
    """Playbook, "Leadership handoff note template": Markdown."""
    rows = (
        ("What happened", note.happened),
        ("Why this decision path was chosen", note.path),
        ("Current confidence level (L1/L2/L3)", str(Confidence(note.confidence).label)),
        ("What remains uncertain", note.uncertain),
        ("What we need from leadership", note.need),
        ("Owner for next 24h watch", str(note.owner)),
    )
    lines = [f"- {label}: {escape(text)}" for label, text in rows]
    return "\n".join(["### Incident Leadership Note", *lines, ""])


def _line(text: str) -> str:
    return " ".join(text.split())
