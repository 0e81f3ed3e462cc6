"""The rows that the ending of incidents adds to the table of permissions."""

from incidents.permissions import Who, declare

_RESPONDING = frozenset({Who.RESPONDER, Who.ADMIN})

declare(
    {
        "backlog.read": _RESPONDING,
        "backlog.change": _RESPONDING,
    }
)
