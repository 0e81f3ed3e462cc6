"""What the token's person has to do next, as their home page has it."""

from ninja import Query, Router, Schema
from pydantic import Field

from incidents.duties.duty import Duty, by_time, duties, outliving
from incidents.facts.summary import read_summaries
from kernel import clock
from machines.api.doors import TokenRequest, reads
from machines.api.paging import MAX_ITEMS, USUAL_ITEMS
from machines.api.reading.answers import answers, link_to
from machines.api.schemas import Reference, datetime

router = Router(tags=["You"])


class DutyRow(Schema):
    """Something to do now, why, and where it is done."""

    incident: Reference
    role: str
    title: str
    why: str
    button: str
    due_at: datetime | None
    is_late: bool
    link: str


class DutyList(Schema):
    """What is late and what is due first at the top; ``total`` counts those left out too."""

    items: list[DutyRow]
    total: int


class DutyQuery(Schema):
    limit: int = Field(USUAL_ITEMS, ge=1, le=MAX_ITEMS)


@router.get("/duties", response=answers(DutyList), operation_id="duties")
@reads("home.view")
def my_duties(request: TokenRequest, wanted: Query[DutyQuery]) -> DutyList:
    """What waits for the token's person, in every incident that they may enter."""
    now, person = clock.now(), request.token.owner
    waiting = by_time(duties(read_summaries(person), person, now), now) + outliving(person, now)
    return DutyList(
        items=[_duty(one, one.is_late(now)) for one in waiting[: wanted.limit]],
        total=len(waiting),
    )


def _duty(duty: Duty, is_late: bool) -> DutyRow:
    return DutyRow(
        incident=Reference(
            reference=duty.incident.reference, link=link_to(duty.incident.get_absolute_url())
        ),
        role=duty.role,
        title=duty.title,
        why=duty.why,
        button=duty.button,
        due_at=duty.due_at,
        is_late=is_late,
        link=link_to(duty.href),
    )
