"""Messages, maintenance windows, subscribers and deliveries."""

from comms.models.anchor_post import AnchorPost
from comms.models.delivery import Announcement, Delivery
from comms.models.maintenance import Maintenance, MaintenanceUpdate
from comms.models.message import (
    Bulletin,
    Escalation,
    Lapse,
    LeadershipNote,
    MessageDraft,
    Update,
    UpdateSurface,
)
from comms.models.notice_preference import NoticeChoice
from comms.models.site import StatusSite
from comms.models.subscriber import Subscriber

__all__ = [
    "AnchorPost",
    "Announcement",
    "Bulletin",
    "Delivery",
    "Escalation",
    "Lapse",
    "LeadershipNote",
    "Maintenance",
    "MaintenanceUpdate",
    "MessageDraft",
    "NoticeChoice",
    "StatusSite",
    "Subscriber",
    "Update",
    "UpdateSurface",
]
