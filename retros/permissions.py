"""The rows that the ending of incidents adds to the table of permissions."""

from incidents.permissions import Who, declare

_RESPONDING = frozenset({Who.RESPONDER, Who.ADMIN})
_READING = _RESPONDING | {Who.AGENT_READER}
_IN_COMMAND = frozenset({Who.COMMANDER, Who.ADMIN})
_WATCHING = _IN_COMMAND | {Who.WATCH_OWNER, Who.DEPUTY}

declare(
    {
        "backlog.read": _READING,
        "backlog.change": _RESPONDING,
        "backlog.remind": frozenset({Who.SYSTEM}),
        "gate.read": _READING,
        "incident.close": _IN_COMMAND,
        "incident.reopen": _IN_COMMAND | {Who.DEPUTY},
        "numbers.read": _RESPONDING,
        "package.read": _READING,
        "package.make": frozenset({Who.SYSTEM}),
        "package.ask": _IN_COMMAND | {Who.DEPUTY},
        "package.review": frozenset({Who.ADMIN}),
        "package.queue": frozenset({Who.ADMIN}),
        "watch.read": _READING,
        "watch.check_in": _WATCHING,
        "watch.fire": _WATCHING,
        "watch.remind": frozenset({Who.SYSTEM}),
        "watch.end": frozenset({Who.SYSTEM}),
        "review.read": _READING,
        "review.write": _IN_COMMAND | {Who.DEPUTY},
        "review.remind": frozenset({Who.SYSTEM}),
    }
)
