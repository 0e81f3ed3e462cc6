"""Who of those with a role or a part in an incident can act in it.

Decided in Python from each person's account and groups: as subqueries of every assignment,
decision, risk and branch the same took half of the time of a room.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from incidents.facts.rows import CompiledQuery, by_incident
from incidents.models import Assignment, Decision, Incident, Participation, Person
from incidents.vocabulary import ExecutionRole


@dataclass(frozen=True)
class Ability:
    """``can_act``: an active responder who may enter; ``is_shut_out``: one who may not enter."""

    can_act: bool = True
    is_shut_out: bool = False


ABLE = Ability()


def read_assignments(
    incidents: Sequence[Incident], until: datetime | None = None
) -> dict[int, list[Assignment]]:
    """The roles of each incident, oldest first, with whether their holders can act; one query.

    With ``until`` everybody could: nothing records who had an account then, and in which group.
    """
    ids = [incident.pk for incident in incidents]
    if until is not None:
        return by_incident(Assignment.objects.select_related("person"), ids)
    assignments = _ASSIGNMENTS.by_incident(ids)
    for incident in incidents:
        for row in assignments[incident.pk]:
            _set_groups(row.person, row.its_groups)
            ability = _ability(row.person, incident, takes_part=row.takes_part)
            row.can_act, row.is_shut_out = ability.can_act, ability.is_shut_out
    return assignments


def groups_of_holders() -> dict[str, ArraySubquery]:
    """Columns of a decision: the groups of who executes and who verifies it now."""
    return {
        f"{role}_groups": _groups_of(Coalesce(OuterRef(f"execution__new_{role}"), OuterRef(role)))
        for role in ExecutionRole.values
    }


def set_groups_of_holders(decision: Decision) -> None:
    """Of a row that was read with ``groups_of_holders``."""
    for role in ExecutionRole:
        _set_groups(decision.execution.holder(role), getattr(decision, f"{role.value}_groups"))


def read_abilities(
    incidents: Sequence[Incident],
    assignments: Mapping[int, Sequence[Assignment]],
    people: Mapping[int, Sequence[Person]],
) -> dict[int, dict[int, Ability]]:
    """Whether these people, by incident, can act in it: by incident and person.

    Who holds a role there is known from it. Others take a query where their groups were not read
    with something else, and one more where an incident is restricted.
    """
    abilities = {
        incident.pk: {
            row.person_id: Ability(row.can_act, row.is_shut_out) for row in assignments[incident.pk]
        }
        for incident in incidents
    }
    others = [
        (incident, person)
        for incident in incidents
        for person in people[incident.pk]
        if person.pk not in abilities[incident.pk]
    ]
    unread = [person for _, person in others if "group_names" not in vars(person)]
    groups = _read_groups({person.pk for person in unread})
    for person in unread:
        _set_groups(person, groups[person.pk])
    taking_part = _read_taking_part([(i.pk, person.pk) for i, person in others if i.restricted])
    for incident, person in others:
        abilities[incident.pk][person.pk] = _ability(
            person, incident, takes_part=(incident.pk, person.pk) in taking_part
        )
    return abilities


def _assignments() -> "QuerySet[Assignment]":
    taking_part = Participation.objects.filter(
        incident=OuterRef("incident"), person=OuterRef("person")
    )
    return Assignment.objects.select_related("person").annotate(
        its_groups=_groups_of(OuterRef("person")),
        seen_at=Subquery(taking_part.values("seen_at")),
        takes_part=Exists(taking_part),
    )


_ASSIGNMENTS = CompiledQuery(_assignments)


def _groups_of(person: "Coalesce | OuterRef") -> ArraySubquery:
    return ArraySubquery(Person.groups.through.objects.filter(person=person).values("group__name"))


def _set_groups(person: Person, names: Iterable[str]) -> None:
    person.group_names = Person.groups_with(names, person.is_superuser)


def _ability(person: Person, incident: Incident, *, takes_part: bool) -> Ability:
    """As ``PersonQuerySet.who_may_enter`` decides it. The groups are read already."""
    can_respond = person.is_active and person.is_responder
    may_enter = not incident.restricted or person.is_admin or takes_part
    return Ability(can_respond and may_enter, can_respond and not may_enter)


def _read_groups(people: set[int]) -> dict[int, list[str]]:
    groups: dict[int, list[str]] = defaultdict(list)
    if people:
        rows = Person.groups.through.objects.filter(person__in=people)
        for person, name in rows.values_list("person", "group__name"):
            groups[person].append(name)
    return groups


def _read_taking_part(pairs: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    if not pairs:
        return set()
    incidents, people = zip(*pairs, strict=True)
    rows = Participation.objects.filter(incident__in=incidents, person__in=people)
    return set(rows.values_list("incident", "person"))
