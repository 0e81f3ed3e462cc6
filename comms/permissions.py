"""The rows that comms add to the table of permissions."""

from incidents.permissions import Who, declare

_SPEAKING = frozenset({Who.LANE_OWNER, Who.COMMANDER, Who.ADMIN})
"""The communication lane's owner or the commander."""

declare(
    {
        "message.publish": _SPEAKING,
        "message.read": frozenset({Who.RESPONDER, Who.ADMIN, Who.AGENT_READER}),
        "escalation.read": frozenset({Who.STAKEHOLDER, Who.RESPONDER, Who.ADMIN}),
        "leadership.read": frozenset({Who.STAKEHOLDER, Who.RESPONDER, Who.ADMIN}),
        "maintenance.change": frozenset({Who.ADMIN}),
        "subscriber.change": frozenset({Who.ADMIN}),
        "status.read": frozenset({Who.ANYONE}),
        "status.read_internal": frozenset({Who.STAKEHOLDER, Who.RESPONDER, Who.ADMIN}),
        "status.subscribe": frozenset({Who.ANYONE}),
        "notices.choose": frozenset({Who.SIGNED_IN}),
        "commitment.lapse": frozenset({Who.SYSTEM}),
    }
)
