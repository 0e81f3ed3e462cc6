"""The timeline: entries in order after a number, at once or as soon as there is one."""

from html import unescape
from typing import Any

from django.db.models import F
from django.utils.html import strip_tags
from ninja import Query, Router, Schema
from pydantic import Field

from incidents.facts.amendments import with_corrections
from incidents.models import Incident, TimelineEntry
from incidents.permissions import require
from incidents.timeline import kinds
from incidents.vocabulary import LaneKind
from kernel import clock
from machines.api.doors import TokenRequest, find, reads
from machines.api.paging import MAX_ITEMS, USUAL_ITEMS
from machines.api.reading import waiting
from machines.api.reading.answers import answers, lane_or_none
from machines.api.schemas import Author, datetime
from machines.models import Token
from machines.tokens.authentication import Unauthorized, actor_of

router = Router(tags=["Timeline"])

MAX_SEQ = 2**31 - 1


class TimelineRow(Schema):
    """One line of the record. ``headline`` and ``body`` are its words as plain text.

    ``amends`` is the number of the entry that it corrects, ``corrections`` those that correct it.
    """

    seq: int
    kind: str
    at: datetime
    lane: LaneKind | None
    subject: str
    headline: str
    body: str
    author: Author
    data: dict[str, Any]
    amends: int | None
    corrections: list[int]


class TimelinePage(Schema):
    """Entries in order. ``after`` is what to ask with next, ``last_seq`` where it ends."""

    entries: list[TimelineRow]
    after: int
    last_seq: int


class TimelineQuery(Schema):
    """``wait``: seconds to wait for an entry where there is none yet."""

    after: int = Field(0, ge=0, le=MAX_SEQ)
    limit: int = Field(USUAL_ITEMS, ge=1, le=MAX_ITEMS)
    wait: int = Field(0, ge=0, le=waiting.MAX_WAIT_SECONDS)


@router.get(
    "/incidents/{int:number}/timeline", response=answers(TimelinePage), operation_id="timeline"
)
@reads("room.view")
def timeline(request: TokenRequest, number: int, wanted: Query[TimelineQuery]) -> TimelinePage:
    """The entries after a number, oldest first. With ``wait`` a long poll."""
    incident = request.incident
    if wanted.wait and incident.last_seq <= wanted.after:
        incident = waiting.until_newer(
            number, wanted.after, wanted.wait, lambda: _judged_again(request, number)
        )
    return _page(incident, wanted)


def _judged_again(request: TokenRequest, number: int) -> Incident:
    """The incident as it is now, if the token still opens it: refused as at the door, if not."""
    in_use = Token.objects.in_use(clock.now()).select_related("owner", "incident")
    token = in_use.filter(pk=request.token.pk).first()
    if token is None:
        raise Unauthorized(f"The token “{request.token.name}” has ended while it waited.")
    request.token, request.actor = token, actor_of(token)
    incident = find(request, number)
    require("room.view", request.actor, incident)
    return incident


def _page(incident: Incident, wanted: TimelineQuery) -> TimelinePage:
    rows = TimelineEntry.objects.filter(incident=incident).after(wanted.after)
    found = with_corrections(rows).annotate(amended_seq=F("amends__seq"))[: wanted.limit]
    entries = [timeline_row(row) for row in found]
    return TimelinePage(
        entries=entries,
        after=entries[-1].seq if entries else min(wanted.after, incident.last_seq),
        last_seq=max(incident.last_seq, entries[-1].seq if entries else 0),
    )


def timeline_row(row: Any) -> TimelineRow:
    """Of an entry with its ``corrections`` and ``amended_seq``."""
    headline, body = kinds.get(row.kind).headline_and_body(row.subject, row.data)
    return TimelineRow(
        seq=row.seq,
        kind=row.kind,
        at=row.at,
        lane=lane_or_none(row.lane),
        subject=row.subject,
        headline=_plain(headline),
        body=_plain(body),
        author=Author(kind=row.actor_kind, name=row.actor_name, via=row.data.get("via", "")),
        data=row.data,
        amends=row.amended_seq,
        corrections=row.corrections,
    )


def _plain(html: str) -> str:
    return unescape(strip_tags(html)).strip()
