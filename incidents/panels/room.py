"""The pieces of a room that incidents own: rendered from facts, the same for every viewer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from incidents.assessments import anti_patterns, recommendations
from incidents.assessments import control as derived
from incidents.assessments.signatures import dual_facts
from incidents.facts import incident as incident_facts
from incidents.facts.incident import IncidentFacts
from incidents.models import (
    Checkpoint,
    Decision,
    Evidence,
    Incident,
    Person,
    TimelineEntry,
)
from incidents.models.link_targets import learn_links
from incidents.rules import dual_signature, next_change
from incidents.rules.checkpoint import CHECKPOINT_FAULTS, MISSED_AFTER, Fault
from incidents.rules.control import Control
from incidents.rules.free_texts import free_texts
from incidents.rules.next_change import NextChange
from incidents.templatetags.links import linked_data
from incidents.timeline import kinds
from incidents.vocabulary import Phase, Status
from kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Bar:
    """The command bar: the incident in one glance."""

    severity: str
    reference: str
    title: str
    control: Control
    commander: Person | None
    deputy: Person | None
    surfaces: str
    channel: str
    phase: str
    phases: tuple[Phase, ...]
    next_checkpoint: Checkpoint | None
    is_overdue: bool
    overridden: Decision | None
    as_of: datetime | None = None
    """The moment that it shows when looking back: its clocks do not run."""

    @property
    def channel_href(self) -> str:
        """The channel as a link, when it is one that a browser may safely follow."""
        return self.channel if self.channel.startswith(("https://", "http://")) else ""

    @property
    def passed(self) -> tuple[Phase, ...]:
        return self.phases[: self.phases.index(Phase(self.phase))]


def bar(incident: Incident, now: datetime) -> Bar:
    facts = incident_facts.cached_facts(incident)
    following = facts.next_checkpoint
    return Bar(
        severity=incident.severity,
        reference=incident.reference,
        title=incident.title,
        control=derived.control(facts),
        commander=facts.commander,
        deputy=facts.deputy,
        surfaces=", ".join(surface.name for surface in facts.surfaces),
        channel=incident.evidence_channel,
        phase=incident.phase,
        phases=tuple(Phase),
        next_checkpoint=following,
        is_overdue=following.is_overdue(now) if following else False,
        overridden=facts.override,
        as_of=incident_facts.moment_of(incident),
    )


def next_moment(incident: Incident, now: datetime) -> NextChange | None:
    """When the room changes by time alone. What a panel says of time has to be in it."""
    facts = incident_facts.cached_facts(incident)
    due = [checkpoint.due_at for checkpoint in facts.open_checkpoints]
    if facts.contradiction is not None:
        due.append(facts.contradiction.opened_at)
    if facts.next_checkpoint is not None:
        due.append(facts.next_checkpoint.due_at + MISSED_AFTER)
    due += anti_patterns.ageing_times(facts)
    once = [*anti_patterns.turning_times(facts), *derived.readiness_turns_at(facts)]
    return next_change.next_change(now, incident.declared_at, due, once)


def render_bar(incident: Incident, now: datetime) -> str:
    context = {"incident": incident, "bar": bar(incident, now)}
    return render_to_string("components/command_bar.html", context)


def render_blueprint(incident: Incident, now: datetime) -> str:
    facts = incident_facts.cached_facts(incident)
    hour = derived.blueprint(facts, now)
    fifteen = derived.first_fifteen(facts, now)
    items = [item for window in hour.windows for item in window.items]
    open_first = [item for item in fifteen if not item.met]
    return _panel(
        "blueprint",
        incident,
        hour=hour,
        windows=[(window, window.items) for window in hour.windows],
        fifteen=fifteen,
        missing=next((item for item in open_first if item.late), next(iter(open_first), None)),
        late=len(hour.late),
        failed=sum(item.failed for item in items),
        can_set_up=incident.status == Status.ACTIVE and bool(open_first),
    )


def render_deciding(incident: Incident, now: datetime) -> str:
    facts = incident_facts.cached_facts(incident)
    owed = {decision.checkpoint_id: decision for decision in facts.owed}
    return _panel(
        "deciding",
        incident,
        facts=facts,
        decision=facts.current_decision,
        **_progress(facts),
        contradiction=facts.contradiction,
        open_for=recommendations.open_for(facts, now),
        recommendations=(shown := recommendations.summaries(facts)),
        sides=[one for one in shown if one.side is not None],
        earlier=facts.decisions[-2::-1],
        checkpoints=[(c, c.is_overdue(now), owed.get(c.pk)) for c in facts.open_checkpoints],
    )


def _progress(facts: IncidentFacts) -> dict[str, Any]:
    """How far the current decision is: signatures, who is missing, proof, run and baseline."""
    current = facts.current_decision
    if current is None:
        return {}
    context: dict[str, Any] = {}
    if current.execution.dual:
        context["signatures"] = facts.signatures_of(current)
        context["waiting"] = dual_signature.missing_signatures(dual_facts(facts, current))
    if current.execution.done_at:
        context["proof"] = current.execution.proof.defer("text").order_by("number")
    if (run := current.execution.run) and run.baseline_id:
        context["baseline"] = Evidence.objects.defer("text").get(pk=run.baseline_id)
    return context


def _unsigned(facts: IncidentFacts) -> dict[str, Any]:
    """The mitigation that waits for signatures, and whose, where another decision is shown."""
    running = facts.mitigation
    if running is None or not running.dual or running.decision == facts.current_decision:
        return {}
    waiting = dual_signature.missing_signatures(dual_facts(facts, running.decision))
    return {"unsigned": running.decision, "waiting": waiting}


type WarningProvider = Callable[[IncidentFacts, datetime], Iterable[Fault]]

WARNING_PROVIDERS = Registry[WarningProvider]("provider of warnings")
"""Other apps' warnings in the room. They are read for one incident at a time."""


def render_warnings(incident: Incident, now: datetime) -> str:
    """What endangers the work and stands nowhere else: checkpoints say theirs themselves."""
    facts = incident_facts.cached_facts(incident)
    faults = [fault for fault in derived.faults(facts, now) if fault.code not in CHECKPOINT_FAULTS]
    others = [fault for provider in WARNING_PROVIDERS.values() for fault in provider(facts, now)]
    current = facts.current_decision
    return _panel(
        "warnings",
        incident,
        faults=faults,
        others=others,
        override=facts.override,
        failed=facts.failed if facts.failed != current else None,
        **_unsigned(facts),
        patterns=anti_patterns.of(facts, now),
    )


def _panel(name: str, incident: Incident, **context: Any) -> str:
    return render_to_string(f"incidents/panels/{name}.html", {"incident": incident, **context})


def render_entries(incident: Incident, rows: list[TimelineEntry]) -> list[str]:
    """Timeline entries as list items, in the same order.

    Those that are read ``with_corrections`` have the links to them. What is pushed needs none: a
    correction comes after what it corrects, and script marks that then.
    """
    learn_links(incident, (text for row in rows for text in free_texts(row.data).values()))
    return [
        render_to_string(
            "components/timeline_entry.html",
            {
                "incident": incident,
                "entry": with_fields(row, incident),
                "corrections": getattr(row, "corrections", ()),
            },
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """A timeline entry in words."""

    row: TimelineEntry
    kind: kinds.Kind
    headline: str
    body: str


def with_fields(row: TimelineEntry, incident: Incident) -> ShownEntry:
    """``incident`` is the object that ``learn_links`` was given, if it was."""
    kind = kinds.get(row.kind)
    headline, body = kind.headline_and_body(row.subject, linked_data(row.data, incident))
    return ShownEntry(row, kind, headline, body)
