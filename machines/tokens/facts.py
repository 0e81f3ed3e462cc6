"""What pages show of tokens: what each may, how it ended, and which agents work in a lane."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from incidents.models import Incident, Person, TimelineEntry
from incidents.permissions import Who
from incidents.vocabulary import LaneKind
from kernel.actor import Actor, ActorKind
from machines.models import Token
from machines.vocabulary import Scope, TokenKind

ENDS_SOON = timedelta(days=3)
MAX_ACTS = 5
"""Newest acts of an agent on the page of its lane."""
MAX_AGENTS = 30
"""Tokens of a lane that are looked at, those in use first."""

_COUNTED = {
    "evidence": "evidence.captured",
    "hypotheses": "hypothesis.stated",
    "notes": "note.added",
}
"""The kinds of entries that are counted for an agent, by the name of the count."""


@dataclass(frozen=True, slots=True)
class TokenSummary:
    """One token in words. ``end`` says how it ended, and is empty while it is in use."""

    token: Token
    allows: tuple[str, ...]
    ends_soon: bool
    end: str


@dataclass(frozen=True, slots=True)
class LaneAgent:
    """An agent of a lane: its newest ``acts`` first, and how much of each it wrote in all."""

    token: Token
    acts: Sequence[TimelineEntry]
    evidence: int
    hypotheses: int
    notes: int
    total: int
    end: str

    @property
    def is_in_use(self) -> bool:
        return not self.end


def tokens_of(owner: Person | None) -> "QuerySet[Token]":
    """The tokens of a person, or everybody's, with all that a summary names."""
    rows = Token.objects.select_related("owner", "incident", "revoked_by")
    return rows if owner is None else rows.filter(owner=owner)


def ended_of(owner: Person | None, now: datetime) -> "QuerySet[Token]":
    """Those that open nothing any more, newest first."""
    return tokens_of(owner).exclude(pk__in=Token.objects.in_use(now).order_by().values("pk"))


def summaries(tokens: Iterable[Token], now: datetime) -> list[TokenSummary]:
    return [
        TokenSummary(
            token=token,
            allows=_allows(token),
            ends_soon=token.ends_at is not None and token.ends_at <= now + ENDS_SOON,
            end=end_of(token, now),
        )
        for token in tokens
    ]


def end_of(token: Token, now: datetime) -> str:
    """How a token ended; empty while it still opens something."""
    if token.revoked_at is not None:
        return f"revoked by {token.revoked_by}"
    if not token.owner.is_active:
        return f"ended when {token.owner} left"
    if not token.has_ended(now):
        return ""
    return "ended" if token.ends_at is not None else f"ended with {_reference(token)}"


def may_see(viewer: Person, token: Token) -> bool:
    """Its owner and admins; an agent's also whoever may enter its incident."""
    if token.owner_id == viewer.pk or viewer.is_admin:
        return True
    rows = Incident.objects.visible_to(viewer)
    return token.incident_id is not None and rows.filter(pk=token.incident_id).exists()


def may_take_away(viewer: Actor, who: frozenset[Who], token: Token) -> bool:
    """Whether a page offers it: to the owner, admins, and who leads the agent's lane.

    ``who`` are the viewer's roles in the lane. The action judges by itself.
    """
    leads = token.incident_id is not None and who & {Who.LANE_OWNER, Who.COMMANDER}
    return bool(viewer.id == token.owner_id or Who.ADMIN in who or leads)


def agents_of(incident: Incident, lane: str, now: datetime) -> list[LaneAgent]:
    """The agents of a lane, those that work in it first. One query, two where there are any.

    One whose token leads into every incident is named where it has written.
    """
    rows = Token.objects.filter(kind=TokenKind.AGENT, lane=lane)
    rows = rows.filter(Q(incident=incident) | Q(incident=None))
    ordered = rows.order_by(F("revoked_at").desc(nulls_first=True), "-made_at", "-pk")
    related = ordered.select_related("owner", "incident", "revoked_by")
    tokens = list(related[:MAX_AGENTS])
    if not tokens:
        return []
    entries = list(_newest_acts(incident, lane, tokens))
    agents = [_lane_agent(token, entries, now) for token in tokens]
    named = [agent for agent in agents if agent.total or agent.token.incident_id is not None]
    return sorted(named, key=lambda agent: not agent.is_in_use)


def _lane_agent(token: Token, entries: Iterable[TimelineEntry], now: datetime) -> LaneAgent:
    acts = [entry for entry in entries if _is_act_of(token, entry)]
    counts = {name: getattr(acts[0], name) if acts else 0 for name in (*_COUNTED, "total")}
    return LaneAgent(token=token, acts=acts, end=end_of(token, now), **counts)


def _is_act_of(token: Token, entry: TimelineEntry) -> bool:
    same = (entry.actor_id, entry.actor_name) == (token.owner_id, token.name)
    is_later = token.revoked_at is not None and entry.at > token.revoked_at
    return same and entry.at >= token.made_at and not is_later


def _newest_acts(
    incident: Incident, lane: str, tokens: Sequence[Token]
) -> "QuerySet[TimelineEntry]":
    """The newest entries of each agent, newest first, with how many it has of each kind in all.

    A name may be taken again once its token is revoked: entries go by name, person and time.
    """
    wanted = Q()
    for token in tokens:
        acts = Q(actor_id=token.owner_id, actor_name=token.name, at__gte=token.made_at)
        if token.revoked_at is not None:
            acts &= Q(at__lte=token.revoked_at)
        wanted |= acts
    of_one = ["actor_id", "actor_name"]
    counts = {
        name: Window(Count("pk", filter=Q(kind=kind)), partition_by=of_one)
        for name, kind in _COUNTED.items()
    }
    rows = TimelineEntry.objects.filter(
        wanted, incident=incident, lane=lane, actor_kind=ActorKind.AGENT
    )
    rank = Window(RowNumber(), partition_by=of_one, order_by=F("seq").desc())
    total = Window(Count("pk"), partition_by=of_one)
    return rows.annotate(rank=rank, total=total, **counts).filter(rank__lte=MAX_ACTS)


def _allows(token: Token) -> tuple[str, ...]:
    if token.kind == TokenKind.PERSON:
        return (f"All that {token.owner} may",)
    if token.kind == TokenKind.SERVICE:
        return tuple(str(Scope(scope).label) for scope in token.scopes)
    place = _reference(token) or "all incidents"
    return (f"Write in {LaneKind(token.lane).label} of {place}", f"Read {place}")


def _reference(token: Token) -> str:
    return token.incident.reference if token.incident is not None else ""
