"""What a person must do next. Each app adds its own; the most urgent comes first.

A provider is given the standings of several incidents and one person, so that a home page with
many incidents asks no more often than a room with one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse

from incidents.assessments import control
from incidents.facts.incident import IncidentFacts
from incidents.models import Incident, Person
from incidents.vocabulary import RoleName, Status

AT_ONCE = 5
"""Duties more urgent than this do not wait for what is overdue."""


@dataclass(frozen=True, slots=True)
class Duty:
    """``urgency`` orders duties, smallest first; ``key`` is the shortcut on its button.

    What is due on a ``day`` rather than at a time is late when that day is over: ``due_at``.
    """

    incident: Incident
    role: str
    urgency: int
    title: str
    why: str
    href: str
    button: str
    key: str = ""
    due_at: datetime | None = None
    overdue: bool = False
    day: date | None = None

    @property
    def is_first(self) -> bool:
        """What is overdue, and what the whole room waits for, before all that has its time."""
        return self.overdue or self.urgency < AT_ONCE

    def is_late(self, now: datetime) -> bool:
        """Its time has passed, whether or not that is a fault of the incident."""
        return self.overdue or (self.due_at is not None and self.due_at <= now)


@dataclass(frozen=True, slots=True)
class Owned:
    """Something that the person owns for as long as it lasts; ``missing`` says what it lacks."""

    incident: Incident
    label: str
    icon: str
    href: str
    missing: str = ""


type Provider = Callable[[Sequence[IncidentFacts], Person, datetime], Iterable[Duty]]
type Owning = Callable[[Sequence[IncidentFacts], Person], Iterable[Owned]]

type Outliving = Callable[[Person, datetime], Iterable[Duty]]

_providers: list[tuple[frozenset[Status], Provider]] = []
_owning: list[Owning] = []
_outliving: list[Outliving] = []


def register(provider: Provider) -> Provider:
    """One of work in active incidents."""
    return register_while(Status.ACTIVE)(provider)


def register_while(*statuses: Status) -> Callable[[Provider], Provider]:
    """One of work in incidents of these statuses: it is given no others."""

    def add(provider: Provider) -> Provider:
        _providers.append((frozenset(statuses), provider))
        return provider

    return add


def register_owned(provider: Owning) -> Owning:
    _owning.append(provider)
    return provider


def register_outliving(provider: Outliving) -> Outliving:
    """One of work that outlives its incident: it is on a person's page, and in no room."""
    _outliving.append(provider)
    return provider


def outliving(person: Person, now: datetime) -> list[Duty]:
    """What incidents of any status left for the person, by when it is due."""
    return by_time((duty for provider in _outliving for duty in provider(person, now)), now)


def owned(standings: Sequence[IncidentFacts], person: Person) -> list[Owned]:
    """What the person owns, in the order of the incidents; what lacks something first."""
    things = [thing for provider in _owning for thing in provider(standings, person)]
    return sorted(things, key=lambda thing: not thing.missing)


def duties(standings: Sequence[IncidentFacts], person: Person, now: datetime) -> list[Duty]:
    """Everything that waits for the person, most urgent first."""
    unsorted = [
        duty
        for statuses, provider in _providers
        for duty in provider(_of(standings, statuses), person, now)
    ]
    far = now + timedelta(days=365)
    return sorted(unsorted, key=lambda d: (not d.is_first, d.urgency, d.due_at or far))


def _of(standings: Sequence[IncidentFacts], statuses: frozenset[Status]) -> list[IncidentFacts]:
    return [facts for facts in standings if facts.incident.status in statuses]


def by_time(duties: Iterable[Duty], now: datetime) -> list[Duty]:
    """The same by when they are due: what is late, what is for now, then as time goes on."""
    return sorted(duties, key=lambda d: (not d.is_late(now), d.due_at or now, d.urgency))


@register
def in_command(standings: Sequence[IncidentFacts], person: Person, now: datetime) -> Iterable[Duty]:
    for facts in standings:
        if facts.commander == person:
            yield from _of_commander(facts, now)


def _of_commander(facts: IncidentFacts, now: datetime) -> Iterable[Duty]:
    incident, number = facts.incident, [facts.incident.pk]
    checkpoint = facts.next_checkpoint
    if checkpoint is not None:
        late = checkpoint.is_overdue(now)
        why = checkpoint.purpose or "The room waits for a decision on the evidence there is."
        yield Duty(
            incident,
            "commander",
            0 if late else 50,
            f"Decide at checkpoint {checkpoint.reference}",
            f"It is overdue. {why}" if late else why,
            checkpoint.get_absolute_url(),
            "Decide",
            "D",
            checkpoint.due_at,
            late,
        )
    if not control.control(facts).is_held:
        yield Duty(
            incident,
            "commander",
            10,
            "Capture the first evidence snapshot",
            "Logs, failing checks or the scope: without one nothing is under control.",
            reverse("capture", args=number),
            "Capture evidence",
            "E",
        )
    for step in control.first_fifteen(facts, now):
        if not step.met and step.code in _STEPS:
            title, button, urgency = _STEPS[step.code]
            why = step.missing[:1].upper() + step.missing[1:] + "."
            limit = incident.declared_at + timedelta(minutes=15)
            yield Duty(
                incident,
                "commander",
                urgency,
                title,
                why,
                step.href,
                button,
                "",
                limit,
                now > limit,
            )
    if checkpoint is None:
        yield Duty(
            incident,
            "commander",
            40,
            "Schedule the next checkpoint",
            "An active incident needs a time at which it is decided what happens next.",
            reverse("checkpoint", args=number),
            "Schedule it",
            "D",
        )


_STEPS = {
    "freeze": ("Freeze the impacted surfaces", "Freeze", 20),
    "owners": ("Name an owner for each lane", "Name an owner", 30),
}


@register
def without_snapshot(
    standings: Sequence[IncidentFacts], person: Person, now: datetime
) -> Iterable[Duty]:
    """A lane owner can bring what control still lacks."""
    for facts in standings:
        lanes = [
            lane
            for (role, lane), holder in facts.holders.items()
            if role == RoleName.LANE_OWNER and holder.person_id == person.pk
        ]
        if lanes and facts.first_evidence_at is None and facts.commander != person:
            yield Duty(
                facts.incident,
                "lane owner",
                15,
                "Capture the first evidence snapshot",
                "The incident is not under control without one.",
                reverse("capture", args=[facts.incident.pk]),
                "Capture evidence",
                "E",
            )
