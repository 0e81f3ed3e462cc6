"""Who may do what: one table, action × role. Views, actions, API and tests read it.

Each app adds the rows of its own actions with ``declare``; ``warroom.accounts.permissions`` has
them all.
"""

from enum import StrEnum

from incidents import prepared_statements
from incidents.models import Assignment, Incident, Person
from incidents.vocabulary import Group, LaneKind, RoleName, Status
from kernel.actor import Actor, ActorKind
from kernel.refusal import NotPermitted


class Who(StrEnum):
    ANYONE = "anyone"
    SIGNED_IN = "anybody who is signed in"
    STAKEHOLDER = "a stakeholder"
    RESPONDER = "a responder"
    ADMIN = "an admin"
    COMMANDER = "the commander"
    DEPUTY = "the deputy"
    DATA_OWNER = "the data owner"
    WATCH_OWNER = "the watch owner"
    LANE_OWNER = "the lane's owner"
    AGENT_READER = "an agent in the incident"
    AGENT = "an agent of the lane"
    SYSTEM = "Warroom itself"


_IN_COMMAND = frozenset({Who.COMMANDER, Who.ADMIN})
_RESPONDING = frozenset({Who.RESPONDER, Who.ADMIN})
_READING = _RESPONDING | {Who.AGENT_READER}

TABLE: dict[str, frozenset[Who]] = {}


def declare(rows: dict[str, frozenset[Who]]) -> None:
    """Add an app's rows. An action that is declared twice stops the start."""
    twice = TABLE.keys() & rows.keys()
    if twice:
        raise ValueError(f"permissions declared twice: {sorted(twice)}")
    TABLE.update(rows)


declare(
    {
        "health.read": frozenset({Who.ANYONE}),
        "metrics.read": frozenset({Who.ANYONE}),  # whoever has the token
        "account.use": frozenset({Who.ANYONE}),
        "home.view": frozenset({Who.SIGNED_IN}),
        "settings.change": frozenset({Who.SIGNED_IN}),
        "notice.see": frozenset({Who.SIGNED_IN}),
        "site.manage": frozenset({Who.ADMIN}),
        "incident.declare": _RESPONDING,
        "incident.backfill": _RESPONDING,
        "room.view": _READING,
        "entry.amend": _RESPONDING,
        "entry.amend_any": _IN_COMMAND,
        "evidence.read": _READING,
        "evidence.capture": _RESPONDING | {Who.AGENT},
        "incident.time": _RESPONDING,
        "incident.set_up": _IN_COMMAND,
        "incident.void": _IN_COMMAND,
        "incident.take_back": _IN_COMMAND | {Who.DEPUTY},
        "severity.change": _IN_COMMAND,
        "phase.change": _IN_COMMAND,
        "channel.set": _IN_COMMAND,
        "revision.set": _IN_COMMAND,
        "rollback.set_reach": _IN_COMMAND,
        "surfaces.change": _IN_COMMAND,
        "role.assign": _IN_COMMAND,
        "command.take": _RESPONDING,
        "lane.claim": _RESPONDING,
        "participant.join": _RESPONDING,
        "participant.change": _IN_COMMAND,
        "restriction.change": _IN_COMMAND,
        "freeze.change": _IN_COMMAND,
        "checkpoint.schedule": _IN_COMMAND,
        "decision.decide": _IN_COMMAND,
        "decision.act": _RESPONDING,
        "decision.sign": frozenset({Who.COMMANDER, Who.DATA_OWNER}),
        "decision.withdraw": _IN_COMMAND,
        "decision.replace": _IN_COMMAND,
        "decision.execute": _RESPONDING,
        "decision.verify": _RESPONDING,
        "recommendation.make": frozenset({Who.LANE_OWNER, Who.AGENT}),
        "recommendation.propose": _RESPONDING,
        "recommendation.answer": frozenset({Who.LANE_OWNER}),
        "recommendation.pair": _RESPONDING,
        "recommendation.withdraw": _RESPONDING,
        "branch.change": _IN_COMMAND | {Who.LANE_OWNER},
        "risk.change": _RESPONDING,
        "scenario.set": _IN_COMMAND,
        "safeguard.mark": _IN_COMMAND,
        "safeguard.leave": _IN_COMMAND | {Who.DEPUTY, Who.DATA_OWNER},
        "evidence.serve": _RESPONDING,
        "evidence.confirm": _IN_COMMAND | {Who.LANE_OWNER},
        "freezes.view": _READING,
        "checkpoint.remind": frozenset({Who.SYSTEM}),
        "command.announce": frozenset({Who.SYSTEM}),
    }
)

WHILE_ACTIVE = frozenset(
    {
        "incident.set_up",
        "severity.change",
        "phase.change",
        "revision.set",
        "rollback.set_reach",
        "surfaces.change",
        "scenario.set",
        "safeguard.mark",
        "safeguard.leave",
        "checkpoint.schedule",
        "decision.decide",
        "decision.act",
        "decision.sign",
        "decision.withdraw",
        "decision.replace",
        "decision.execute",
        "decision.verify",
    }
)
"""Actions that steer the response: refused in an incident that has ended, until it is reopened.

Notes, evidence, updates, risks and freezes are still allowed afterwards.
"""

NEVER_IN_ERROR = WHILE_ACTIVE | {"message.publish", "branch.change"}
"""Actions that are refused in an incident that was declared in error."""

NEVER_BACKFILLED = (NEVER_IN_ERROR - {"severity.change", "surfaces.change"}) | {
    "command.take",
    "freeze.change",
}
"""Actions that are refused in a backfilled incident: it can be corrected, but not steered."""


def refused_actions(incident: Incident) -> frozenset[str]:
    """The actions that nobody may do in an incident of this status."""
    if incident.is_backfilled:
        return NEVER_BACKFILLED
    if incident.is_in_error:
        return NEVER_IN_ERROR
    return WHILE_ACTIVE if incident.status != Status.ACTIVE else frozenset()


_BY_ROLE = {
    RoleName.COMMANDER: Who.COMMANDER,
    RoleName.DEPUTY: Who.DEPUTY,
    RoleName.DATA_OWNER: Who.DATA_OWNER,
    RoleName.WATCH_OWNER: Who.WATCH_OWNER,
}


def site_roles(actor: Actor) -> frozenset[Who]:
    """The actor's roles on the whole site, independent of any incident."""
    if actor.kind == ActorKind.SYSTEM:
        return frozenset({Who.ANYONE, Who.SYSTEM})
    if actor.kind == ActorKind.AGENT:
        return frozenset({Who.ANYONE, Who.AGENT_READER})
    who = {Who.ANYONE, Who.SIGNED_IN}
    who |= {Who(_GROUPS[name]) for name in actor.groups if name in _GROUPS}
    return frozenset(who)


_GROUPS = {
    Group.ADMIN.value: Who.ADMIN,
    Group.RESPONDER.value: Who.RESPONDER,
    Group.STAKEHOLDER.value: Who.STAKEHOLDER,
}


def incident_roles(actor: Actor, incident: Incident, lane: str = "") -> frozenset[Who]:
    """The actor's roles in this incident and this lane of it. One query, two if restricted.

    Non-participants have no role in a restricted incident. An agent has one where its person may
    enter and its token leads.
    """
    if actor.kind == ActorKind.AGENT:
        return _agent_roles(actor, incident, lane)
    who = set(site_roles(actor))
    hidden = incident.restricted and actor.is_person and Who.ADMIN not in who
    if hidden and not incident.participations.filter(person_id=actor.id).exists():
        return frozenset({Who.ANYONE, Who.SIGNED_IN})
    # Roles in an incident count only while their holder may still enter the room.
    if actor.is_person and who & _RESPONDING:
        for role, role_lane in prepared_statements.current_roles(incident.pk, actor.id):
            if role == RoleName.LANE_OWNER:
                if lane and role_lane == lane:
                    who.add(Who.LANE_OWNER)
            else:
                who.add(_BY_ROLE[RoleName(role)])
    return frozenset(who)


def _agent_roles(actor: Actor, incident: Incident, lane: str) -> frozenset[Who]:
    elsewhere = actor.incident is not None and actor.incident != incident.pk
    people = Person.objects.who_may_enter(incident)
    if elsewhere or not people.filter(pk=actor.id).exists():
        return frozenset({Who.ANYONE})
    in_its_lane = {Who.AGENT} if lane and lane == actor.lane else set()
    return frozenset({Who.ANYONE, Who.AGENT_READER} | in_its_lane)


def may(action: str, who: frozenset[Who]) -> bool:
    return bool(TABLE[action] & who)


def token_allows(actor: Actor, action: str) -> bool:
    """Whether the token by which the actor asks allows it, whatever their roles are."""
    return actor.actions is None or action in actor.actions


def require(action: str, actor: Actor, incident: Incident | None = None, lane: str = "") -> None:
    """Raise ``NotPermitted``, with who may, unless the actor and its token may do it."""
    if not token_allows(actor, action):
        raise NotPermitted(f"The token “{actor.token}” does not allow this.")
    who = incident_roles(actor, incident, lane) if incident is not None else site_roles(actor)
    if not may(action, who):
        raise NotPermitted(_sentence(action, incident, lane) + _own_lane(actor))


def _own_lane(actor: Actor) -> str:
    return f" {actor.name} works in the lane {LaneKind(actor.lane).label}." if actor.lane else ""


_NEVER_NAMED = frozenset({Who.AGENT, Who.AGENT_READER, Who.ADMIN})
"""Whom a refusal does not name among those who may."""


def _sentence(action: str, incident: Incident | None, lane: str) -> str:
    able = [who for who in Who if who in TABLE[action] and who not in _NEVER_NAMED]
    names = " or ".join(able) or "an admin"
    sentence = f"Only {names} can do this"
    if incident is not None and Who.COMMANDER in TABLE[action]:
        commander = (
            Assignment.objects.current()
            .filter(incident=incident, role=RoleName.COMMANDER)
            .select_related("person")
            .first()
        )
        if commander is not None:
            sentence += f"; {commander.person} is commander of {incident.reference}"
            if not Person.objects.who_can_respond().filter(pk=commander.person_id).exists():
                sentence += " and can no longer act: take command in the room first"
    if lane:
        sentence += f" in the lane {LaneKind(lane).label}"
    return sentence + "."
