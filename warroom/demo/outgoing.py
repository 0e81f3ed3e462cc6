"""What the story tells outside the room."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from comms.actions import EscalationInput, UpdateInput
from comms.vocabulary import Audience, Progress, SurfaceState
from incidents.models import Person, Surface


def escalation(start: datetime, owner: Person) -> EscalationInput:
    return EscalationInput(
        summary="Auth token failure after release",
        impact="31 % of token checks fail in all regions, baseline 0.3 %.",
        decision="No option is chosen yet; the lanes are being staffed.",
        ask="A second edge engineer, at once",
        next_at=start + timedelta(minutes=22),
        owner=owner,
    )


def first_update(start: datetime, surfaces: Mapping[str, Surface]) -> UpdateInput:
    return UpdateInput(
        audience=Audience.PUBLIC,
        progress=Progress.INVESTIGATING,
        headline="Some sign-ins fail",
        impact="About one in three attempts to sign in fails. Calls to our API may be refused.",
        mitigation=(
            "We stopped all other changes to sign-in, and look for the cause in today’s release."
        ),
        unknowns=("The exact cause, and which regions are touched",),
        next_at=start + timedelta(minutes=22),
        surfaces=_states(surfaces, SurfaceState.PARTIAL),
    )


def second_update(start: datetime, surfaces: Mapping[str, Surface]) -> UpdateInput:
    return UpdateInput(
        audience=Audience.PUBLIC,
        progress=Progress.MITIGATING,
        headline="Some sign-ins fail",
        impact=(
            "Signing in fails for some people with “session expired”. Trying again often works."
            " Sessions that are open stay open."
        ),
        mitigation=(
            "We are switching off the part of today’s release that causes it, and will check"
            " every region afterwards."
        ),
        unknowns=("Whether people who signed in before must sign in again",),
        next_at=start + timedelta(minutes=39),
        surfaces=_states(surfaces, SurfaceState.DEGRADED)
        | {surfaces["Sign-in"].pk: SurfaceState.PARTIAL.value},
    )


def _states(surfaces: Mapping[str, Surface], state: SurfaceState) -> dict[int, str]:
    return {surfaces[name].pk: state.value for name in ("Sign-in", "Public API")}
