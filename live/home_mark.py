"""The state of a person's own work, for a hub's home pages and for polling: pure reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import Max, Q

from incidents.facts.summary import MAX_INCIDENTS, unsettled_incidents
from incidents.models import Incident, Person, TimelineEntry
from incidents.timeline import kinds
from live import access


@dataclass(frozen=True, slots=True)
class Known:
    """An incident at the last look; ``last_duty_seq`` is the last entry that changes duties."""

    last_seq: int
    last_duty_seq: int


type Visible = Mapping[int, int]
"""Of each incident that somebody may know: the last entry that changes what is to do."""


@dataclass(frozen=True, slots=True)
class Look:
    """The active and watched incidents at one moment, and who may know of the restricted ones."""

    known: Mapping[int, Known]
    restricted: frozenset[int]
    admins: frozenset[int]
    taking_part: frozenset[tuple[int, int]]

    def visible_to(self, person_id: int) -> Visible:
        return {
            number: incident.last_duty_seq
            for number, incident in self.known.items()
            if number not in self.restricted
            or person_id in self.admins
            or (number, person_id) in self.taking_part
        }


def look(people: Iterable[int], before: Mapping[int, Known]) -> Look:
    """Look at all active and watched incidents for these people: two queries, four at most."""
    rows = list(Incident.objects.unsettled().values_list("pk", "restricted", "last_seq"))
    moved = _moved({pk: seq for pk, _, seq in rows}, before)
    known = {
        pk: Known(seq, moved.get(pk, before.get(pk, Known(0, seq)).last_duty_seq))
        for pk, _, seq in rows
    }
    restricted = frozenset(pk for pk, is_restricted, _ in rows if is_restricted)
    statuses = access.people_of(set(people)) if restricted else {}
    admins = frozenset(pk for pk, person in statuses.items() if person.is_admin)
    return Look(known, restricted, admins, frozenset(access.taking_part_in(restricted)))


def _moved(heads: Mapping[int, int], before: Mapping[int, Known]) -> dict[int, int]:
    """Of what was known: where entries that change duties have come since, and the last of them."""
    since = Q()
    for number, head in heads.items():
        if number in before and head > before[number].last_seq:
            since |= Q(incident=number, seq__gt=before[number].last_seq)
    if not since:
        return {}
    quiet = [kind.code for kind in kinds.KINDS.values() if not kind.duties]
    rows = TimelineEntry.objects.filter(since).exclude(kind__in=quiet).order_by()
    return dict(rows.values("incident").annotate(last=Max("seq")).values_list("incident", "last"))


def mark(incidents: Iterable[tuple[int, int]]) -> str:
    """A hash of these incidents, each with the end of its timeline."""
    text = ",".join(f"{number}:{seq}" for number, seq in sorted(incidents))
    return sha256(text.encode()).hexdigest()[:16]


def mark_of(person: Person) -> str:
    """The mark of all that the person's page is made of. One query beside the person's groups."""
    return mark(unsettled_incidents(person).values_list("pk", "last_seq")[:MAX_INCIDENTS])


def mark_of_id(person_id: int) -> str:
    return mark_of(Person.objects.get(pk=person_id))
