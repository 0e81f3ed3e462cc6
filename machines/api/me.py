"""Who asks, as the API sees them."""

from ninja import Router, Schema

from machines.api.doors import TokenRequest, reads
from machines.api.reading.answers import answers

router = Router(tags=["You"])


class Me(Schema):
    """The token that asks and the person who answers for it."""

    token: str
    kind: str
    person: str
    scopes: list[str]
    lane: str = ""
    incident: str = ""


@router.get("/me", response=answers(Me), operation_id="me")
@reads("api.use")
def me(request: TokenRequest) -> Me:
    """Who the token speaks for, and what limits it."""
    token = request.token
    return Me(
        token=token.name,
        kind=token.kind,
        person=str(token.owner),
        scopes=token.scopes,
        lane=token.lane,
        incident=token.incident.reference if token.incident else "",
    )
