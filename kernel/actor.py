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
    ``groups`` the names of the site groups. An agent writes in one ``lane``, of one ``incident`` or
    (None) of all. ``token`` names the token of a machine that acts for a person, and ``actions``
    are all that the token allows; None is everything that its person may do.
    """

    kind: ActorKind
    name: str
    id: int | None = None
    groups: frozenset[str] = field(default_factory=frozenset)
    lane: str = ""
    incident: int | None = None
    token: str = ""
    actions: frozenset[str] | None = None

    @property
    def is_person(self) -> bool:
        return self.kind == ActorKind.PERSON


SYSTEM = Actor(ActorKind.SYSTEM, "Warroom")
