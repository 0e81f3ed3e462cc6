"""What the record says beside each question of looking back, so that nobody has to remember it.

Eight queries beside the incident's facts, however long its record is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from comms.models import Lapse
from incidents.facts import incident as incident_facts
from incidents.facts.event_times import read_event_times
from incidents.facts.incident import IncidentFacts
from incidents.models import Evidence, Incident, TimelineEntry
from incidents.rules.wording import duration, quoted
from incidents.templatetags.room import since
from lanes.models import PatternSpan
from lanes.ownership.chart import gaps
from lanes.ownership.history import story
from retros.models import Answer, Closing
from retros.review.longest_checkpoint import Span, slowest, spans
from retros.vocabulary import Question

MAX_LINES = 6
"""Lines beside one question."""
MAX_ROWS = 100
"""Rows of one sort that are read for them, the earliest."""

_OVERLAP = "OVERLAP"
_KINDS = ("decision.refused", "closing.refused", "checkpoint.missed")


@dataclass(frozen=True, slots=True)
class Prefill:
    """``says`` are sentences from the record by question, ``initial`` the form's initial values."""

    says: Mapping[str, tuple[str, ...]]
    initial: Mapping[str, str]


def of(closing: Closing) -> Prefill:
    """Read the record of the incident up to this closing."""
    record = _Record(closing)
    says = {
        Question.IGNORED: record.first_seen(),
        Question.LONGEST: record.checkpoints(),
        Question.AMBIGUOUS: (*record.unowned(), *record.patterns(overlaps=True)),
        Question.GUARDRAIL: (*record.patterns(overlaps=False), *record.refusals()),
        Question.METRIC: (*record.gap(), *record.late()),
        Question.TRIGGER: (*record.gap(), *record.revision()),
        Question.SLOWED: (
            *record.slowest(),
            *record.missed(),
            *record.refusals(),
            *record.late(),
        ),
        Question.FASTER: record.verified(),
        Question.PROPOSAL: record.reviewed(),
    }
    return Prefill({str(q): _shortened(lines) for q, lines in says.items()}, record.initial())


def _shortened(lines: Iterable[str]) -> tuple[str, ...]:
    all_lines = tuple(lines)
    return (
        (*all_lines[:MAX_LINES], "And more: the timeline has it all.")
        if len(all_lines) > MAX_LINES
        else all_lines
    )


class _Record:
    """The record up to a closing, each part of it read once."""

    def __init__(self, closing: Closing) -> None:
        self.closing, self.incident = closing, closing.incident
        self.until = closing.closed_at
        self.facts: IncidentFacts = incident_facts.cached_facts(self.incident)
        self.entries = self._entries()
        self.spans = self._spans()
        self.first: Evidence | None = _first(self.incident)
        spans = PatternSpan.objects.filter(incident=self.incident, began_at__lte=self.until)
        self.pattern_spans = list(spans[:MAX_ROWS])
        self.lapses = _lapses(self.incident, self.until)

    def _entries(self) -> list[TimelineEntry]:
        rows = TimelineEntry.objects.filter(incident=self.incident, kind__in=_KINDS)
        return list(rows.filter(at__lte=self.until).order_by("seq")[:MAX_ROWS])

    def _of(self, kind: str) -> list[TimelineEntry]:
        return [entry for entry in self.entries if entry.kind == kind]

    def at(self, moment: datetime) -> str:
        return since(moment, self.incident.declared_at)

    def _spans(self) -> Sequence[Span]:
        """How long each checkpoint took, by its decision."""
        begun = [("the declaration", self.incident.declared_at)]
        reopened = TimelineEntry.objects.filter(incident=self.incident, kind="incident.reopened")
        times = reopened.filter(at__lte=self.until).order_by("-seq").values_list("at", flat=True)
        begun += [("the reopening", at) for at in times[:MAX_ROWS]]
        decisions = [
            (decision.reference, decision.checkpoint.reference, decision.decided_at)
            for decision in self.facts.decisions
            if decision.decided_at <= self.until
        ]
        return spans(begun, decisions)

    def initial(self) -> dict[str, str]:
        span = slowest(self.spans)
        return {str(Question.LONGEST): span.sentence} if span else {}

    def checkpoints(self) -> tuple[str, ...]:
        """The longest, and those that were not decided in time."""
        span = slowest(self.spans)
        computed = (f"Computed: {span.sentence} Confirm or correct.",) if span else ()
        return (*computed, *self.missed())

    def slowest(self) -> tuple[str, ...]:
        span = slowest(self.spans)
        return (f"The longest checkpoint was {span.sentence}",) if span else ()

    def missed(self) -> tuple[str, ...]:
        return tuple(
            f"{entry.subject} was not decided in time, {self.at(entry.at)}."
            for entry in self._of("checkpoint.missed")
        )

    def first_seen(self) -> tuple[str, ...]:
        """The earliest evidence."""
        if self.first is None:
            return ()
        at = _seen(self.first)
        before = self.incident.declared_at - at
        when = f"{duration(before)} before it was declared" if before > timedelta() else self.at(at)
        return (f"The earliest on record is {self.first.reference}, “{self.first.title}”: {when}.",)

    def gap(self) -> tuple[str, ...]:
        """The time from the first sign to the declaration, and to the first evidence."""
        lines = []
        times = read_event_times(self.incident, self.until)
        if times.began is not None:
            lines.append(f"It began {self.at(times.began.at)} ({times.began.evidence}).")
        if times.detected is not None:
            lines.append(
                f"It was noticed {self.at(times.detected.at)} ({times.detected.evidence})."
            )
        if times.gap is not None:
            lines.append(f"Detection gap: {duration(times.gap)}.")
        if self.first is not None and (at := _seen(self.first)) < self.incident.declared_at:
            length = duration(self.incident.declared_at - at)
            lines.append(f"Seen {self.at(at)} ({self.first.reference}), declared {length} later.")
        else:
            lines.append("Nothing on record was seen before it was declared.")
        if self.facts.first_evidence_at is not None:
            lines.append(f"First evidence captured {self.at(self.facts.first_evidence_at)}.")
        return tuple(lines)

    def revision(self) -> tuple[str, ...]:
        """The revisions that are known: the last good one, and what evidence was taken at."""
        good = self.incident.last_known_good
        seen = self.first.revision if self.first is not None else ""
        return (
            *((f"Last known-good revision {good}.",) if good else ()),
            *(
                (f"{self.first.reference} was captured at revision {seen}.",)
                if self.first and seen
                else ()
            ),
        )

    def unowned(self) -> tuple[str, ...]:
        """When a lane, or the command, had no owner."""
        ownership = story(self.incident, self.until)
        rows = {row.key: row.label for row in ownership.rows}
        return tuple(
            f"{rows[gap.row]} had no owner {self._from(gap.since, gap.until)}."
            for gap in sorted(gaps(ownership), key=lambda gap: gap.since)
        )

    def patterns(self, *, overlaps: bool) -> tuple[str, ...]:
        """The anti-patterns on record, with their times."""
        return tuple(
            f"{pattern.label} {self._from(pattern.began_at, pattern.ended_at)}: {pattern.sentence}"
            for pattern in self.pattern_spans
            if (pattern.code == _OVERLAP) is overlaps
        )

    def _from(self, began: datetime, ended: datetime | None) -> str:
        end = self.at(ended) if ended and ended < self.until else "closing"
        return f"from {self.at(began)} to {end}"

    def refusals(self) -> tuple[str, ...]:
        """Decisions and closings that the rules refused."""
        decisions = (
            f"A decision was refused {self.at(entry.at)}: {entry.data['codes']}."
            for entry in self._of("decision.refused")
        )
        closings = (
            f"Closing was refused {self.at(entry.at)}: {entry.data['codes']}."
            for entry in self._of("closing.refused")
        )
        return (*decisions, *closings)

    def late(self) -> tuple[str, ...]:
        """Promised updates that did not come in time."""
        return tuple(
            f"The update promised by {lapse.message.reference.lower()} was late,"
            f" {self.at(lapse.noticed_at)}."
            for lapse in self.lapses
        )

    def reviewed(self) -> tuple[str, ...]:
        """What the review of the same closing named as the most helpful guardrail."""
        answer = _reviewed(self.closing)
        if answer is None:
            return ()
        became = f" It became {answer.item.reference}." if answer.item else ""
        return (f"The review answered {quoted(answer.text)}.{became}",)

    def verified(self) -> tuple[str, ...]:
        """How long the verified mitigations took."""
        return tuple(
            f"{decision.reference}, {decision.title}: decided {self.at(decision.decided_at)},"
            f" verified {self.at(decision.execution.judged_at)}."
            for decision in self.facts.decisions
            if decision.execution.mitigates
            and decision.execution.state == "verified"
            and decision.execution.judged_at
            and decision.execution.judged_at <= self.until
        )


def _reviewed(closing: Closing) -> Answer | None:
    rows = Answer.objects.filter(look__closing=closing, question=Question.GUARDRAIL)
    return rows.select_related("item").first()


def _first(incident: Incident) -> Evidence | None:
    """The evidence that was seen first, by its start time where that is known."""
    rows: QuerySet[Evidence] = incident.evidence.defer("text")
    return rows.order_by(F("started_at").asc(nulls_last=True), "captured_at", "number").first()


def _seen(evidence: Evidence) -> datetime:
    return min(evidence.started_at or evidence.captured_at, evidence.captured_at)


def _lapses(incident: Incident, until: datetime) -> list[Lapse]:
    rows = Lapse.objects.filter(Lapse.of_incident(incident), noticed_at__lte=until)
    return list(rows.select_related("update", "escalation").order_by("pk")[:MAX_ROWS])
