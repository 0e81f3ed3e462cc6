"""The facts around a message that its rules judge, in few queries."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db.models.fields.json import KeyTextTransform

from comms.models.message import Message
from comms.rules.message.common import Cadence, CorrectedMessage, Correction, Owner
from comms.rules.message.plain import candidate_names, folded_name
from comms.rules.message.update import Change, Situation
from incidents.facts.incident import IncidentFacts
from incidents.facts.recovery import read_steady_runs
from incidents.models import Incident, Person, TimelineEntry
from incidents.models.text_search import Folded
from incidents.vocabulary import ExecutionState, Severity
from kernel.actor import ActorKind
from kernel.refusal import Violation

type Violations = tuple[Violation, ...]

REOPENED_KINDS = ("incident.reopened", "incident.taken_back")
"""The entries after which what readers were told of its end no longer holds."""


def cadence(incident: Incident, now: datetime) -> Cadence:
    max_interval = settings.UPDATE_CADENCE[incident.severity]
    return Cadence(now, str(Severity(incident.severity).label), max_interval)


def situation(facts: IncidentFacts, texts: Collection[str], now: datetime) -> Situation:
    """Three queries beside the incident's facts: who takes part, who is named elsewhere. Two more
    where nothing was executed: whether it recovered by itself."""
    incident = facts.incident
    return Situation(
        cadence=cadence(incident, now),
        restricted=incident.restricted,
        impacted={surface.pk: surface.name for surface in facts.surfaces},
        changes=(changed := changes(facts)),
        is_steady=not changed and _is_steady(facts),
        people=participant_names(incident),
        colleagues=names_among(texts, incident),
    )


def _is_steady(facts: IncidentFacts) -> bool:
    steady = read_steady_runs(facts, last_reopened_at(facts.incident))
    return steady is not None and steady.shows_recovery


def names_among(texts: Collection[str], incident: Incident) -> tuple[str, ...]:
    """The names that stand whole in the texts: of everybody who has an account, also one that is
    switched off, and of everybody whom the record names, by a name that they no longer have too."""
    candidates = candidate_names(texts)
    if not candidates:
        return ()
    people = Person.objects.annotate(folded=Folded("name")).filter(folded__in=candidates)
    known = people.order_by("pk").values_list("name", flat=True)
    recorded = [name for name in _recorded_names(incident) if folded_name(name) in candidates]
    return tuple(dict.fromkeys([*known, *recorded]))


_NAMING = ("person", "by", "owner", "receiver", "giver", "executor", "verifier", "commander")
"""Where entries name people in their data."""


def _recorded_names(incident: Incident) -> set[str]:
    """One query. The authors of entries, and whom entries name."""
    rows = TimelineEntry.objects.filter(incident=incident).order_by()
    parts = [rows.filter(actor_kind=ActorKind.PERSON).values_list("actor_name", flat=True)]
    parts += [rows.values_list(KeyTextTransform(key, "data"), flat=True) for key in _NAMING]
    first, *others = parts
    return {name for name in first.union(*others).order_by() if name}


def changes(facts: IncidentFacts) -> tuple[Change, ...]:
    """The executed mitigations."""
    return tuple(
        Change(
            decision.reference,
            done_at,
            decision.execution.state == ExecutionState.VERIFIED,
            decision.execution.state in {ExecutionState.FAILED, ExecutionState.SUPERSEDED},
        )
        for decision in facts.decisions
        if decision.execution.mitigates and (done_at := decision.execution.done_at)
    )


def last_reopened_at(incident: Incident) -> datetime | None:
    """When it was last opened again, also after it had been called an error."""
    rows = TimelineEntry.objects.filter(incident=incident, kind__in=REOPENED_KINDS)
    return rows.order_by("-seq").values_list("at", flat=True).first()


def participant_names(incident: Incident) -> tuple[str, ...]:
    """The names that updates must not contain: those of all participants."""
    people = Person.objects.filter(participations__incident=incident)
    return tuple(str(person) for person in people.only("name", "username").order_by("pk"))


def owner(incident: Incident, person: Person | None) -> Owner | None:
    """A person as the rules judge them."""
    if person is None:
        return None
    may_know = Incident.objects.known_to(person).filter(pk=incident.pk).exists()
    return Owner(str(person), person.is_active and person.is_responder, may_know)


def correction_of(
    incident: Incident, kind: type[Message], number: int | None, explanation: str
) -> Correction:
    """The message to correct, if this incident has one of that kind, and its own correction."""
    if number is None:
        return Correction(explanation=explanation)
    rows = kind._default_manager.filter(incident=incident, number=number)
    old = rows.prefetch_related("corrections").first()
    if old is None:
        return Correction(True, None, explanation)
    by = next((str(correction) for correction in old.corrections.all()), "")
    return Correction(True, CorrectedMessage(str(old), by), explanation)
