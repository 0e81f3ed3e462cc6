"""Hardening work."""

from datetime import date

from ninja import Router
from pydantic import Field

from machines.api.doors import TokenRequest, writes
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers, written
from machines.api.writing.bodies import Text, Username
from machines.api.writing.lookups import Lookups, call
from retros.backlog import actions
from retros.backlog.rules import (
    MAX_DETAIL_CHARACTERS,
    MAX_REASON_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    MAX_TRACKER_CHARACTERS,
)
from retros.backlog.steps import WorkInput
from retros.models import BacklogItem

router = Router(tags=["Backlog"])

_AT = "/incidents/{int:number}/backlog"


class BacklogChangeBody(Body):
    """The item as it is from now on. Owner and due day may be left out until it closes."""

    title: Text = Field("", max_length=MAX_TITLE_CHARACTERS)
    owner: Username = ""
    due_on: date | None = None
    tracker: Text = Field("", max_length=MAX_TRACKER_CHARACTERS)


class BacklogBody(BacklogChangeBody):
    """``detail`` stays as it is written now."""

    detail: Text = Field("", max_length=MAX_DETAIL_CHARACTERS)


class BacklogReasonBody(Body):
    reason: Text = Field("", max_length=MAX_REASON_CHARACTERS)


class BacklogWritten(Written):
    number: int
    title: str
    owner: str
    due_on: date | None
    tracker: str
    state: str


@router.post(_AT, response=answers(BacklogWritten), operation_id="add_backlog_item")
@writes("backlog.change")
def add(request: TokenRequest, number: int, payload: BacklogBody) -> BacklogWritten:
    """Note hardening work."""
    return _item(actions.add(request.actor, number, _work(request, payload), **call(request)))


@router.put(
    f"{_AT}/{{int:item}}",
    response=answers(BacklogWritten, 200),
    operation_id="change_backlog_item",
)
@writes("backlog.change", status=200)
def change(
    request: TokenRequest, number: int, item: int, payload: BacklogChangeBody
) -> BacklogWritten:
    """Change title, owner, due day and tracker of an open item."""
    work = _work(request, payload)
    return _item(actions.change(request.actor, number, item, work, **call(request)))


@router.post(
    f"{_AT}/{{int:item}}/begin", response=answers(BacklogWritten), operation_id="begin_backlog_item"
)
@writes("backlog.change")
def begin(request: TokenRequest, number: int, item: int) -> BacklogWritten:
    """Say that it is worked on."""
    return _item(actions.begin(request.actor, number, item, **call(request)))


@router.post(
    f"{_AT}/{{int:item}}/done", response=answers(BacklogWritten), operation_id="finish_backlog_item"
)
@writes("backlog.change")
def finish(request: TokenRequest, number: int, item: int) -> BacklogWritten:
    """Say that it is done."""
    return _item(actions.finish(request.actor, number, item, **call(request)))


@router.post(
    f"{_AT}/{{int:item}}/drop", response=answers(BacklogWritten), operation_id="drop_backlog_item"
)
@writes("backlog.change")
def drop(
    request: TokenRequest, number: int, item: int, payload: BacklogReasonBody
) -> BacklogWritten:
    """Say why it is not done."""
    fields = payload.model_dump()
    return _item(actions.drop(request.actor, number, item, **fields, **call(request)))


@router.post(
    f"{_AT}/{{int:item}}/reopen",
    response=answers(BacklogWritten),
    operation_id="reopen_backlog_item",
)
@writes("backlog.change")
def reopen(
    request: TokenRequest, number: int, item: int, payload: BacklogReasonBody
) -> BacklogWritten:
    """Open an item again that was done or dropped."""
    fields = payload.model_dump()
    return _item(actions.reopen(request.actor, number, item, **fields, **call(request)))


def _work(request: TokenRequest, payload: BacklogChangeBody) -> WorkInput:
    look = Lookups(request)
    owner = look.person("owner", payload.owner)
    look.refuse()
    return WorkInput(**payload.model_dump() | {"owner": owner})


def _item(row: BacklogItem) -> BacklogWritten:
    return BacklogWritten(
        **written(row).model_dump(),
        number=row.pk,
        title=row.title,
        owner=row.owner.username if row.owner else "",
        due_on=row.due_on,
        tracker=row.tracker,
        state=row.state,
    )
