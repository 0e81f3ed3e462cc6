"""What the record says beside each question of looking back, computed: nobody has to remember it.

Eight queries beside the incident's facts, however long its record is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from comms.models import Lapse
from incidents.facts import incident as incident_facts
from incidents.facts.incident import IncidentFacts
from incidents.models import Evidence, Incident, TimelineEntry
from incidents.rules.wording import duration, quoted
from incidents.templatetags.room import since
from lanes.models import PatternSpan
from lanes.ownership.chart import gaps
from lanes.ownership.history import story
from retros.models import Answer, Closing
from retros.review.longest_checkpoint import Span, longest, spans
from retros.vocabulary import Question

SHOWN = 6
"""Lines beside one question."""
READ = 100
"""Rows of one sort that are read for them, the earliest."""

_OVERLAP = "OVERLAP"
_KINDS = ("decision.refused", "closing.refused", "checkpoint.missed")


@dataclass(frozen=True, slots=True)
class Prefill:
    """``says`` are sentences of the record by question, ``begins`` first values of the form."""

    says: Mapping[str, tuple[str, ...]]
    begins: Mapping[str, str]


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
    return Prefill({str(q): _shown(lines) for q, lines in says.items()}, record.begins())


def _shown(lines: Iterable[str]) -> tuple[str, ...]:
    found = tuple(lines)
    return (*found[:SHOWN], "And more: the timeline has it all.") if len(found) > SHOWN else found


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
        self.held = list(spans[:READ])
        self.lapses = _lapses(self.incident, self.until)

    def _entries(self) -> list[TimelineEntry]:
        rows = TimelineEntry.objects.filter(incident=self.incident, kind__in=_KINDS)
        return list(rows.filter(at__lte=self.until).order_by("seq")[:READ])

    def _of(self, kind: str) -> list[TimelineEntry]:
        return [one for one in self.entries if one.kind == kind]

    def at(self, moment: datetime) -> str:
        return since(moment, self.incident.declared_at)

    def _spans(self) -> Sequence[Span]:
        """How long each checkpoint took, by its decision."""
        begun = [("the declaration", self.incident.declared_at)]
        reopened = TimelineEntry.objects.filter(incident=self.incident, kind="incident.reopened")
        times = reopened.filter(at__lte=self.until).order_by("-seq").values_list("at", flat=True)
        begun += [("the reopening", at) for at in times[:READ]]
        made = [
            (one.reference, one.checkpoint.reference, one.decided_at)
            for one in self.facts.decisions
            if one.decided_at <= self.until
        ]
        return spans(begun, made)

    def begins(self) -> dict[str, str]:
        found = longest(self.spans)
        return {str(Question.LONGEST): found.sentence} if found else {}

    def checkpoints(self) -> tuple[str, ...]:
        """The longest, and those that were not decided in time."""
        found = longest(self.spans)
        computed = (f"Computed: {found.sentence} Confirm or correct.",) if found else ()
        return (*computed, *self.missed())

    def slowest(self) -> tuple[str, ...]:
        found = longest(self.spans)
        return (f"The longest checkpoint was {found.sentence}",) if found else ()

    def missed(self) -> tuple[str, ...]:
        return tuple(
            f"{one.subject} was not decided in time, {self.at(one.at)}."
            for one in self._of("checkpoint.missed")
        )

    def first_seen(self) -> tuple[str, ...]:
        """The earliest thing that anybody captured."""
        if self.first is None:
            return ()
        at = _seen(self.first)
        before = self.incident.declared_at - at
        when = f"{duration(before)} before it was declared" if before > timedelta() else self.at(at)
        return (f"The earliest on record is {self.first.reference}, “{self.first.title}”: {when}.",)

    def gap(self) -> tuple[str, ...]:
        """From the first thing seen to the declaration, and to the first snapshot."""
        found = []
        if self.first is not None and (at := _seen(self.first)) < self.incident.declared_at:
            length = duration(self.incident.declared_at - at)
            found.append(f"Seen {self.at(at)} ({self.first.reference}), declared {length} later.")
        else:
            found.append("Nothing on record was seen before it was declared.")
        if self.facts.first_evidence_at is not None:
            found.append(f"First evidence captured {self.at(self.facts.first_evidence_at)}.")
        return tuple(found)

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
        """When a lane, or command, was nobody's."""
        told = story(self.incident, self.until)
        rows = {row.key: row.label for row in told.rows}
        return tuple(
            f"{rows[one.row]} had no owner {self._from(one.since, one.until)}."
            for one in sorted(gaps(told), key=lambda gap: gap.since)
        )

    def patterns(self, *, overlaps: bool) -> tuple[str, ...]:
        """Anti-patterns that the record keeps, with their times."""
        return tuple(
            f"{one.label} {self._from(one.began_at, one.ended_at)}: {one.sentence}"
            for one in self.held
            if (one.code == _OVERLAP) is overlaps
        )

    def _from(self, began: datetime, ended: datetime | None) -> str:
        end = self.at(ended) if ended and ended < self.until else "closing"
        return f"from {self.at(began)} to {end}"

    def refusals(self) -> tuple[str, ...]:
        """Decisions and closings that the rules refused."""
        decisions = (
            f"A decision was refused {self.at(one.at)}: {one.data['codes']}."
            for one in self._of("decision.refused")
        )
        closings = (
            f"Closing was refused {self.at(one.at)}: {one.data['codes']}."
            for one in self._of("closing.refused")
        )
        return (*decisions, *closings)

    def late(self) -> tuple[str, ...]:
        """Promised updates that did not come in time."""
        return tuple(
            f"The update promised by {one.update.reference.lower()} was late,"
            f" {self.at(one.noticed_at)}."
            for one in self.lapses
        )

    def reviewed(self) -> tuple[str, ...]:
        """What the review of the same closing found would have helped most."""
        answer = _reviewed(self.closing)
        if answer is None:
            return ()
        became = f" It became {answer.item.reference}." if answer.item else ""
        return (f"The review answered {quoted(answer.text)}.{became}",)

    def verified(self) -> tuple[str, ...]:
        """How long the mitigations took that were verified."""
        return tuple(
            f"{one.reference}, {one.title}: decided {self.at(one.decided_at)},"
            f" verified {self.at(one.execution.judged_at)}."
            for one in self.facts.decisions
            if one.execution.mitigates
            and one.execution.state == "verified"
            and one.execution.judged_at
            and one.execution.judged_at <= self.until
        )


def _reviewed(closing: Closing) -> Answer | None:
    rows = Answer.objects.filter(look__closing=closing, question=Question.GUARDRAIL)
    return rows.select_related("item").first()


def _first(incident: Incident) -> Evidence | None:
    """What was seen first: by when it began, where that is known."""
    rows: QuerySet[Evidence] = incident.evidence.defer("text")
    return rows.order_by(F("started_at").asc(nulls_last=True), "captured_at", "number").first()


def _seen(evidence: Evidence) -> datetime:
    return min(evidence.started_at or evidence.captured_at, evidence.captured_at)


def _lapses(incident: Incident, until: datetime) -> list[Lapse]:
    rows = Lapse.objects.filter(update__incident=incident, noticed_at__lte=until)
    return list(rows.select_related("update").order_by("pk")[:READ])
