"""The rows that lanes add to the table of permissions."""

from incidents.permissions import Who, declare

_RESPONDING = frozenset({Who.RESPONDER, Who.ADMIN})
_OF_LANE = frozenset({Who.LANE_OWNER, Who.COMMANDER, Who.ADMIN})

declare(
    {
        "lane.view": _RESPONDING | {Who.AGENT_READER},
        "note.add": _RESPONDING | {Who.AGENT},
        "boundary.set": _OF_LANE,
        "unknown.change": _OF_LANE | {Who.AGENT},
        "hypothesis.change": _OF_LANE | {Who.AGENT},
        "handoff.offer": _OF_LANE,
        "handoff.offer_watch": frozenset({Who.WATCH_OWNER, Who.COMMANDER, Who.ADMIN}),
        "handoff.answer": _RESPONDING,
        "handoff.withdraw": _RESPONDING,
        "handoff.remind": frozenset({Who.SYSTEM}),
        "pattern.observe": frozenset({Who.SYSTEM}),
    }
)
