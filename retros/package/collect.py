"""Reads what a package is made of: a constant number of queries, however long the record is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from html import unescape
from typing import Any

from django.db.models import QuerySet
from django.utils.html import strip_tags

from comms.models import Update
from comms.vocabulary import Progress
from incidents.facts.incident import IncidentFacts, read_facts
from incidents.models import Assignment, Decision, Evidence, TimelineEntry
from incidents.panels.markdown import decision_record
from incidents.rules.file_types import plain_name
from incidents.timeline import kinds
from incidents.vocabulary import EvidenceKind, Purpose, RoleName, Severity
from lanes.ownership import chart as ownership_chart
from lanes.ownership import history as ownership_history
from retros.models import BacklogItem, Package, RemarkAnswer
from retros.package.build import LABELS
from retros.package.inputs import (
    About,
    Branched,
    Command,
    Decided,
    Entry,
    Item,
    Material,
    Work,
)
from retros.vocabulary import SECTIONS

MOST_COMMANDS = 50
"""Different commands of the bundle, the latest of them."""

CAPTURED = "evidence.captured"

_DIFFSTAT = re.compile(r"^\s*\d+ files? changed\b", re.MULTILINE)
_REFERENCE = re.compile(r"E-[1-9]\d*")


def read(package: Package, now: datetime) -> Material:
    """What was on the record when the incident was closed."""
    facts = read_facts(package.incident)
    until = package.closing.closed_at
    shown, commands = _evidence(package), _commands(package)
    return Material(
        about=_about(package, facts, now),
        entries=tuple(_entries(package)),
        decisions=tuple(_decisions(facts, until)),
        branches=tuple(_branches(facts)),
        commands=tuple(_command(one) for one in commands[:MOST_COMMANDS]),
        evidence=tuple(_item(one) for one in shown),
        risks=tuple(Work(r.reference, r.text, str(r.owner or "")) for r in facts.open_risks),
        backlog=tuple(_backlog(package)),
        picture=_picture(package),
        answers=tuple(_answers(package)),
        commands_left=max(0, commands.count() - MOST_COMMANDS),
    )


def _about(package: Package, facts: IncidentFacts, now: datetime) -> About:
    incident, closing = facts.incident, package.closing
    return About(
        incident=incident.pk,
        version=package.number,
        title=incident.title,
        severity=str(Severity(incident.severity).label),
        scenario=facts.scenario.title if facts.scenario else "",
        surfaces=tuple(str(one) for one in facts.surfaces),
        declared_at=incident.declared_at,
        declared_by=str(incident.declared_by),
        recovered_at=_recovered(package),
        closed_at=closing.closed_at,
        closed_by=str(closing.closed_by),
        made_at=now,
        commander=_held(package, RoleName.COMMANDER),
        watch_owner=_held(package, RoleName.WATCH_OWNER),
        watch_until=closing.watch_until,
        trigger=closing.trigger,
        confidence=closing.get_confidence_display(),
        last_known_good=incident.last_known_good,
        note={name: getattr(package, name) for name in LABELS},
        entries=closing.seq,
        last_hash=TimelineEntry.objects.get(incident=incident, seq=closing.seq).hash,
    )


def _recovered(package: Package) -> datetime | None:
    """When it was said that everything works again."""
    rows = Update.objects.filter(
        incident=package.incident,
        progress=Progress.RECOVERED,
        published_at__lte=package.closing.closed_at,
    )
    return rows.order_by("-published_at").values_list("published_at", flat=True).first()


def _held(package: Package, role: RoleName) -> str:
    """Who had the role when it was closed."""
    rows = Assignment.objects.filter(
        incident=package.incident, role=role, since__lte=package.closing.closed_at
    )
    row = rows.select_related("person").order_by("-since", "-pk").first()
    return str(row.person) if row else ""


def _entries(package: Package) -> Iterable[Entry]:
    """The entries that stand out, in words."""
    standing_out = [one.code for one in kinds.all_kinds() if one.tick]
    wanted = {*standing_out, "incident.declared", "contradiction.resolved"}
    rows = TimelineEntry.objects.filter(
        incident=package.incident, kind__in=wanted, seq__lte=package.closing.seq
    )
    for row in rows.order_by("seq").iterator(chunk_size=500):
        cited = _REFERENCE.findall(str(row.data.get("evidence", "")) + str(row.data.get("run", "")))
        yield Entry(row.seq, row.at, row.kind, in_words(row), row.actor_name, tuple(cited))


def in_words(row: TimelineEntry) -> str:
    """An entry's sentence as plain text."""
    parts = kinds.get(row.kind).headline_and_body(row.subject, row.data)
    return " ".join(unescape(strip_tags(part)) for part in parts if part)


def _decisions(facts: IncidentFacts, until: datetime) -> Iterable[Decided]:
    for decision in _whole(facts, until):
        execution = decision.execution
        proof = list(execution.proof.all())
        yield Decided(
            reference=decision.reference,
            at=decision.decided_at,
            title=decision.title,
            record=decision_record(decision, facts),
            state=str(execution.get_state_display()),
            mitigates=execution.mitigates,
            done_at=execution.done_at,
            proof=tuple(one.reference for one in proof),
            revisions=tuple(dict.fromkeys(one.revision for one in proof if one.revision)),
            links=tuple(one.url for one in proof if one.url),
            diffstat=next((one.text for one in proof if _DIFFSTAT.search(one.text)), ""),
        )


def _whole(facts: IncidentFacts, until: datetime) -> Iterable[Decision]:
    rows = Decision.objects.filter(incident=facts.incident, decided_at__lte=until)
    rows = rows.select_related("checkpoint", "commander", "executor", "verifier", "execution")
    related = ("evidence", "risks", "rejected", "execution__proof")
    return rows.prefetch_related(*related).order_by("number")


def _branches(facts: IncidentFacts) -> Iterable[Branched]:
    for one in facts.branches:
        state = str(one.get_state_display())
        yield Branched(one.name, str(one.get_type_display()), state, str(one.owner))


def _evidence(package: Package) -> list[Evidence]:
    """Every item, without what it holds."""
    return list(evidence_of(package).defer("text", "command"))


def evidence_of(package: Package) -> QuerySet[Evidence]:
    """What the timeline says was captured up to the closing, by number.

    Not by time: who waits for a lock has read the clock before, so times may cross there.
    """
    captured = TimelineEntry.objects.filter(
        incident=package.incident, kind=CAPTURED, seq__lte=package.closing.seq
    )
    # Items are numbered under the lock that numbers entries: their orders are one.
    last = captured.order_by("-seq").values_list("subject", flat=True).first()
    number = int(last.removeprefix("E-")) if last else 0
    return Evidence.objects.filter(incident=package.incident, number__lte=number).order_by("number")


def _item(one: Evidence) -> Item:
    kind = str(EvidenceKind(one.kind).label)
    return Item(one.reference, kind, one.title, one.captured_at, one.size, one.sha256, file_of(one))


def file_of(one: Evidence) -> str:
    """Where an item lies in the zip: its number first, so that no two meet."""
    if one.file_name:
        return f"evidence/{one.reference}-{plain_name(one.file_name) or 'file'}"
    return f"evidence/{one.reference}.txt"


def _commands(package: Package) -> QuerySet[Evidence]:
    """Each command that verified or was to be compared with, as it ran last; the latest first."""
    rows = evidence_of(package).filter(
        purpose__in=[Purpose.VERIFICATION, Purpose.ROLLBACK_CHECK], kind=EvidenceKind.COMMAND
    )
    rows = rows.exclude(command="")
    last = rows.order_by("command", "-number").distinct("command").values("pk")
    return Evidence.objects.filter(pk__in=last).order_by("-number")


def _command(one: Evidence) -> Command:
    at = one.started_at or one.captured_at
    return Command(one.reference, one.command, one.exit_code, at, one.host, one.text, one.masks)


def _backlog(package: Package) -> Iterable[Work]:
    rows = BacklogItem.objects.filter(incident=package.incident).exclude(state="dropped")
    for one in rows.select_related("owner").order_by("pk"):
        state = str(one.get_state_display())
        owner = str(one.owner or "")
        yield Work(one.reference, one.title, owner, one.due_on, one.tracker, state)


def _picture(package: Package) -> Mapping[str, Any]:
    """Both drawings, and in words what they show."""
    story = ownership_history.story(package.incident, package.closing.closed_at)
    return {
        "wide": asdict(ownership_chart.wide(story)),
        "tall": asdict(ownership_chart.tall(story)),
        "words": list(_who_held(story)),
    }


def _who_held(story: ownership_chart.Story) -> Iterable[str]:
    for row in story.rows:
        if who := dict.fromkeys(held.who for held in story.held if held.row == row.key):
            yield f"{row.label}: {', '.join(who)}"


def _answers(package: Package) -> Iterable[dict[str, str]]:
    rows = RemarkAnswer.objects.filter(package__incident=package.incident)
    rows = rows.filter(package__number__lte=package.number)
    for one in rows.select_related("remark__package", "package").order_by("remark__pk"):
        yield {
            "version": str(one.remark.package.number),
            "section": SECTIONS.get(one.remark.section, one.remark.section),
            "remark": one.remark.text,
            "answer": one.text,
        }
