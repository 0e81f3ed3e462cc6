"""Calling tools in tests as the endpoint does, and arguments with which each tool can be called."""

from typing import Any

from ninja import Schema

from kernel import clock
from machines.mcp.caller import Caller
from machines.mcp.calling import call
from machines.tokens.authentication import authenticate

EVIDENCE = {"kind": "command", "command": "make smoke", "text": "401 for 3 of 9", "exit_code": 1}
RECOMMENDATION = {
    "option": "rollback",
    "reasons": "It takes the cause away",
    "evidence": ["E-1"],
    "reversibility": 4,
    "blast_radius": 2,
}

SAMPLES: dict[str, dict[str, Any]] = {
    "incidents": {},
    "incident_brief": {},
    "lane_brief": {},
    "timeline": {},
    "evidence": {"evidence": "E-1"},
    "decisions": {},
    "gate": {},
    "open_questions": {},
    "who_decides": {"about": "decide"},
    "add_note": {"text": "The release of 14:00 is the first bad one"},
    "capture_evidence": EVIDENCE,
    "state_hypothesis": {"text": "The signing key was rotated too early"},
    "judge_hypothesis": {
        "hypothesis": "H-1",
        "verdict": "ruled_out",
        "evidence": ["E-1"],
        "finding": "It fails with the old key too",
    },
    "raise_unknown": {"text": "Are refresh tokens affected?"},
    "resolve_unknown": {"unknown": "U-1", "resolution": "They are not", "evidence": ["E-1"]},
    "recommend": RECOMMENDATION,
}
"""In an order in which each can be called after the one before."""


class Assistant:
    """Calls tools with a token."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    @property
    def caller(self) -> Caller:
        now = clock.now()
        token, actor = authenticate(f"Bearer {self.secret}", "", now)
        return Caller(token, actor, now)

    def call(self, name: str, **arguments: Any) -> Schema:
        return call(self.caller, name, arguments)
