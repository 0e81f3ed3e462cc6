"""Declaring an incident, and what the commander says of it."""

from ninja import Router
from pydantic import Field

from incidents import scenarios
from incidents.actions import lifecycle
from incidents.models import Incident
from incidents.vocabulary import Phase, Severity
from machines.api.doors import TokenRequest, writes
from machines.api.rules import SCENARIO
from machines.api.schemas import Body
from machines.api.writing.answers import Written, answers, written
from machines.api.writing.bodies import Slug, Text, Username
from machines.api.writing.lookups import Lookups, call

router = Router(tags=["Incidents"])


class DeclarationBody(Body):
    """The declarer commands unless somebody else is named. Surfaces and scenario by their slugs.

    A scenario that is restricted by default restricts the incident, unless ``restricted`` is
    false.
    """

    title: Text = Field(min_length=1, max_length=160)
    severity: Severity
    surfaces: list[Slug] = Field([], max_length=100)
    known: Text = Field("", max_length=4000)
    scenario: Slug = ""
    evidence_channel: Text = Field("", max_length=300)
    commander: Username = ""
    restricted: bool | None = None


class IncidentWritten(Written):
    number: int
    title: str
    severity: str
    phase: str
    status: str
    restricted: bool
    evidence_channel: str
    last_known_good: str
    surfaces: list[str]


@router.post("/incidents", response=answers(IncidentWritten), operation_id="declare_incident")
@writes("incident.declare")
def declare(request: TokenRequest, payload: DeclarationBody) -> IncidentWritten:
    """Declare an incident."""
    look = Lookups(request)
    commander = look.person("commander", payload.commander)
    surfaces = look.surfaces("surfaces", payload.surfaces)
    scenario = scenarios.find(payload.scenario)
    if payload.scenario and scenario is None:
        look.miss(SCENARIO, f"There is no scenario “{payload.scenario}”.", "scenario")
    look.refuse()
    declaration = lifecycle.Declaration(
        title=payload.title,
        severity=payload.severity.value,
        surfaces=surfaces,
        scenario=payload.scenario,
        known=payload.known,
        evidence_channel=payload.evidence_channel,
        restricted=bool(scenario and scenario.restricted)
        if payload.restricted is None
        else payload.restricted,
        commander=commander,
    )
    return _incident(lifecycle.declare(request.actor, declaration, **call(request)))


class SeverityBody(Body):
    severity: Severity
    reason: Text = Field("", max_length=500)


@router.post(
    "/incidents/{int:number}/severity",
    response=answers(IncidentWritten),
    operation_id="change_severity",
)
@writes("severity.change")
def change_severity(request: TokenRequest, number: int, payload: SeverityBody) -> IncidentWritten:
    """Raise or lower the severity, with a reason."""
    fields = payload.model_dump(mode="json")
    return _incident(lifecycle.change_severity(request.actor, number, **fields, **call(request)))


class PhaseBody(Body):
    phase: Phase
    reason: Text = Field("", max_length=500)


@router.post(
    "/incidents/{int:number}/phase", response=answers(IncidentWritten), operation_id="change_phase"
)
@writes("phase.change")
def change_phase(request: TokenRequest, number: int, payload: PhaseBody) -> IncidentWritten:
    """Move to another phase."""
    fields = payload.model_dump(mode="json")
    return _incident(lifecycle.change_phase(request.actor, number, **fields, **call(request)))


class ChannelBody(Body):
    channel: Text = Field(max_length=300)


@router.put(
    "/incidents/{int:number}/channel",
    response=answers(IncidentWritten, 200),
    operation_id="set_channel",
)
@writes("channel.set", status=200)
def set_channel(request: TokenRequest, number: int, payload: ChannelBody) -> IncidentWritten:
    """Set the one evidence channel, by a link or a name."""
    fields = payload.model_dump()
    return _incident(lifecycle.set_channel(request.actor, number, **fields, **call(request)))


class RevisionBody(Body):
    revision: Text = Field(max_length=80)


@router.put(
    "/incidents/{int:number}/revision",
    response=answers(IncidentWritten, 200),
    operation_id="set_revision",
)
@writes("revision.set", status=200)
def set_revision(request: TokenRequest, number: int, payload: RevisionBody) -> IncidentWritten:
    """Set the last known-good revision."""
    fields = payload.model_dump()
    return _incident(lifecycle.set_revision(request.actor, number, **fields, **call(request)))


class SurfacesBody(Body):
    surfaces: list[Slug] = Field(max_length=100)


@router.put(
    "/incidents/{int:number}/surfaces",
    response=answers(IncidentWritten, 200),
    operation_id="set_surfaces",
)
@writes("surfaces.change", status=200)
def set_surfaces(request: TokenRequest, number: int, payload: SurfacesBody) -> IncidentWritten:
    """Say which surfaces are impacted now."""
    look = Lookups(request)
    surfaces = look.surfaces("surfaces", payload.surfaces)
    look.refuse()
    row = lifecycle.set_surfaces(request.actor, number, surfaces=surfaces, **call(request))
    return _incident(row)


def _incident(row: Incident) -> IncidentWritten:
    return IncidentWritten(
        **written(row).model_dump(),
        number=row.pk,
        title=row.title,
        severity=row.severity,
        phase=row.phase,
        status=row.status,
        restricted=row.restricted,
        evidence_channel=row.evidence_channel,
        last_known_good=row.last_known_good,
        surfaces=[surface.slug for surface in row.surfaces.all()],
    )
