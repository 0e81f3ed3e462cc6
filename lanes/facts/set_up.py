"""What the page that sets up an incident begins with."""

from collections.abc import Iterable
from dataclasses import dataclass

from incidents import scenarios
from incidents.facts.incident import IncidentFacts
from incidents.models import Incident, Person, Surface
from incidents.vocabulary import LaneKind, RoleName
from lanes.models import BoundaryItem
from lanes.rules.boundary import Boundary

SUGGESTED_LANES = (LaneKind.INVESTIGATION, LaneKind.MITIGATION, LaneKind.VERIFICATION)
"""Lanes for which the people of the owner team are suggested, in this order."""


def unset_boundaries(incident: Incident) -> dict[LaneKind, Boundary]:
    """What the scenario says that lanes cover, for those of which nobody has said it yet."""
    scenario = scenarios.find(incident.scenario)
    if scenario is None or not scenario.covers:
        return {}
    rows = BoundaryItem.objects.current().filter(incident=incident, included=True)
    bounded = set(rows.values_list("lane", flat=True))
    return {
        lane: Boundary.of(cover.included, cover.excluded)
        for lane in LaneKind
        if (cover := scenario.covers.get(lane)) and lane not in bounded
    }


def unfrozen(incident: Incident) -> list[Surface]:
    """The impacted surfaces that are not frozen, and have no reason why not."""
    stopped = incident.freezes.current().values("surface")
    return list(incident.surfaces.exclude(pk__in=stopped).order_by("name"))


@dataclass(frozen=True, slots=True)
class People:
    """Who can be named, in the order in which they are offered; ``me`` is among no other."""

    me: Person | None
    teams: tuple[tuple[str, tuple[Person, ...]], ...]
    participants: tuple[Person, ...]
    others: tuple[Person, ...]

    @property
    def of_teams(self) -> list[Person]:
        return [person for _, people in self.teams for person in people]


def people_of(facts: IncidentFacts, reader: Person) -> People:
    """Those who can respond: the reader, the owner teams, who takes part, the rest. Two queries."""
    able = list(Person.objects.who_can_respond())
    here = set(facts.incident.participations.values_list("person_id", flat=True))
    left = [person for person in able if person != reader]
    teams = []
    for team, surfaces in _teams(facts.surfaces).items():
        members = tuple(p for p in left if p.team.casefold() == team.casefold())
        if members:
            teams.append((f"{team}, owns {', '.join(surfaces)}", members))
            left = [person for person in left if person not in members]
    return People(
        me=reader if reader in able else None,
        teams=tuple(teams),
        participants=tuple(person for person in left if person.pk in here),
        others=tuple(person for person in left if person.pk not in here),
    )


def _teams(surfaces: Iterable[Surface]) -> dict[str, list[str]]:
    """The owner teams of the surfaces, each with the names of its surfaces."""
    teams: dict[str, list[str]] = {}
    for surface in surfaces:
        if surface.owner_team:
            teams.setdefault(surface.owner_team, []).append(surface.name)
    return teams


def suggested_owners(facts: IncidentFacts, people: People) -> dict[str, int | None]:
    """The owner of each lane: who is, else somebody of the owner team who owns nothing yet."""
    owners = {lane.value: facts.holder(RoleName.LANE_OWNER, lane) for lane in LaneKind}
    busy = {*owners.values(), facts.commander, facts.deputy}
    free = iter([person for person in people.of_teams if person not in busy])
    for lane in SUGGESTED_LANES:
        if owners[lane.value] is None:
            owners[lane.value] = next(free, None)
    return {lane: owner.pk if owner else None for lane, owner in owners.items()}
