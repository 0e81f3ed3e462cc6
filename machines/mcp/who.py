"""Who decides what no tool does: by role and by name, and where a person does it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from incidents.facts.incident import IncidentFacts, cached_facts
from incidents.models import Person
from incidents.permissions import TABLE, Who, require
from incidents.vocabulary import LaneKind, RoleName
from machines.brief.rows import absolute
from machines.mcp import answers, inputs
from machines.mcp.caller import Caller
from machines.mcp.tool import tool

NOT_FOR_MACHINES = "No token can do this: a person does it, signed in to Warroom."

_HOLDERS = {
    Who.COMMANDER: RoleName.COMMANDER,
    Who.DEPUTY: RoleName.DEPUTY,
    Who.DATA_OWNER: RoleName.DATA_OWNER,
    Who.WATCH_OWNER: RoleName.WATCH_OWNER,
}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that only people do: its action in the table of permissions, and its page.

    ``holders`` names who does it in this incident where that is not settled by a role.
    """

    action: str
    page: str
    lane: str = ""
    holders: Callable[[IncidentFacts], list[Person]] = lambda facts: []


def _executors(facts: IncidentFacts) -> list[Person]:
    return [execution.executor for execution in facts.mitigations]


def _verifiers(facts: IncidentFacts) -> list[Person]:
    return [execution.verifier for execution in facts.mitigations]


ACTS: Mapping[str, Act] = {
    "decide": Act("decision.decide", "decide-next"),
    "sign": Act("decision.sign", "room"),
    "execute": Act("decision.execute", "room", holders=_executors),
    "verify": Act("decision.verify", "room", holders=_verifiers),
    "accept_handoff": Act("handoff.answer", "room"),
    "publish": Act("message.publish", "room", lane=LaneKind.COMMUNICATION),
    "freeze": Act("freeze.change", "freeze"),
    "close": Act("incident.close", "gate"),
    "severity": Act("severity.change", "severity"),
    "phase": Act("phase.change", "phase"),
    "roles": Act("role.assign", "role"),
}


@tool("room.view", "Who decides")
def who_decides(caller: Caller, arguments: inputs.About) -> answers.WhoMay:
    """Ask who decides, signs, executes, verifies, accepts a handoff, publishes, freezes or closes:
    no tool does any of it. The answer names who may, with the page on which they do it. Recommend
    it, or write a note to them."""
    incident = caller.incident(arguments.incident)
    require("room.view", caller.actor, incident)
    facts, act = cached_facts(incident), ACTS[arguments.about]
    able = [who for who in Who if who in TABLE[act.action] and who != Who.SYSTEM]
    people = act.holders(facts) or _holders(facts, able, act.lane or arguments.lane)
    roles, names = [who.value for who in able], sorted({str(person) for person in people})
    return answers.WhoMay(
        about=arguments.about,
        roles=roles,
        people=names,
        link=absolute(reverse(act.page, args=[incident.pk])),
        sentence=f"{NOT_FOR_MACHINES} Who may: {' or '.join(names or roles)}.",
    )


def _holders(facts: IncidentFacts, able: Sequence[Who], lane: str) -> list[Person]:
    holders = [facts.holder(_HOLDERS[who]) for who in able if who in _HOLDERS]
    if lane and Who.LANE_OWNER in able:
        holders.append(facts.holder(RoleName.LANE_OWNER, lane))
    return [person for person in holders if person is not None]
