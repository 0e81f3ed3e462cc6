"""The rows that lanes add to the table of permissions."""

from incidents.permissions import Who, declare

declare(
    {
        "lane.view": frozenset({Who.RESPONDER, Who.ADMIN}),
        "note.add": frozenset({Who.RESPONDER, Who.ADMIN, Who.AGENT}),
        "boundary.set": frozenset({Who.LANE_OWNER, Who.COMMANDER, Who.ADMIN}),
    }
)
