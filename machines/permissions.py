"""The rows that machines add to the table of permissions."""

from incidents.permissions import Who, declare

declare(
    {
        "api.use": frozenset({Who.ANYONE}),  # whoever has a token: each operation asks for its own
        "token.make": frozenset({Who.SIGNED_IN}),
        "token.revoke": frozenset({Who.SIGNED_IN}),
        "token.manage": frozenset({Who.ADMIN}),
        "agent.admit": frozenset({Who.RESPONDER, Who.ADMIN}),
        "agent.remove": frozenset({Who.SIGNED_IN}),  # whose token it is, or who leads it
    }
)
