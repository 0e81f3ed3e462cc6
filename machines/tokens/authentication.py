"""Who a bearer token speaks for, and whether it may still speak: one query and one update."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, F, Q, Value, When

from kernel.actor import Actor, ActorKind
from machines.models import Token
from machines.tokens.scopes import actions_of, agent_actions
from machines.tokens.secret import digest, is_well_formed
from machines.vocabulary import TokenKind


class Unauthorized(Exception):
    """No token, or one that opens nothing (any more). ``sentence`` says what to do."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class TooMany(Exception):
    """The token has had its requests of this minute; ``retry_after`` in seconds."""

    limit: int
    retry_after: int


def authenticate(header: str, address: str, now: datetime) -> tuple[Token, Actor]:
    """The token of an ``Authorization`` header and the actor that it stands for.

    Raises ``Unauthorized``, or ``TooMany`` when it has asked too often. The use is noted.
    """
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Unauthorized("Send a token: “Authorization: Bearer wr_…”. Make one under Settings.")
    secret = secret.strip()
    row = None
    if is_well_formed(secret):
        rows = Token.objects.select_related("owner", "incident")
        row = rows.filter(digest=digest(secret)).first()
    if row is None:
        raise Unauthorized("No token is like this one. Copy it whole, or make another.")
    if sentence := _why_ended(row, now):
        Token.objects.filter(pk=row.pk).update(refused=F("refused") + 1)
        raise Unauthorized(sentence)
    _count(row, address, now)
    return row, actor_of(row)


def actor_of(token: Token) -> Actor:
    person = token.owner.as_actor()
    if token.kind == TokenKind.AGENT:
        return Actor(
            ActorKind.AGENT,
            token.name,
            token.owner_id,
            lane=token.lane,
            incident=token.incident_id,
            token=token.name,
            actions=agent_actions(),
        )
    is_service = token.kind == TokenKind.SERVICE
    return Actor(
        ActorKind.PERSON,
        person.name,
        person.id,
        person.groups,
        token=token.name,
        actions=actions_of(token.scopes) if is_service else None,
    )


def _why_ended(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return f"The token “{token.name}” was revoked. Make another under Settings."
    if not token.owner.is_active:
        return f"{token.owner} has left, and the token “{token.name}” with them."
    if token.has_ended(now):
        return f"The token “{token.name}” has ended. Make another under Settings."
    return ""


def _count(token: Token, address: str, now: datetime) -> None:
    minute = now.replace(second=0, microsecond=0)
    in_this_minute = Case(When(Q(minute=minute), then=F("in_minute") + 1), default=Value(1))
    Token.objects.filter(pk=token.pk).update(
        uses=F("uses") + 1,
        last_used_at=now,
        last_used_from=address or None,
        in_minute=in_this_minute,
        minute=minute,
    )
    # What it was before this request, which is enough: of two at one instant both are let in.
    so_far = token.in_minute if token.minute == minute else 0
    limit = settings.API_REQUESTS_A_MINUTE[token.kind]
    if so_far >= limit:
        left = minute + timedelta(minutes=1) - now
        raise TooMany(limit, max(1, round(left.total_seconds())))
