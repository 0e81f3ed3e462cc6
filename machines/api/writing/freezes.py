"""Freezes of surfaces."""

from django.urls import reverse
from ninja import Router
from pydantic import Field

from incidents.actions import freezes as actions
from incidents.models import Surface
from machines.api.doors import TokenRequest, writes
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers
from machines.api.writing.bodies import Slug, Text, Username
from machines.api.writing.lookups import Lookups, call

router = Router(tags=["Freezes"])

_AT = "/incidents/{int:number}/freezes"


class FreezeBody(Body):
    """``scope`` says which merges stop; empty means all."""

    surface: Slug
    scope: Text = Field("", max_length=200)
    reason: Text = Field("", max_length=300)


class FreezeReasonBody(Body):
    surface: Slug
    reason: Text = Field("", max_length=300)


class KeepFreezeBody(FreezeReasonBody):
    """``owner`` answers for the freeze from now on."""

    owner: Username = ""


@router.post(_AT, response=answers(), operation_id="freeze_surface")
@writes("freeze.change")
def freeze(request: TokenRequest, number: int, payload: FreezeBody) -> Written:
    """Stop unrelated merges to a surface."""
    surface = _surface(request, payload.surface)
    actions.freeze(
        request.actor,
        number,
        surface=surface,
        scope=payload.scope,
        reason=payload.reason,
        **call(request),
    )
    return _freeze(surface)


@router.post(f"{_AT}/decline", response=answers(), operation_id="decline_freeze")
@writes("freeze.change")
def decline(request: TokenRequest, number: int, payload: FreezeReasonBody) -> Written:
    """Say why an impacted surface is not frozen."""
    surface = _surface(request, payload.surface)
    actions.decline_freeze(
        request.actor, number, surface=surface, reason=payload.reason, **call(request)
    )
    return _freeze(surface)


@router.post(f"{_AT}/lift", response=answers(), operation_id="lift_freeze")
@writes("freeze.change")
def lift(request: TokenRequest, number: int, payload: FreezeReasonBody) -> Written:
    """Lift a freeze, with a reason."""
    surface = _surface(request, payload.surface)
    actions.lift_freeze(
        request.actor, number, surface=surface, reason=payload.reason, **call(request)
    )
    return _freeze(surface)


@router.post(f"{_AT}/keep", response=answers(), operation_id="keep_freeze")
@writes("freeze.change")
def keep(request: TokenRequest, number: int, payload: KeepFreezeBody) -> Written:
    """Keep a freeze on purpose, beyond the incident."""
    look = Lookups(request)
    surface = look.surface("surface", payload.surface)
    owner = look.person("owner", payload.owner)
    look.refuse()
    assert surface is not None
    actions.keep_freeze(
        request.actor,
        number,
        surface=surface,
        owner=owner,
        reason=payload.reason,
        **call(request),
    )
    return _freeze(surface)


def _surface(request: TokenRequest, slug: str) -> Surface:
    look = Lookups(request)
    surface = look.surface("surface", slug)
    look.refuse()
    assert surface is not None
    return surface


def _freeze(surface: Surface) -> Written:
    return Written(reference=surface.name, link=reverse("surface", args=[surface.slug]))
