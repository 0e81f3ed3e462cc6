"""What the gate judges, read from the record: nine queries beside the incident's standing."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from comms.models import Lapse, Update
from comms.rules.commitment import reaches
from incidents.actions.ownership import can_answer
from incidents.assessments import anti_patterns
from incidents.facts.incident import IncidentFacts, read_facts
from incidents.models import Decision, Incident, Person, Risk, TimelineEntry
from incidents.vocabulary import ExecutionState, Group, Purpose
from lanes.models import Handoff
from retros.closing import rules as gate
from retros.models import BacklogItem, Statement

_OPEN = {
    ExecutionState.PENDING: "waits for signatures",
    ExecutionState.STARTED: "is being executed",
}
_OPEN_MITIGATION = _OPEN | {ExecutionState.DECIDED: "is decided and not executed"}
_OPEN_HOLD = _OPEN | {ExecutionState.DONE: "was executed, and is not verified"}
"""A mitigation that was executed is the first condition's; a hold that nobody began just holds."""
_OVER = {ExecutionState.WITHDRAWN}


def ending(incident: Incident, now: datetime) -> gate.Ending:
    """Read anew: who closes judges what is so under the lock, not what was read before."""
    return ending_of(read_facts(incident), now)


def ending_of(facts: IncidentFacts, now: datetime) -> gate.Ending:
    incident = facts.incident
    decisions = tuple(one for one in facts.decisions if one.execution.state not in _OVER)
    return gate.Ending(
        now=now,
        severity=incident.severity,
        commander=str(facts.commander or ""),
        decisions=tuple(one.reference for one in decisions),
        mitigations=tuple(_mitigations(decisions)),
        run=_run(incident),
        reopened_at=reopened(incident),
        statement=_statement(incident),
        risks=tuple(_risks(facts)),
        backlog=tuple(_backlog(incident)),
        escalations=incident.escalations.count(),
        updates=tuple(_updates(incident)),
        unexplained=tuple(_unexplained(incident)),
        loose=tuple(_loose(facts, now)),
        frozen=tuple(
            str(one.surface)
            for one in facts.freezes
            if one.until is None and not one.declined and one.kept_at is None
        ),
        stale=next((p.sentence for p in anti_patterns.of(facts, now) if p.code == "STALE"), ""),
    )


def _mitigations(decisions: Iterable[Decision]) -> Iterable[gate.Mitigation]:
    for one in decisions:
        if one.execution.mitigates:
            yield gate.Mitigation(one.reference, one.execution.state, one.execution.done_at)


def _run(incident: Incident) -> gate.Run | None:
    row = (
        incident.evidence.filter(purpose=Purpose.VERIFICATION)
        .defer("text")
        .order_by("-number")
        .first()
    )
    if row is None:
        return None
    return gate.Run(row.number, row.captured_at, row.started_at, row.succeeded, row.has_content)


def reopened(incident: Incident) -> datetime | None:
    """When it was last opened again."""
    rows = TimelineEntry.objects.filter(incident=incident, kind="incident.reopened")
    return rows.order_by("-seq").values_list("at", flat=True).first()


def _statement(incident: Incident) -> gate.Statement:
    row = Statement.objects.filter(pk=incident.pk).select_related("watch_owner").first()
    if row is None:
        return gate.Statement()
    owner = row.watch_owner
    return gate.Statement(
        row.happened,
        row.path,
        row.uncertain,
        row.need,
        row.confidence,
        row.trigger,
        str(owner) if owner and can_answer(incident, owner) else "",
        row.written_at,
    )


def _able(incident: Incident, name: str = "owner") -> Exists:
    """Whether who answers can act in this incident, asked with the rows themselves."""
    able = Person.objects.who_can_respond().filter(pk=OuterRef(name))
    if incident.restricted:
        knows = incident.participations.filter(person=OuterRef("pk"))
        able = able.filter(Exists(knows) | Q(is_superuser=True) | Q(groups__name=Group.ADMIN))
    return Exists(able)


def _risks(facts: IncidentFacts) -> Iterable[gate.Owned]:
    rows = Risk.objects.filter(incident=facts.incident).select_related("owner")
    for row in rows.annotate(able=_able(facts.incident)).order_by("number"):
        owner = str(row.owner) if row.owner and row.able else ""
        yield gate.Owned(row.reference, row.text, owner, is_open=row.is_open)


def _backlog(incident: Incident) -> Iterable[gate.Owned]:
    rows = BacklogItem.objects.filter(incident=incident).exclude(state="dropped")
    rows = rows.select_related("owner").annotate(able=_able(incident))
    for row in rows.order_by("pk"):
        owner = str(row.owner) if row.owner and row.able else ""
        yield gate.Owned(row.reference, row.title, owner, row.due_on is not None, row.is_open)


def _updates(incident: Incident) -> Iterable[gate.Said]:
    for row in Update.objects.filter(incident=incident).order_by("number"):
        reached = reaches(row.audience)
        yield gate.Said(row.reference, row.published_at, row.progress, row.audience, reached)


def _unexplained(incident: Incident) -> Iterable[gate.Loose]:
    rows = Lapse.objects.filter(update__incident=incident, explained_at=None)
    for row in rows.select_related("update").order_by("pk"):
        words = f"Why the update after {row.update.reference.lower()} was late is not explained."
        yield gate.Loose(words, "Explain it", "lapse", row.update.number)


def _loose(facts: IncidentFacts, now: datetime) -> Iterable[gate.Loose]:
    """What is open, and where it is ended."""
    if (conflict := facts.contradiction) is not None:
        words = f"Contradiction {conflict.reference} is open."
        yield gate.Loose(words, f"Resolve {conflict.reference}", "decide-next")
    for one in facts.decisions:
        open_states = _OPEN_MITIGATION if one.execution.mitigates else _OPEN_HOLD
        if state := open_states.get(ExecutionState(one.execution.state)):
            words = f"{one.reference} {state}."
            yield gate.Loose(words, f"To {one.reference}", "decision", one.number)
    for offer in Handoff.objects.open().filter(incident=facts.incident).select_related("receiver"):
        words = f"The handoff of {offer.label} waits for {offer.receiver}."
        yield gate.Loose(words, f"To {offer.reference}", "handoff", offer.number)
    for checkpoint in facts.open_checkpoints:
        if checkpoint.is_overdue(now):
            words = f"Checkpoint {checkpoint.reference} is overdue."
            to = f"Decide at {checkpoint.reference}"
            yield gate.Loose(words, to, "decide", checkpoint.number)
