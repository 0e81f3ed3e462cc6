"""What the gate judges, read from the record: nine queries beside the incident's facts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Least

from comms.models import Lapse, Update
from comms.rules.commitment import reaches
from incidents.assessments import anti_patterns
from incidents.assessments.signatures import dual_facts
from incidents.facts.incident import IncidentFacts
from incidents.facts.recovery import read_steady_runs, verification_runs
from incidents.models import Decision, Incident, Person, Risk, TimelineEntry
from incidents.rules.dual_signature import missing_signatures
from incidents.vocabulary import BranchState, EvidenceKind, ExecutionState, Group, Severity
from lanes.models import Handoff
from retros.closing import rules as gate
from retros.models import BacklogItem, Statement
from retros.vocabulary import Ending

_OPEN = {
    ExecutionState.PENDING: "waits for signatures",
    ExecutionState.STARTED: "is being executed",
}
_OPEN_MITIGATION = _OPEN | {ExecutionState.DECIDED: "is decided and not executed"}
_OPEN_HOLD = _OPEN | {ExecutionState.DONE: "was executed, and is not verified"}
"""An executed mitigation is judged by the first condition; a hold that nobody began is not open."""
_OVER = {ExecutionState.WITHDRAWN}


def read_gate(facts: IncidentFacts, statement: Statement | None, now: datetime) -> gate.GateFacts:
    """``statement`` is the saved one, as ``saved_statement`` reads it."""
    incident = facts.incident
    decisions = tuple(
        decision for decision in facts.decisions if decision.execution.state not in _OVER
    )
    run, reopened_at = _run(facts), last_reopened_at(incident)
    return gate.GateFacts(
        now=now,
        severity=incident.severity,
        worst_severity=_worst_severity(incident),
        commander=str(facts.commander or ""),
        decisions=tuple(
            decision.reference for decision in decisions if decision.execution.mitigates
        ),
        mitigations=tuple(_mitigations(decisions)),
        verified_holds=tuple(_verified_holds(decisions)),
        run=run,
        failed_run=_failed_run(facts, run),
        reopened_at=reopened_at,
        statement=_statement(statement),
        unmitigated=_unmitigated(facts, statement, reopened_at),
        risks=tuple(_risks(facts)),
        backlog=tuple(_backlog(incident)),
        escalations=incident.escalations.exclude(receivers=0).count(),
        updates=tuple(_updates(incident)),
        unexplained=tuple(_unexplained(incident)),
        loose=tuple(_loose_ends(facts, now)),
        frozen=tuple(
            str(freeze.surface)
            for freeze in facts.freezes
            if freeze.until is None and not freeze.declined and freeze.kept_at is None
        ),
        stale=next((p.sentence for p in anti_patterns.of(facts, now) if p.code == "STALE"), ""),
    )


def _unmitigated(
    facts: IncidentFacts, statement: Any, reopened_at: datetime | None
) -> gate.UnmitigatedFacts | None:
    """What shows that it recovered by itself, where the statement says so: one query."""
    if statement is None or statement.ending != Ending.UNMITIGATED:
        return None
    began = [
        row.reference
        for row in facts.decisions
        if row.execution.started_at and row.execution.mitigates
    ]
    merged = [branch.reference for branch in facts.branches if branch.state == BranchState.MERGED]
    risk, item = statement.cause_risk, statement.cause_item
    return gate.UnmitigatedFacts(
        changes=(*began, *merged),
        runs=read_steady_runs(facts, reopened_at),
        risk=risk.reference if risk and _is_open_here(risk, facts) else "",
        item=item.reference if item and _is_open_here(item, facts) else "",
    )


def _is_open_here(work: Risk | BacklogItem, facts: IncidentFacts) -> bool:
    return work.is_open and work.incident_id == facts.incident.pk


def _mitigations(decisions: Iterable[Decision]) -> Iterable[gate.Mitigation]:
    for decision in decisions:
        execution = decision.execution
        if execution.mitigates:
            was_stopped = execution.started_at and not execution.done_at
            yield gate.Mitigation(
                decision.reference,
                execution.state,
                execution.done_at,
                execution.ended_at if was_stopped else None,
            )


def _verified_holds(decisions: Iterable[Decision]) -> Iterable[datetime]:
    for execution in (decision.execution for decision in decisions):
        is_verified = execution.state == ExecutionState.VERIFIED
        if is_verified and not execution.mitigates and execution.done_at:
            yield execution.done_at


def _run(facts: IncidentFacts) -> gate.Run | None:
    """The newest run that counts; where none does, the newest of all."""
    rows = verification_runs(facts)
    row = rows.order_by(Least("shows_result", "is_chosen").desc(), "-number").first()
    if row is None:
        return None
    return gate.Run(
        row.number,
        row.captured_at,
        row.started_at,
        row.succeeded,
        row.has_content,
        row.shows_result,
        row.is_chosen,
    )


def _failed_run(facts: IncidentFacts, run: gate.Run | None) -> str:
    """A command that failed after the run that counts; whoever captured it, it failed."""
    if run is None:
        return ""
    later = verification_runs(facts).filter(kind=EvidenceKind.COMMAND, number__gt=run.number)
    newest = later.exclude(exit_code=None).order_by("-number").first()
    return "" if newest is None or newest.succeeded else newest.reference


def _worst_severity(incident: Incident) -> str:
    """The most severe that it ever was: lowering it does not undo who had to be told."""
    changes = TimelineEntry.objects.filter(incident=incident, kind="severity.changed")
    labels = {severity.label: severity for severity in Severity}
    was = (labels[label] for label in changes.values_list("data__before", flat=True))
    return min((incident.severity, *was))


def last_reopened_at(incident: Incident) -> datetime | None:
    """When it was last opened again."""
    rows = TimelineEntry.objects.filter(incident=incident, kind="incident.reopened")
    return rows.order_by("-seq").values_list("at", flat=True).first()


def saved_statement(incident: Incident) -> Statement | None:
    """The closing statement as it was saved last, with whether its watch owner can act."""
    related = ("watch_owner", "cause_risk", "cause_item")
    rows = Statement.objects.filter(pk=incident.pk).select_related(*related)
    return rows.annotate(able=_owner_can_act(incident, "watch_owner")).first()


def _statement(row: Any) -> gate.StatementFacts:
    if row is None:
        return gate.StatementFacts()
    owner = row.watch_owner
    return gate.StatementFacts(
        row.happened,
        row.path,
        row.uncertain,
        row.need,
        row.confidence,
        row.trigger,
        str(owner) if owner and row.able else "",
        row.written_at,
    )


def _owner_can_act(incident: Incident, name: str = "owner") -> Exists:
    """Whether the owner of each row can act in this incident, as part of its query."""
    people = Person.objects.who_can_respond().filter(pk=OuterRef(name))
    if incident.restricted:
        participates = incident.participations.filter(person=OuterRef("pk"))
        may_enter = Exists(participates) | Q(is_superuser=True) | Q(groups__name=Group.ADMIN)
        people = people.filter(may_enter)
    return Exists(people)


def _risks(facts: IncidentFacts) -> Iterable[gate.OwnedWork]:
    rows = Risk.objects.filter(incident=facts.incident).select_related("owner")
    for row in rows.annotate(able=_owner_can_act(facts.incident)).order_by("number"):
        owner = str(row.owner) if row.owner and row.able else ""
        yield gate.OwnedWork(row.reference, row.text, owner, is_open=row.is_open)


def _backlog(incident: Incident) -> Iterable[gate.OwnedWork]:
    rows = BacklogItem.objects.filter(incident=incident).exclude(state="dropped")
    rows = rows.select_related("owner").annotate(able=_owner_can_act(incident))
    for row in rows.order_by("pk"):
        owner = str(row.owner) if row.owner and row.able else ""
        yield gate.OwnedWork(row.reference, row.title, owner, row.due_on is not None, row.is_open)


def _updates(incident: Incident) -> Iterable[gate.PublishedUpdate]:
    for row in Update.objects.filter(incident=incident).order_by("number"):
        reached = reaches(row.audience)
        yield gate.PublishedUpdate(
            row.reference, row.published_at, row.progress, row.audience, reached
        )


def _unexplained(incident: Incident) -> Iterable[gate.LooseEnd]:
    rows = Lapse.objects.filter(Lapse.of_incident(incident), explained_at=None)
    for row in rows.select_related("update", "escalation").order_by("pk"):
        message, page = row.message, "lapse" if row.update else "escalation-lapse"
        sentence = f"Why the update after {message.reference.lower()} was late is not explained."
        yield gate.LooseEnd(sentence, "Explain it", page, message.number)


def _loose_ends(facts: IncidentFacts, now: datetime) -> Iterable[gate.LooseEnd]:
    """Whatever is still open, each with the page on which it is ended."""
    if (conflict := facts.contradiction) is not None:
        sentence = f"Contradiction {conflict.reference} is open."
        yield gate.LooseEnd(sentence, f"Resolve {conflict.reference}", "decide-next")
    for decision in facts.decisions:
        open_states = _OPEN_MITIGATION if decision.execution.mitigates else _OPEN_HOLD
        if state := open_states.get(ExecutionState(decision.execution.state)):
            sentence = f"{decision.reference} {state}."
            yield gate.LooseEnd(sentence, f"To {decision.reference}", "decision", decision.number)
        if decision.owed:
            sentence = f"The record of {decision.reference}, which was done first, is owed."
            label = f"Complete {decision.reference}"
            yield gate.LooseEnd(sentence, label, "decide", decision.checkpoint.number)
        elif decision.execution.signs_afterwards and missing_signatures(
            dual_facts(facts, decision)
        ):
            how = "done first" if decision.acted_first else "begun before two had to sign it"
            sentence = f"{decision.reference} was {how}, and its signatures are owed."
            yield gate.LooseEnd(sentence, f"To {decision.reference}", "decision", decision.number)
    for offer in Handoff.objects.open().filter(incident=facts.incident).select_related("receiver"):
        sentence = f"The handoff of {offer.label} waits for {offer.receiver}."
        yield gate.LooseEnd(sentence, f"To {offer.reference}", "handoff", offer.number)
    for checkpoint in facts.open_checkpoints:
        if checkpoint.is_overdue(now):
            sentence = f"Checkpoint {checkpoint.reference} is overdue."
            label = f"Decide at {checkpoint.reference}"
            yield gate.LooseEnd(sentence, label, "decide", checkpoint.number)
