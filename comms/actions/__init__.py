"""The state changes of communication."""

from comms.actions.drafts import save_draft
from comms.actions.escalations import publish_escalation
from comms.actions.lapses import explain_lapse
from comms.actions.leadership import publish_leadership_note
from comms.actions.message_input import EscalationInput, LeadershipNoteInput, UpdateInput
from comms.actions.updates import publish_update

__all__ = [
    "EscalationInput",
    "LeadershipNoteInput",
    "UpdateInput",
    "explain_lapse",
    "publish_escalation",
    "publish_leadership_note",
    "publish_update",
    "save_draft",
]
