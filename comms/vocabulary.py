"""The enums of communication, with their order. Imports no module of the project."""

from django.db.models import TextChoices


class MessageKind(TextChoices):
    """Playbook, "Escalation message templates" and "Leadership handoff note template"."""

    UPDATE = "update", "Stakeholder update"
    ESCALATION = "escalation", "Internal escalation"
    LEADERSHIP = "leadership", "Leadership note"


class Progress(TextChoices):
    """The status of a stakeholder update, in the playbook's words."""

    INVESTIGATING = "investigating", "Investigating"
    MITIGATING = "mitigating", "Mitigating"
    RECOVERED = "recovered", "Recovered"


class PublicStatus(TextChoices):
    """The status that status pages share; derived from published updates, never set.

    Recovered with a next update promised is monitored; without one it is resolved.
    """

    INVESTIGATING = "investigating", "Investigating"
    IDENTIFIED = "identified", "Identified"
    MONITORING = "monitoring", "Monitoring"
    RESOLVED = "resolved", "Resolved"


class Audience(TextChoices):
    """Who may read a message. Only participants read about a restricted incident."""

    PUBLIC = "public", "Everybody"
    INTERNAL = "internal", "Signed-in stakeholders"
    PARTICIPANTS = "participants", "Participants of this incident"


class SurfaceState(TextChoices):
    """The state of a surface, best first: codes of the Statuspage API with our own labels."""

    OPERATIONAL = "operational", "Working"
    MAINTENANCE = "under_maintenance", "Under maintenance"
    DEGRADED = "degraded_performance", "Degraded"
    PARTIAL = "partial_outage", "Partly disrupted"
    MAJOR = "major_outage", "Down"


class MaintenanceState(TextChoices):
    PLANNED = "scheduled", "Planned"
    IN_PROGRESS = "in_progress", "In progress"
    DONE = "completed", "Done"
    CANCELLED = "cancelled", "Cancelled"


class SubscriberKind(TextChoices):
    EMAIL = "email", "Email"
    WEBHOOK = "webhook", "Webhook"
    APPRISE = "apprise", "Chat or paging service"


def worst(states: "list[str]") -> SurfaceState:
    """The worst of several states; of none, working."""
    order = list(SurfaceState)
    return max((SurfaceState(state) for state in states), key=order.index, default=order[0])
