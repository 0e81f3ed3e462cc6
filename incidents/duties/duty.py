"""What a person must do next. Each app adds its own; the most urgent comes first.

A provider gets the facts of several incidents and one person, so that a home page with many
incidents needs no more queries than a room with one.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse

from incidents.assessments import control
from incidents.duties.urgency import Urgency
from incidents.facts.command import absence_of
from incidents.facts.incident import IncidentFacts
from incidents.models import Incident, Person
from incidents.rules.command import COMMAND_WAITS, faults
from incidents.vocabulary import RoleName, Status
from kernel.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something to do now; ``key`` is the shortcut on its button.

    What is due on a ``day`` rather than at a time is late when that day is over: ``due_at``.
    """

    incident: Incident
    role: str
    urgency: Urgency
    title: str
    why: str
    href: str
    button: str
    key: str = ""
    due_at: datetime | None = None
    overdue: bool = False
    day: date | None = None
    warning: str = ""
    """The code of the room's warning that says the same; it is left out for this person."""

    @property
    def is_first(self) -> bool:
        """What is overdue, and what the whole room waits for, before all that has its time."""
        return self.overdue or self.urgency.is_never_deferred

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
type OwnedProvider = Callable[[Sequence[IncidentFacts], Person], Iterable[Owned]]

type OutlivingProvider = Callable[[Person, datetime], Iterable[Duty]]


@dataclass(frozen=True, slots=True)
class _DutyProvider:
    """``provider`` is given the incidents of these statuses and no others."""

    statuses: frozenset[Status]
    provider: Provider


_PROVIDERS = Registry[_DutyProvider](
    "provider of duties",
    name_of=lambda entry: f"{entry.provider.__module__}.{entry.provider.__qualname__}",
)
OWNED_PROVIDERS = Registry[OwnedProvider]("provider of what a person owns")
OUTLIVING_PROVIDERS = Registry[OutlivingProvider]("provider of work that outlives its incident")
"""Their duties are only on a person's own page."""


def register_while(*statuses: Status) -> Callable[[Provider], Provider]:
    """A decorator that registers a provider of duties for incidents of these statuses."""

    def add(provider: Provider) -> Provider:
        _PROVIDERS.register(_DutyProvider(frozenset(statuses), provider))
        return provider

    return add


def outliving(person: Person, now: datetime) -> list[Duty]:
    """What incidents of any status left for the person, by when it is due."""
    providers = OUTLIVING_PROVIDERS.values()
    return by_time((duty for provider in providers for duty in provider(person, now)), now)


def owned(all_facts: Sequence[IncidentFacts], person: Person) -> list[Owned]:
    """What the person owns, in the order of the incidents; what lacks something first."""
    providers = OWNED_PROVIDERS.values()
    things = [thing for provider in providers for thing in provider(all_facts, person)]
    return sorted(things, key=lambda thing: not thing.missing)


def duties(all_facts: Sequence[IncidentFacts], person: Person, now: datetime) -> list[Duty]:
    """Everything that waits for the person, most urgent first."""
    unsorted = [
        duty
        for entry in _PROVIDERS.values()
        for duty in entry.provider(_of(all_facts, entry.statuses), person, now)
    ]
    far = now + timedelta(days=365)
    return sorted(unsorted, key=lambda d: (not d.is_first, d.urgency, d.due_at or far))


def _of(all_facts: Sequence[IncidentFacts], statuses: frozenset[Status]) -> list[IncidentFacts]:
    return [facts for facts in all_facts if facts.incident.status in statuses]


def by_time(duties: Iterable[Duty], now: datetime) -> list[Duty]:
    """Sorted by time: late duties first, then those without a time, then by when they are due."""
    return sorted(duties, key=lambda d: (not d.is_late(now), d.due_at or now, d.urgency))


@register_while(Status.ACTIVE)
def in_command(all_facts: Sequence[IncidentFacts], person: Person, now: datetime) -> Iterable[Duty]:
    for facts in all_facts:
        if facts.commander == person:
            yield from _of_commander(facts, now)


def _of_commander(facts: IncidentFacts, now: datetime) -> Iterable[Duty]:
    incident, number = facts.incident, [facts.incident.pk]
    checkpoint = facts.next_checkpoint
    if checkpoint is not None:
        late = checkpoint.is_overdue(now)
        why = checkpoint.purpose or "The room waits for a decision on the evidence there is."
        yield Duty(
            incident=incident,
            role="commander",
            urgency=Urgency.DECIDE_OVERDUE if late else Urgency.DECIDE,
            title=f"Decide at checkpoint {checkpoint.reference}",
            why=f"It is overdue. {why}" if late else why,
            href=checkpoint.get_absolute_url(),
            button="Decide",
            key="D",
            due_at=checkpoint.due_at,
            overdue=late,
        )
    if not control.control(facts).is_held:
        yield Duty(
            incident=incident,
            role="commander",
            urgency=Urgency.CAPTURE_FIRST_EVIDENCE,
            title="Capture the first evidence snapshot",
            why="Logs, failing checks or the scope: without one nothing is under control.",
            href=reverse("capture", args=number),
            button="Capture evidence",
            key="E",
        )
    for step in control.first_fifteen(facts, now):
        if not step.met and step.code in _STEPS:
            title, button, urgency = _STEPS[step.code]
            why = step.missing[:1].upper() + step.missing[1:] + "."
            limit = incident.declared_at + timedelta(minutes=15)
            yield Duty(
                incident=incident,
                role="commander",
                urgency=urgency,
                title=title,
                why=why,
                href=step.href,
                button=button,
                due_at=limit,
                overdue=now > limit,
            )
    if checkpoint is None:
        yield Duty(
            incident=incident,
            role="commander",
            urgency=Urgency.SCHEDULE_CHECKPOINT,
            title="Schedule the next checkpoint",
            why="An active incident needs a time at which it is decided what happens next.",
            href=reverse("checkpoint", args=number),
            button="Schedule it",
            key="D",
        )


@register_while(Status.ACTIVE)
def in_place_of_the_commander(
    all_facts: Sequence[IncidentFacts], person: Person, now: datetime
) -> Iterable[Duty]:
    """The deputy takes command when the room waits for it, and may when the commander is away."""
    for facts in all_facts:
        if facts.deputy != person:
            continue
        absence = absence_of(facts)
        if absence.since > now:
            continue
        href = reverse("take-command", args=[facts.incident.pk])
        waits = bool(faults(absence, now, href))
        yield Duty(
            incident=facts.incident,
            role="deputy",
            urgency=Urgency.TAKE_COMMAND if waits else Urgency.STAND_IN,
            title="Take command",
            why=f"{absence.sentence(now)}. You are deputy: command is yours to take.",
            href=href,
            button="Take command",
            overdue=waits,
            warning=COMMAND_WAITS,
        )


_STEPS = {
    "freeze": ("Freeze the impacted surfaces", "Freeze", Urgency.FREEZE),
    "owners": ("Name an owner for each lane", "Name an owner", Urgency.NAME_OWNERS),
}


@register_while(Status.ACTIVE)
def without_snapshot(
    all_facts: Sequence[IncidentFacts], person: Person, now: datetime
) -> Iterable[Duty]:
    """A lane owner can bring what control still lacks."""
    for facts in all_facts:
        lanes = [
            lane
            for (role, lane), holder in facts.holders.items()
            if role == RoleName.LANE_OWNER and holder.person_id == person.pk
        ]
        if lanes and facts.first_evidence_at is None and facts.commander != person:
            yield Duty(
                incident=facts.incident,
                role="lane owner",
                urgency=Urgency.HELP_WITH_FIRST_EVIDENCE,
                title="Capture the first evidence snapshot",
                why="The incident is not under control without one.",
                href=reverse("capture", args=[facts.incident.pk]),
                button="Capture evidence",
                key="E",
            )
