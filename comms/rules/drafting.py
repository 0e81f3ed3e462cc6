"""Drafting a message from facts that its author would otherwise look up and type again.

Nothing is taken that the rules would refuse: texts from the room go into a stakeholder update only
if they are in plain words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from comms.rules.message.common import Cadence
from comms.rules.message.plain import leaks
from comms.rules.message.update import MAX_UNKNOWNS, Change, unverified
from comms.vocabulary import Audience, Progress, SurfaceState
from incidents.rules.wording import listed
from incidents.vocabulary import Option, Phase, Severity

AFTER_CHECKPOINT = timedelta(minutes=10)
"""The next update is suggested so long after a checkpoint."""

_ROUNDING = timedelta(minutes=5)

_DOING = {
    Option.FLAG: "We are switching off the part that causes it.",
    Option.HOTFIX: "We are putting a correction in place.",
    Option.ROLLBACK: "We are going back to the version that worked.",
    Option.WRITE_FREEZE: "We are holding back changes, so that nothing wrong is stored.",
    Option.REPLAY: "We are running again what had failed.",
    Option.REVOCATION: "We are withdrawing access that should not have been given.",
    Option.THROTTLING: "We are letting less through, so that what gets through works.",
    Option.ROLLOUT: "We are giving everybody the corrected version.",
    Option.OWN: "We are taking a step to restore it.",
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
    Option.OWN: "We took a step to restore it.",
}
_LOOKING = "We are looking for the cause."
_CAME_BACK = "We reported that this had recovered. It has come back."


@dataclass(frozen=True, slots=True)
class Source:
    """Where a prefilled value comes from: a label and a link."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Mitigation:
    """The last mitigating decision: the code of its ``option``, and its progress."""

    source: Source
    option: str
    decided_at: datetime
    done: bool = False
    verified: bool = False


@dataclass(frozen=True, slots=True)
class OpenUnknown:
    """An open unknown of a lane."""

    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """The last update, as published."""

    source: Source
    audience: str
    headline: str
    impact: str
    mitigation: str
    unknowns: tuple[str, ...]
    no_unknowns: str
    published_at: datetime
    surfaces: Mapping[int, str] = field(default_factory=dict)
    progress: str = ""


@dataclass(frozen=True, slots=True)
class DraftFacts:
    """The facts that an update is drafted from. ``surfaces`` maps keys to names.

    ``executed`` are all executed mitigations; ``reopened_at`` is when the incident was opened again
    last.
    """

    cadence: Cadence
    severity: str
    phase: str = ""
    reopened_at: datetime | None = None
    executed: tuple[Change, ...] = ()
    restricted: bool = False
    surfaces: Mapping[int, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    mitigation: Mitigation | None = None
    unknowns: tuple[OpenUnknown, ...] = ()
    next_checkpoint: datetime | None = None
    last: LastUpdate | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The prefilled fields, and the sources they come from. A surface without a state is asked."""

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


def draft(facts: DraftFacts) -> Draft:
    last, progress = facts.last, _progress(facts)
    unknowns = _unknowns(facts)
    texts = tuple(unknown.text for unknown in unknowns) or (last.unknowns if last else ())
    sources = [part.source for part in (facts.mitigation, last, *unknowns) if part is not None]
    return Draft(
        audience=_audience(facts),
        progress=progress,
        headline=last.headline if last else _headline(facts),
        impact=_impact(facts),
        mitigation=_mitigation(facts),
        unknowns=texts[:MAX_UNKNOWNS],
        no_unknowns=last.no_unknowns if last and not texts else "",
        next_at=suggest_next_at(facts.cadence, facts.next_checkpoint),
        surfaces=_surfaces(facts, progress),
        sources=tuple(dict.fromkeys(sources)),
    )


def suggest_next_at(cadence: Cadence, next_checkpoint: datetime | None) -> datetime:
    """Ten minutes after the next checkpoint if the cadence allows it, else as late as it allows."""
    latest = cadence.now + cadence.max_interval
    if next_checkpoint is not None and cadence.now < next_checkpoint + AFTER_CHECKPOINT <= latest:
        latest = next_checkpoint + AFTER_CHECKPOINT
    even = latest.replace(minute=latest.minute // 5 * 5, second=0, microsecond=0)
    return even if even > cadence.now else even + _ROUNDING


def _audience(facts: DraftFacts) -> str:
    if facts.restricted:
        return Audience.PARTICIPANTS.value
    if facts.last and facts.last.audience != Audience.PARTICIPANTS:
        return facts.last.audience
    return Audience.PUBLIC.value


def may_say_recovered(facts: DraftFacts) -> bool:
    """Whether a draft may say it: in recovery or later, every executed mitigation verified, and
    readers were last told that each impacted surface works (product, section 8)."""
    last_done = max((change.done_at for change in facts.executed), default=None)
    if last_done is None or (facts.reopened_at and last_done <= facts.reopened_at):
        return False
    last_states = facts.last.surfaces if facts.last else {}
    return (
        facts.phase in {Phase.RECOVERY, Phase.HARDENING}
        and not unverified(facts.executed)
        and all(last_states.get(key) == SurfaceState.OPERATIONAL for key in facts.surfaces)
    )


def came_back(facts: DraftFacts) -> bool:
    """Whether readers were told that it recovered, before the incident was opened again."""
    return (
        facts.last is not None
        and facts.last.progress == Progress.RECOVERED
        and facts.reopened_at is not None
        and facts.last.published_at <= facts.reopened_at
    )


def _progress(facts: DraftFacts) -> str:
    mitigation = facts.mitigation
    if may_say_recovered(facts):
        return Progress.RECOVERED.value
    if mitigation is None or _is_before_reopening(facts):
        return Progress.INVESTIGATING.value
    return Progress.MITIGATING.value


def _is_before_reopening(facts: DraftFacts) -> bool:
    mitigation = facts.mitigation
    return (
        mitigation is not None
        and facts.reopened_at is not None
        and mitigation.decided_at <= facts.reopened_at
    )


def _impact(facts: DraftFacts) -> str:
    if came_back(facts):
        return _CAME_BACK
    return facts.last.impact if facts.last else ""


def _headline(facts: DraftFacts) -> str:
    return f"Problems with {listed(facts.surfaces.values())}" if facts.surfaces else ""


def _mitigation(facts: DraftFacts) -> str:
    mitigation, last = facts.mitigation, facts.last
    if came_back(facts) and (mitigation is None or _is_before_reopening(facts)):
        return _LOOKING
    if last and (mitigation is None or mitigation.decided_at < last.published_at):
        return last.mitigation
    if mitigation is None:
        return _LOOKING
    return (_DONE if mitigation.done else _DOING).get(Option(mitigation.option), _LOOKING)


def _unknowns(facts: DraftFacts) -> tuple[OpenUnknown, ...]:
    plain: Iterable[OpenUnknown] = (
        unknown for unknown in facts.unknowns if not leaks(unknown.text, facts.people)
    )
    return tuple(plain)[:MAX_UNKNOWNS]


def _surfaces(facts: DraftFacts, progress: str) -> Mapping[int, str]:
    if progress == Progress.RECOVERED:
        # A person says of each that it works.
        return dict.fromkeys(facts.surfaces, "")
    last_states = facts.last.surfaces if facts.last and not came_back(facts) else {}
    minor = facts.severity == Severity.SEV3
    usual = SurfaceState.DEGRADED.value if minor else SurfaceState.PARTIAL.value
    return {key: last_states.get(key, usual) for key in facts.surfaces}
