"""The text of messages to subscribers: only what the status page shows too."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from comms.delivery import Refused
from comms.models import Escalation, LeadershipNote, MaintenanceUpdate, Update
from comms.rules.public import public_status
from comms.status.formats.statuspage import address, when
from comms.status.presenters import body
from comms.vocabulary import MaintenanceState, Progress
from kernel.text import drop_controls, one_line


@dataclass(frozen=True, slots=True)
class Notification:
    """``kind`` is the event type for machines; ``code`` is the message's public id."""

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


def notification_to_send(message: Any) -> Notification:
    """As ``notification_of``. Raises ``Refused`` for what followers may no longer read."""
    incident = getattr(message, "incident", None)
    is_last = getattr(message, "ends_reporting", False)
    if incident is not None and incident.restricted and not is_last:
        raise Refused("Not sent: the incident is restricted now.")
    return notification_of(message)


def notification_of(message: Any) -> Notification:
    """What is sent of a message. Rows of older versions may hold what no mail can."""
    notification = _notification(message)
    return replace(
        notification,
        subject=one_line(notification.subject),
        text=drop_controls(notification.text),
    )


def _notification(message: Any) -> Notification:
    if isinstance(message, Update):
        return _update(message)
    if isinstance(message, MaintenanceUpdate):
        return _window(message)
    if isinstance(message, Escalation):
        return _escalation(message)
    assert isinstance(message, LeadershipNote)
    return _note(message)


def _update(update: Update) -> Notification:
    bulletin = getattr(update.incident, "bulletin", None)
    link = address(f"/status/incidents/{bulletin.code}/" if bulletin else "/status/internal/")
    label = str(Progress(update.progress).label)
    if update.ends_reporting:
        link, label = address("/status/"), "No longer reported"
    text = body(update)
    status = public_status(update.progress, update.next_at is not None).value
    subject = f"{label}: {update.headline}"
    return Notification(
        "update.published",
        update.code,
        subject,
        text,
        link,
        update.published_at,
        status,
        update.next_at,
    )


def _window(update: MaintenanceUpdate) -> Notification:
    window = update.maintenance
    times = f"{window.begins:%d %b %Y, %H:%M} to {window.ends:%d %b %Y, %H:%M} UTC."
    text = f"{update.text}\n\n{times}"
    subject = f"Maintenance, {MaintenanceState(update.state).label.lower()}: {window.title}"
    link = address(f"/status/maintenance/{window.code}/")
    return Notification(
        "maintenance.published", update.code, subject, text, link, update.published_at, update.state
    )


def _escalation(escalation: Escalation) -> Notification:
    subject = f"[INCIDENT][{escalation.get_severity_display()}] {escalation.summary}"
    text = (
        f"Impact: {escalation.impact}\nCurrent decision: {escalation.decision}\n"
        f"Immediate ask: {escalation.ask}\n"
        f"Next update: {escalation.next_at:%H:%M} UTC\nOwner: {escalation.owner}"
    )
    code = f"escalation-{escalation.pk}"
    link = address(escalation.get_absolute_url())
    return Notification(
        "escalation.published", code, subject, text, link, escalation.published_at, ""
    )


def _note(note: LeadershipNote) -> Notification:
    subject = f"Leadership note: {note.incident.reference}"
    text = (
        f"What happened: {note.happened}\nWhy this path: {note.path}\n"
        f"Confidence: {note.get_confidence_display()}\nWhat remains uncertain: {note.uncertain}\n"
        f"What we need from leadership: {note.need}\nOwner for the next 24 h: {note.owner}"
    )
    code = f"leadership-{note.pk}"
    link = address(note.get_absolute_url())
    return Notification("leadership.published", code, subject, text, link, note.published_at, "")


def sender_name() -> str:
    return f"{settings.ORGANISATION} status"
