"""What subscribers are told, in words: only what readers of the status page read too."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from comms.models import Escalation, LeadershipNote, MaintenanceUpdate, Update
from comms.rules.public import public_status
from comms.status.formats.statuspage import address, when
from comms.status.presenters import body
from comms.vocabulary import MaintenanceState, Progress


@dataclass(frozen=True, slots=True)
class Told:
    """``kind`` names the event to machines; ``code`` is the message's public name."""

    kind: str
    code: str
    subject: str
    text: str
    link: str
    at: datetime
    status: str
    next_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "type": self.kind,
            "id": self.code,
            "title": self.subject,
            "status": self.status,
            "body": self.text,
            "link": self.link,
            "published_at": when(self.at),
            "next_update_at": when(self.next_at),
        }


def told(message: Any) -> Told:
    if isinstance(message, Update):
        return _update(message)
    if isinstance(message, MaintenanceUpdate):
        return _window(message)
    if isinstance(message, Escalation):
        return _escalation(message)
    assert isinstance(message, LeadershipNote)
    return _note(message)


def _update(one: Update) -> Told:
    bulletin = getattr(one.incident, "bulletin", None)
    link = address(f"/status/incidents/{bulletin.code}/" if bulletin else "/status/internal/")
    label = str(Progress(one.progress).label)
    text = body(one)
    if one.next_at:
        text += f"\n\nWe write again by {one.next_at:%d %b %Y, %H:%M} UTC."
    status = public_status(one.progress, one.next_at is not None).value
    subject = f"{label}: {one.headline}"
    return Told(
        "update.published", one.code, subject, text, link, one.published_at, status, one.next_at
    )


def _window(one: MaintenanceUpdate) -> Told:
    window = one.maintenance
    text = (
        f"{one.text}\n\n{window.starts_at:%d %b %Y, %H:%M} to {window.ends_at:%d %b %Y, %H:%M} UTC."
    )
    subject = f"Maintenance, {MaintenanceState(one.state).label.lower()}: {window.title}"
    link = address(f"/status/maintenance/{window.code}/")
    return Told("maintenance.published", one.code, subject, text, link, one.published_at, one.state)


def _escalation(one: Escalation) -> Told:
    subject = f"[INCIDENT][{one.get_severity_display()}] {one.summary}"
    text = (
        f"Impact: {one.impact}\nCurrent decision: {one.decision}\nImmediate ask: {one.ask}\n"
        f"Next update: {one.next_at:%H:%M} UTC\nOwner: {one.owner}"
    )
    code = f"escalation-{one.pk}"
    link = address(one.get_absolute_url())
    return Told("escalation.published", code, subject, text, link, one.published_at, "")


def _note(one: LeadershipNote) -> Told:
    subject = f"Leadership note: {one.incident.reference}"
    text = (
        f"What happened: {one.happened}\nWhy this path: {one.path}\n"
        f"Confidence: {one.get_confidence_display()}\nWhat remains uncertain: {one.uncertain}\n"
        f"What we need from leadership: {one.need}\nOwner for the next 24 h: {one.owner}"
    )
    code = f"leadership-{one.pk}"
    link = address(one.get_absolute_url())
    return Told("leadership.published", code, subject, text, link, one.published_at, "")


def from_whom() -> str:
    return f"{settings.ORGANISATION} status"
