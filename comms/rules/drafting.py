"""A message drafted from facts: what its author would otherwise look up and type again.

Nothing is taken that would be refused: words of the room go into a stakeholder update only where
they are plain.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from comms.rules.message.common import Cadence
from comms.rules.message.plain import leaks
from comms.rules.message.update import MOST_UNKNOWNS
from comms.vocabulary import Audience, Progress, SurfaceState
from incidents.rules.wording import listed
from incidents.vocabulary import Option, Severity

NEWS = timedelta(minutes=10)
"""After a checkpoint: until then there is something to tell."""

_EVEN = timedelta(minutes=5)

_DOING = {
    Option.FLAG: "We are switching off the part that causes it.",
    Option.HOTFIX: "We are putting a correction in place.",
    Option.ROLLBACK: "We are going back to the version that worked.",
    Option.WRITE_FREEZE: "We are holding back changes, so that nothing wrong is stored.",
    Option.REPLAY: "We are running again what had failed.",
    Option.REVOCATION: "We are withdrawing access that should not have been given.",
    Option.THROTTLING: "We are letting less through, so that what gets through works.",
    Option.ROLLOUT: "We are giving everybody the corrected version.",
}
_DONE = {
    Option.FLAG: "We switched off the part that caused it.",
    Option.HOTFIX: "We put a correction in place.",
    Option.ROLLBACK: "We went back to the version that worked.",
    Option.WRITE_FREEZE: "We hold back changes, so that nothing wrong is stored.",
    Option.REPLAY: "We ran again what had failed.",
    Option.REVOCATION: "We withdrew access that should not have been given.",
    Option.THROTTLING: "We let less through, so that what gets through works.",
    Option.ROLLOUT: "Everybody has the corrected version.",
}
_LOOKING = "We are looking for the cause."


@dataclass(frozen=True, slots=True)
class Source:
    """A fact that something was filled from: what it is called, and where it stands."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Mitigation:
    """The last decision that changes something: ``option`` by code, how far it is."""

    source: Source
    option: str
    decided_at: datetime
    done: bool = False
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """An unknown of a lane that nobody has resolved."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Last:
    """What was said last, as it was said."""

    source: Source
    audience: str
    headline: str
    impact: str
    mitigation: str
    unknowns: tuple[str, ...]
    no_unknowns: str
    published_at: datetime
    surfaces: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """The facts that an update is drafted from. ``surfaces`` maps keys to names."""

    cadence: Cadence
    severity: str
    restricted: bool = False
    surfaces: Mapping[int, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    mitigation: Mitigation | None = None
    unknowns: tuple[Open, ...] = ()
    next_checkpoint: datetime | None = None
    last: Last | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields as they begin, by name, and what they were filled from."""

    audience: str
    progress: str
    headline: str
    impact: str
    mitigation: str
    unknowns: tuple[str, ...]
    no_unknowns: str
    next_at: datetime
    surfaces: Mapping[int, str]
    sources: tuple[Source, ...]


def draft(known: Known) -> Draft:
    last, progress = known.last, _progress(known)
    asked = _unknowns(known)
    texts = tuple(one.text for one in asked) or (last.unknowns if last else ())
    sources = [one.source for one in (known.mitigation, last, *asked) if one is not None]
    return Draft(
        audience=_audience(known),
        progress=progress,
        headline=last.headline if last else _headline(known),
        impact=last.impact if last else "",
        mitigation=_mitigation(known),
        unknowns=texts[:MOST_UNKNOWNS],
        no_unknowns=last.no_unknowns if last and not texts else "",
        next_at=suggested(known.cadence, known.next_checkpoint),
        surfaces=_surfaces(known, progress),
        sources=tuple(dict.fromkeys(sources)),
    )


def suggested(at: Cadence, next_checkpoint: datetime | None) -> datetime:
    """Shortly after the next checkpoint, where the cadence allows it; else as late as it does."""
    latest = at.now + at.longest
    if next_checkpoint is not None and at.now < next_checkpoint + NEWS <= latest:
        latest = next_checkpoint + NEWS
    even = latest.replace(minute=latest.minute // 5 * 5, second=0, microsecond=0)
    return even if even > at.now else even + _EVEN


def _audience(known: Known) -> str:
    if known.restricted:
        return Audience.PARTICIPANTS.value
    if known.last and known.last.audience != Audience.PARTICIPANTS:
        return known.last.audience
    return Audience.PUBLIC.value


def _progress(known: Known) -> str:
    made = known.mitigation
    if made is None:
        return Progress.INVESTIGATING.value
    return (Progress.RECOVERED if made.verified else Progress.MITIGATING).value


def _headline(known: Known) -> str:
    return f"Problems with {listed(known.surfaces.values())}" if known.surfaces else ""


def _mitigation(known: Known) -> str:
    made, last = known.mitigation, known.last
    if last and (made is None or made.decided_at < last.published_at):
        return last.mitigation
    if made is None:
        return _LOOKING
    return (_DONE if made.done else _DOING).get(Option(made.option), _LOOKING)


def _unknowns(known: Known) -> tuple[Open, ...]:
    plain: Iterable[Open] = (one for one in known.unknowns if not leaks(one.text, known.people))
    return tuple(plain)[:MOST_UNKNOWNS]


def _surfaces(known: Known, progress: str) -> Mapping[int, str]:
    if progress == Progress.RECOVERED:
        return dict.fromkeys(known.surfaces, SurfaceState.OPERATIONAL.value)
    told = known.last.surfaces if known.last else {}
    minor = known.severity == Severity.SEV3
    usual = SurfaceState.DEGRADED.value if minor else SurfaceState.PARTIAL.value
    return {key: told.get(key, usual) for key in known.surfaces}
