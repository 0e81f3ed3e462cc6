"""Reads what a package is built from, in a constant number of queries."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from html import unescape
from typing import Any

from django.db.models import QuerySet
from django.utils.html import strip_tags

from comms.models import Update
from comms.vocabulary import Progress
from incidents.facts.amendments import AMENDED
from incidents.facts.incident import IncidentFacts, read_facts
from incidents.models import Assignment, Decision, Evidence, TimelineEntry
from incidents.panels.markdown import decision_record
from incidents.rules.file_types import archive_name
from incidents.timeline import kinds
from incidents.vocabulary import EvidenceKind, Purpose, RoleName
from lanes.ownership import chart as ownership_chart
from lanes.ownership import history as ownership_history
from retros.closing.as_closed import ClosedWork, copy_state
from retros.models import Package, RemarkAnswer
from retros.package.build import LABELS
from retros.package.inputs import (
    BranchSummary,
    CommandRun,
    DecisionSummary,
    EntrySummary,
    EvidenceSummary,
    IncidentSummary,
    PackageInput,
    WorkSummary,
)
from retros.vocabulary import SECTIONS

MAX_COMMANDS = 50
"""Different commands in the bundle, the latest ones."""

MAX_NAME_BYTES = 255
"""Of a file's name on the systems that allow least."""

CAPTURED_KIND = "evidence.captured"

_ALSO_IN_PACKAGES = (
    "incident.declared",
    "evidence.confirmed",
    "recommendation.adopted",
    "recommendation.paired",
    "contradiction.resolved",
    "contradiction.dissolved",
    "escalation.published",
    "leadership.published",
    "handoff.accepted",
    "freeze.set",
    "freeze.declined",
    "freeze.lifted",
    "freeze.kept",
    AMENDED,
)
"""What is no mark on the ruler of the room, and still belongs to the story."""

_DIFFSTAT = re.compile(r"^\s*\d+ files? changed\b", re.MULTILINE)
_REFERENCE = re.compile(r"E-[1-9]\d*")


def collect(package: Package, now: datetime) -> PackageInput:
    """What was on the record when the incident was closed."""
    facts = read_facts(package.incident)
    # A closing from before this was kept has what is on the record now.
    closed = package.closing.as_closed or copy_state(facts)
    evidence, commands = _evidence(package), _commands(package)
    return PackageInput(
        about=_about(package, facts, closed, now),
        entries=tuple(_entries(package)),
        decisions=tuple(_decisions(package, facts, closed["decisions"])),
        branches=tuple(BranchSummary(**branch) for branch in closed["branches"]),
        commands=tuple(_command(run) for run in commands[:MAX_COMMANDS]),
        evidence=tuple(_captured(row) for row in evidence),
        risks=tuple(_work(work) for work in closed["risks"]),
        backlog=tuple(_work(work) for work in closed["backlog"]),
        picture=_picture(package),
        answers=tuple(_answers(package)),
        commands_left=max(0, commands.count() - MAX_COMMANDS),
    )


def _work(work: ClosedWork) -> WorkSummary:
    return WorkSummary(
        reference=work["reference"],
        text=work["text"],
        owner=work["owner"],
        due_on=date.fromisoformat(work["due_on"]) if work["due_on"] else None,
        tracker=work["tracker"],
        state=work["state"],
    )


def _about(
    package: Package, facts: IncidentFacts, closed: Mapping[str, Any], now: datetime
) -> IncidentSummary:
    incident, closing = facts.incident, package.closing
    return IncidentSummary(
        incident=incident.pk,
        version=package.number,
        title=closed["title"],
        severity=closed["severity"],
        scenario=closed["scenario"],
        surfaces=tuple(closed["surfaces"]),
        declared_at=incident.declared_at,
        declared_by=str(incident.declared_by),
        recovered_at=closing.recovered_at or _recovered(package),
        closed_at=closing.closed_at,
        closed_by=str(closing.closed_by),
        made_at=now,
        commander=_role_holder(package, RoleName.COMMANDER),
        watch_owner=_role_holder(package, RoleName.WATCH_OWNER),
        watch_until=closing.watch_until,
        trigger=closing.trigger,
        confidence=closing.get_confidence_display(),
        last_known_good=closed["last_known_good"],
        note={name: getattr(package, name) for name in LABELS},
        entries=closing.seq,
        ending=closed.get("ending", ""),
        last_hash=TimelineEntry.objects.get(incident=incident, seq=closing.seq).hash,
    )


def _recovered(package: Package) -> datetime | None:
    """When an update last said that everything works again."""
    rows = Update.objects.filter(
        incident=package.incident,
        progress=Progress.RECOVERED,
        published_at__lte=package.closing.closed_at,
    )
    return rows.order_by("-published_at").values_list("published_at", flat=True).first()


def _role_holder(package: Package, role: RoleName) -> str:
    """Who had the role when it was closed."""
    rows = Assignment.objects.filter(
        incident=package.incident, role=role, since__lte=package.closing.closed_at
    )
    row = rows.select_related("person").order_by("-since", "-pk").first()
    return str(row.person) if row else ""


def _entries(package: Package) -> Iterable[EntrySummary]:
    """The milestones of the timeline as sentences."""
    milestones = [kind.code for kind in kinds.KINDS.values() if kind.tick]
    wanted = {*milestones, *_ALSO_IN_PACKAGES}
    rows = TimelineEntry.objects.filter(
        incident=package.incident, kind__in=wanted, seq__lte=package.closing.seq
    )
    for row in rows.order_by("seq").iterator(chunk_size=500):
        cited = _REFERENCE.findall(str(row.data.get("evidence", "")) + str(row.data.get("run", "")))
        yield EntrySummary(
            row.seq, row.at, row.kind, plain_sentence(row), row.actor_name, tuple(cited)
        )


def plain_sentence(row: TimelineEntry) -> str:
    """An entry's sentence as plain text."""
    parts = kinds.get(row.kind).headline_and_body(row.subject, row.data)
    return " ".join(unescape(strip_tags(part)) for part in parts if part)


def _decisions(
    package: Package, facts: IncidentFacts, progress: Mapping[str, Mapping[str, str]]
) -> Iterable[DecisionSummary]:
    corrections = _corrections(package)
    for decision in _with_related(package, progress):
        execution = decision.execution
        proof = list(execution.proof.all())
        yield DecisionSummary(
            reference=decision.reference,
            at=decision.decided_at,
            title=decision.title,
            record=decision_record(decision, facts, corrections[decision.reference]),
            state=progress[decision.reference]["state"],
            mitigates=execution.mitigates,
            done_at=_time(progress[decision.reference]["done_at"]),
            proof=tuple(evidence.reference for evidence in proof),
            revisions=tuple(dict.fromkeys(run.revision for run in proof if run.revision)),
            links=tuple(link.url for link in proof if link.url),
            diffstat=next((run.text for run in proof if _DIFFSTAT.search(run.text)), ""),
        )


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _corrections(package: Package) -> Mapping[str, list[TimelineEntry]]:
    """What was corrected up to the closing, by the reference of what was (``D-1``)."""
    rows = TimelineEntry.objects.filter(
        incident=package.incident, kind=AMENDED, seq__lte=package.closing.seq
    )
    corrections: dict[str, list[TimelineEntry]] = defaultdict(list)
    for row in rows.order_by("seq"):
        corrections[row.subject].append(row)
    return corrections


def _with_related(package: Package, references: Iterable[str]) -> Iterable[Decision]:
    numbers = [int(reference.removeprefix("D-")) for reference in references]
    rows = Decision.objects.filter(incident=package.incident, number__in=numbers)
    rows = rows.select_related("checkpoint", "commander", "executor", "verifier", "execution")
    related = ("evidence", "risks", "rejected", "execution__proof")
    return rows.prefetch_related(*related).order_by("number")


def _evidence(package: Package) -> list[Evidence]:
    """All evidence, without its content."""
    rows = evidence_of(package).select_related("confirmation__by")
    return list(rows.defer("text", "command"))


def evidence_of(package: Package) -> QuerySet[Evidence]:
    """The evidence that the timeline says was captured up to the closing, by number.

    Not by time: the clock is read before the lock is waited for, so times are not in order.
    """
    captured = TimelineEntry.objects.filter(
        incident=package.incident, kind=CAPTURED_KIND, seq__lte=package.closing.seq
    )
    # Evidence is numbered under the same lock as entries, so both are in the same order.
    last = captured.order_by("-seq").values_list("subject", flat=True).first()
    number = int(last.removeprefix("E-")) if last else 0
    return Evidence.objects.filter(incident=package.incident, number__lte=number).order_by("number")


def _captured(evidence: Evidence) -> EvidenceSummary:
    parts = (str(EvidenceKind(evidence.kind).label), evidence.purpose_note)
    kind = ", ".join(part for part in parts if part)
    return EvidenceSummary(
        evidence.reference,
        kind,
        evidence.title,
        evidence.captured_at,
        evidence.size,
        evidence.sha256,
        archive_path(evidence),
    )


def archive_path(evidence: Evidence) -> str:
    """The path of a piece of evidence in the zip, unique by its number."""
    if evidence.file_name:
        room = MAX_NAME_BYTES - len(f"{evidence.reference}-")
        name = archive_name(evidence.file_name, room) or "file"
        return f"evidence/{evidence.reference}-{name}"
    return f"evidence/{evidence.reference}.txt"


def _commands(package: Package) -> QuerySet[Evidence]:
    """The last run of each verification or rollback-check command, the latest first."""
    rows = evidence_of(package).filter(
        purpose__in=[Purpose.VERIFICATION, Purpose.ROLLBACK_CHECK], kind=EvidenceKind.COMMAND
    )
    rows = rows.exclude(command="")
    last = rows.order_by("command", "-number").distinct("command").values("pk")
    return Evidence.objects.filter(pk__in=last).order_by("-number")


def _command(evidence: Evidence) -> CommandRun:
    at = evidence.started_at or evidence.captured_at
    return CommandRun(
        evidence.reference,
        evidence.command,
        evidence.exit_code,
        at,
        evidence.host,
        evidence.text,
        evidence.masks,
    )


def _picture(package: Package) -> Mapping[str, Any]:
    """Both drawings, and what they show as text."""
    story = ownership_history.story(package.incident, package.closing.closed_at)
    return {
        "wide": asdict(ownership_chart.wide(story)),
        "tall": asdict(ownership_chart.tall(story)),
        "words": list(_owners_by_row(story)),
    }


def _owners_by_row(story: ownership_chart.Story) -> Iterable[str]:
    for row in story.rows:
        if who := dict.fromkeys(bar.who for bar in story.tenures if bar.row == row.key):
            yield f"{row.label}: {', '.join(who)}"


def _answers(package: Package) -> Iterable[dict[str, str]]:
    rows = RemarkAnswer.objects.filter(package__incident=package.incident)
    rows = rows.filter(package__number__lte=package.number)
    for answer in rows.select_related("remark__package", "package").order_by("remark__pk"):
        yield {
            "version": str(answer.remark.package.number),
            "section": SECTIONS.get(answer.remark.section, answer.remark.section),
            "remark": answer.remark.text,
            "answer": answer.text,
        }
