"""Who writes: a person, an agent, or the program itself."""

from dataclasses import dataclass, field
from enum import StrEnum


class ActorKind(StrEnum):
    PERSON = "person"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The author of a write.

    ``id`` is the person's primary key (for an agent: the person who answers for its token),
    ``groups`` the names of the site groups.
    """

    kind: ActorKind
    name: str
    id: int | None = None
    groups: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_person(self) -> bool:
        return self.kind == ActorKind.PERSON


SYSTEM = Actor(ActorKind.SYSTEM, "Warroom")
