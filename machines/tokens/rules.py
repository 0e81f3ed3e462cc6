"""What a token may be made for; every violation at once.

``T-NAME``: a token has a name that its owner has not given to another one in use.
``T-SCOPE``: a service is allowed something, and nothing that is no scope.
``T-LANE``: an agent works in one lane.
``T-RESPONDER``: only a responder lets an agent in.
``T-END``: a token ends, within a year or with its incident.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.refusal import Violation
from machines.vocabulary import Scope, TokenKind

MAX_NAME = 60
MAX_DAYS = 366


@dataclass(frozen=True, slots=True)
class TokenInput:
    """A token as somebody asks for it. Without ``ends_at`` it ends with its incident."""

    kind: TokenKind
    name: str
    scopes: Collection[str] = ()
    lane: str = ""
    incident: int | None = None
    ends_at: datetime | None = None


def violations(
    token: TokenInput, now: datetime, *, is_responder: bool, name_is_taken: bool
) -> tuple[Violation, ...]:
    problems = []
    if not token.name.strip():
        problems.append(Violation("T-NAME", "Name the token: the record shows it.", "name"))
    elif len(token.name) > MAX_NAME:
        sentence = f"The name has at most {MAX_NAME} characters."
        problems.append(Violation("T-NAME", sentence, "name"))
    elif name_is_taken:
        sentence = "You have a token of this name in use. Revoke it, or choose another name."
        problems.append(Violation("T-NAME", sentence, "name"))
    problems += _scope_violations(token)
    problems += _lane_violations(token, is_responder)
    problems += _end_violations(token, now)
    return tuple(problems)


def _scope_violations(token: TokenInput) -> list[Violation]:
    if token.kind == TokenKind.SERVICE and not token.scopes:
        return [Violation("T-SCOPE", "Tick what the service may do.", "scopes")]
    if unknown := set(token.scopes) - set(Scope.values):
        sentence = f"There is no scope {sorted(unknown)[0]}."
        return [Violation("T-SCOPE", sentence, "scopes")]
    return []


def _lane_violations(token: TokenInput, is_responder: bool) -> list[Violation]:
    if token.kind != TokenKind.AGENT:
        return []
    problems = []
    if not token.lane:
        problems.append(Violation("T-LANE", "Choose the lane that the agent works in.", "lane"))
    if not is_responder:
        sentence = "Only a responder can let an agent into a lane. Ask an admin to be one."
        problems.append(Violation("T-RESPONDER", sentence, "kind"))
    return problems


def _end_violations(token: TokenInput, now: datetime) -> list[Violation]:
    if token.ends_at is None:
        if token.incident is None:
            return [Violation("T-END", "Say when the token ends.", "ends")]
        return []
    if not now < token.ends_at <= now + timedelta(days=MAX_DAYS):
        sentence = f"A token ends within {MAX_DAYS} days, and not before now."
        return [Violation("T-END", sentence, "ends")]
    return []
