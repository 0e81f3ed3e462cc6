"""May this stakeholder update go out? Playbook, "Stakeholder update".

Status, customer impact and current mitigation in plain language, the top one or two unknowns, and
the time of the next. Readers act on it, so it may not say more than is so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from comms.rules.message.common import Cadence, Correcting, Found, correction, promise, text
from comms.rules.message.plain import plain
from comms.vocabulary import Audience, Progress, SurfaceState
from incidents.rules.wording import quoted
from kernel.refusal import Violation
from kernel.text import has_content, same_reason, says_nothing

MOST_UNKNOWNS = 2


@dataclass(frozen=True, slots=True)
class Change:
    """A mitigation that was executed: ``D-1``, when it was done, whether a run verified it."""

    reference: str
    done_at: datetime
    verified: bool


@dataclass(frozen=True, slots=True)
class Update:
    """What is to be said. ``unknowns`` as typed, without the empty ones; ``surfaces`` maps the
    keys of surfaces to the states that readers are told."""

    audience: str
    progress: str
    headline: str
    impact: str
    mitigation: str
    unknowns: tuple[str, ...] = ()
    no_unknowns: str = ""
    next_at: datetime | None = None
    surfaces: Mapping[int, str] = field(default_factory=dict)
    correcting: Correcting = field(default_factory=Correcting)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is so. ``impacted`` maps the keys of the impacted surfaces to their names, ``people``
    are the names of those who take part."""

    cadence: Cadence
    restricted: bool = False
    is_drill: bool = False
    impacted: Mapping[int, str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    people: tuple[str, ...] = ()


def violations(said: Update, at: Situation) -> Found:
    """Every reason why this cannot be published, in the order of the form."""
    return tuple(found for rule in _RULES for found in rule(said, at))


def _audience(said: Update, at: Situation) -> Found:
    if said.audience not in Audience.values:
        words = "Choose who reads it."
    elif at.restricted and said.audience != Audience.PARTICIPANTS:
        words = "This incident is restricted: only its participants may read of it."
    elif at.restricted:
        return ()
    elif at.is_drill and said.audience == Audience.PUBLIC:
        words = "A drill is never public: choose signed-in stakeholders."
    elif said.audience == Audience.PARTICIPANTS:
        words = "This incident is open to all who respond: choose everybody or stakeholders."
    else:
        return ()
    return (Violation("U-AUDIENCE", words, "audience"),)


def _status(said: Update, at: Situation) -> Found:
    if said.progress not in Progress.values:
        return (Violation("U-STATUS", "Choose how far it is.", "progress"),)
    return ()


def _recovered(said: Update, at: Situation) -> Found:
    if said.progress != Progress.RECOVERED:
        return ()
    last = max(at.changes, key=lambda change: change.done_at, default=None)
    if last is None:
        words = "Nothing was executed yet: recovered needs a mitigation that is verified."
    elif not last.verified:
        words = f"{last.reference} was executed and is not verified: recovered needs its run."
    else:
        return ()
    return (Violation("U-RECOVERED", words, "progress"),)


def _headline(said: Update, at: Situation) -> Found:
    asked = "Say in a few plain words what readers notice, like “Some people cannot sign in”."
    return text("U-HEADLINE", "headline", said.headline, asked)


def _impact(said: Update, at: Situation) -> Found:
    asked = "Say in plain words what people notice, how many, and what still works."
    return text("U-IMPACT", "impact", said.impact, asked)


def _mitigation(said: Update, at: Situation) -> Found:
    asked = "Say in plain words what you are doing about it."
    return text("U-MITIGATION", "mitigation", said.mitigation, asked)


def _unknowns(said: Update, at: Situation) -> Found:
    if not said.unknowns:
        asked = "Name one or two unknowns, or say why none are known."
        return text("U-UNKNOWNS", "no_unknowns", said.no_unknowns, asked)
    found = []
    for number, unknown in enumerate(said.unknowns, start=1):
        if says_nothing(unknown):
            words = f"{quoted(unknown)} is not an unknown: leave it empty and say why none are."
            found.append(Violation("U-UNKNOWNS", words, f"unknown_{number}"))
    if len(said.unknowns) > MOST_UNKNOWNS:
        words = f"Readers hold two unknowns in mind: choose two of these {len(said.unknowns)}."
        found.append(Violation("U-UNKNOWNS", words, "unknown_1"))
    elif len(said.unknowns) == MOST_UNKNOWNS and same_reason(*said.unknowns):
        words = "Both unknowns say the same."
        found.append(Violation("U-UNKNOWNS", words, "unknown_2"))
    if has_content(said.no_unknowns):
        words = "Unknowns are named: leave out why there are none."
        found.append(Violation("U-UNKNOWNS", words, "no_unknowns"))
    return tuple(found)


def _next(said: Update, at: Situation) -> Found:
    return promise(said.next_at, at.cadence, needed=said.progress != Progress.RECOVERED)


def _surfaces(said: Update, at: Situation) -> Found:
    found = []
    for key, name in at.impacted.items():
        state = said.surfaces.get(key, "")
        if state not in SurfaceState.values:
            words = f"Say how {name} is doing."
        elif said.progress == Progress.RECOVERED and state != SurfaceState.OPERATIONAL:
            words = f"Recovered means that {name} is working."
        else:
            continue
        found.append(Violation("U-SURFACES", words, f"surface_{key}"))
    if others := [key for key in said.surfaces if key not in at.impacted]:
        words = f"{len(others)} of these surfaces {'is' if len(others) == 1 else 'are'} not"
        found.append(Violation("U-SURFACES", f"{words} impacted by this incident."))
    return tuple(found)


def _plain(said: Update, at: Situation) -> Found:
    texts = {"headline": said.headline, "impact": said.impact, "mitigation": said.mitigation}
    texts |= {f"unknown_{n}": one for n, one in enumerate(said.unknowns, start=1)}
    texts |= {"no_unknowns": said.no_unknowns, "correction": said.correcting.words}
    return plain(texts, at.people)


def _corrects(said: Update, at: Situation) -> Found:
    return correction(said.correcting)


_RULES: tuple[Callable[[Update, Situation], Found], ...] = (
    _audience,
    _status,
    _recovered,
    _headline,
    _impact,
    _mitigation,
    _unknowns,
    _next,
    _surfaces,
    _plain,
    _corrects,
)
