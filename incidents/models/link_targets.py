"""What texts may link to: other incidents, and people.

What is shown is the same for all readers of a room, so another incident is linked only when all of
them may know of it: one that is restricted, or that does not exist, stays plain text.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models.functions import Lower

from incidents.models.incident import Incident
from incidents.models.person import Person
from kernel.text.mentions import Named, named

MAX_LOOKED_UP = 200


@dataclass(frozen=True, slots=True)
class LinkTargets:
    """What may be linked besides addresses and the incident's own things.

    ``people`` has full names by user name in lower case; ``asked`` is all that was looked up.
    """

    incidents: frozenset[int] = frozenset()
    people: Mapping[str, str] = field(default_factory=dict)
    asked: frozenset[int | str] = frozenset()


def learn_links(incident: Incident, texts: Iterable[str]) -> None:
    """Look up what these texts name, once for all of them, for ``linked`` with this object.

    At most two queries; none where no other incident and nobody is named, or all were looked up.
    """
    known = targets_of(incident)
    every = list(texts)
    numbers = {int(ref[4:]) for text in every for ref in _other_incidents(text)}
    names = {name.lower() for text in every for name in named(text, Named.NAME)}
    numbers -= known.asked | {incident.pk}
    names -= known.asked
    if numbers or names:
        incident._links = LinkTargets(  # type: ignore[attr-defined]
            known.incidents | _known_to_all(numbers),
            {**known.people, **_people(names)},
            known.asked | numbers | names,
        )


def targets_of(incident: Incident) -> LinkTargets:
    targets: LinkTargets = getattr(incident, "_links", LinkTargets())
    return targets


def _other_incidents(text: str) -> Iterable[str]:
    return (ref for ref in named(text, Named.REFERENCE) if ref.startswith("INC-"))


def _known_to_all(numbers: set[int]) -> frozenset[int]:
    if not numbers:
        return frozenset()
    wanted = sorted(numbers)[:MAX_LOOKED_UP]
    rows = Incident.objects.filter(pk__in=wanted, restricted=False)
    return frozenset(rows.values_list("pk", flat=True))


def _people(names: set[str]) -> dict[str, str]:
    if not names:
        return {}
    rows = Person.objects.alias(folded=Lower("username")).filter(
        folded__in=sorted(names)[:MAX_LOOKED_UP], is_active=True
    )
    return {person.username.lower(): str(person) for person in rows}
