"""Closure packages: built by a worker, reviewed by an admin, revised.

Whatever becomes of a package, the incident keeps its status: building it is no part of the gate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Person, TimelineEntry
from incidents.timeline import anchors
from incidents.timeline.record import record
from incidents.vocabulary import Group, RoleName
from kernel.actor import SYSTEM, Actor
from kernel.refusal import Refused, Violation
from kernel.text import clean_text
from retros.models import Package, PackageVerdict, Remark, RemarkAnswer
from retros.package import enqueue, rules
from retros.package.build import LABELS
from retros.package.canonical import digest
from retros.package.steps import request_step
from retros.vocabulary import SECTIONS, PackageState, Verdict

WORKER_LEASE = timedelta(minutes=3)
"""How long a worker has for one package before another may claim it."""
MAX_TRIES = 3
"""Workers that may stop while building a package before it counts as failed."""

STOPPED_SENTENCE = "The worker stopped in the middle of it, three times."


@dataclass(frozen=True, slots=True)
class BuiltPackage:
    """What a worker built: canonical JSON and its hash, the PDF, the manifest of the zip."""

    content: str
    sha256: str
    word_count: int
    pdf: bytes
    manifest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionInput:
    """The note of the next version, and what became of each remark, by the remark's key."""

    happened: str
    path: str
    uncertain: str
    need: str
    answers: Mapping[int, str] = field(default_factory=dict)


def claim_waiting(package: int, now: datetime) -> Package | None:
    """Claim a waiting package to build it; None where it is built, or another worker has it."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    rows = Package.objects.waiting().filter(free, pk=package)
    if not rows.update(lease_until=now + WORKER_LEASE, tries=F("tries") + 1, step="", done=0):
        return None
    row = Package.objects.light().select_related("incident", "closing__closed_by").get(pk=package)
    if row.tries > MAX_TRIES:
        fail(package, STOPPED_SENTENCE, now=now)
        return None
    return row


def note_progress(package: int, step: str, done: int) -> None:
    """Save the progress for the page that waits. ``done`` is in per cent."""
    Package.objects.waiting().filter(pk=package).update(step=step, done=done)


def seal(package: int, built: BuiltPackage, *, now: datetime) -> bool:
    """Seal a built package; false where another worker has done so already."""
    incident_id = Package.objects.values_list("incident", flat=True).get(pk=package)
    with incident_action("package.make", SYSTEM, incident_id, now) as incident:
        row = Package.objects.light().get(pk=package)
        if not row.is_waiting:
            return False
        row.content, row.sha256, row.words = built.content, built.sha256, built.word_count
        row.pdf, row.manifest = built.pdf, built.manifest
        row.state, row.made_at, row.step, row.done = PackageState.MADE, now, "", 100
        row.lease_until = None
        row.anchor = _anchor(row, built, now)
        row.save()
        record(
            incident,
            "package.made",
            SYSTEM,
            now,
            number=row.number,
            words=built.word_count,
            sha256=built.sha256,
            manifest=digest(built.manifest),
        )
        sentence = f"Review the closure package of {incident.reference}, version {row.number}."
        notify_step(incident, _admins(), "package.made", sentence, row.get_absolute_url(), now)
    return True


def _anchor(row: Package, built: BuiltPackage, now: datetime) -> str:
    """Of the timeline as it was at the closing, and of the package itself."""
    ends = TimelineEntry.objects.filter(incident=row.incident_id, seq=row.closing.seq)
    head = ends.values_list("seq", "hash").get()
    hashes = {str(row.number): [built.sha256, digest(built.manifest)]}
    return anchors.package_anchor(row.incident_id, head, hashes, now)


def _admins() -> list[Person]:
    is_admin = Q(is_superuser=True) | Q(groups__name=Group.ADMIN)
    return list(Person.objects.filter(is_admin, is_active=True).distinct())


def fail(package: int, error: str, *, now: datetime, tries: int | None = None) -> bool:
    """Mark a package as failed; the incident stays closed.

    False where another worker has sealed it, or has it now: ``tries`` is the number of the failed
    try.
    """
    incident_id = Package.objects.values_list("incident", flat=True).get(pk=package)
    with incident_action("package.make", SYSTEM, incident_id, now) as incident:
        row = Package.objects.light().get(pk=package)
        if not row.is_waiting or tries not in {None, row.tries}:
            return False
        row.state, row.error, row.lease_until = PackageState.FAILED, clean_text(error, 300), None
        row.save(update_fields=["state", "error", "lease_until"])
        record(incident, "package.failed", SYSTEM, now, number=row.number, error=row.error)
        sentence = f"The closure package of {incident.reference} could not be made: try again."
        commander = holder(incident, RoleName.COMMANDER)
        recipients = [commander] if commander else []
        notify_step(incident, recipients, "package.failed", sentence, row.get_absolute_url(), now)
    return True


def retry(
    actor: Actor, incident_id: int, number: int, *, now: datetime, once: UUID | None = None
) -> Package:
    """Try to build a failed package again."""
    with incident_action("package.ask", actor, incident_id, now, once=once) as incident:
        row = Package.objects.light().get(incident=incident, number=number)
        state = row.get_state_display().lower()
        _refuse(rules.retry_violations(number, row.has_failed, state))
        _refuse(rules.reopened_violations(incident.reference, incident.status))
        row.state, row.error, row.tries = PackageState.WAITING, "", 0
        row.asked_at, row.lease_until = now, None
        row.save(update_fields=["state", "error", "tries", "asked_at", "lease_until"])
        record(incident, "package.asked", actor, now, number=number, why="It had failed.")
        transaction.on_commit(lambda: enqueue.make_package(row.pk))
    return row


def accept(
    actor: Actor, incident_id: int, number: int, *, now: datetime, once: UUID | None = None
) -> PackageVerdict:
    with incident_action("package.review", actor, incident_id, now, once=once) as incident:
        row = _reviewable(incident, number)
        verdict = _create_verdict(row, actor, Verdict.ACCEPTED, now)
        record(incident, "package.accepted", actor, now, number=number)
        sentence = f"The closure package of {incident.reference} was accepted."
        _notify_commander(incident, actor, "package.accepted", sentence, row, now)
    return verdict


def send_back(
    actor: Actor,
    incident_id: int,
    number: int,
    remarks: Mapping[str, str],
    *,
    now: datetime,
    once: UUID | None = None,
) -> PackageVerdict:
    """Send a package back with remarks by section. The incident keeps its watch."""
    with incident_action("package.review", actor, incident_id, now, once=once) as incident:
        row = _reviewable(incident, number)
        _refuse(rules.send_back_violations(remarks, SECTIONS))
        verdict = _create_verdict(row, actor, Verdict.SENT_BACK, now)
        cleaned = {key: clean_text(text, 1000) for key, text in remarks.items() if text.strip()}
        Remark.objects.bulk_create(
            Remark(package=row, section=key, text=text) for key, text in cleaned.items()
        )
        sections = [SECTIONS[key] for key in cleaned]
        record(
            incident,
            "package.sent_back",
            actor,
            now,
            number=number,
            sections=sections,
            remarks=cleaned,
        )
        sentence = f"The closure package of {incident.reference} was sent back: answer the remarks."
        _notify_commander(incident, actor, "package.sent_back", sentence, row, now)
    return verdict


def _reviewable(incident: Incident, number: int) -> Package:
    """A version that may be reviewed."""
    row = Package.objects.light().get(incident=incident, number=number)
    is_unreviewed = Package.objects.unreviewed().filter(pk=row.pk).exists()
    _refuse(rules.review_violations(is_unreviewed))
    return row


def _create_verdict(row: Package, actor: Actor, verdict: Verdict, now: datetime) -> PackageVerdict:
    by = Person.objects.get(pk=actor.id)
    return PackageVerdict.objects.create(package=row, verdict=verdict, by=by, at=now)


def _notify_commander(
    incident: Incident, actor: Actor, kind: str, sentence: str, row: Package, now: datetime
) -> None:
    person = holder(incident, RoleName.COMMANDER)
    if person is not None and person.pk != actor.id:
        notify_step(incident, [person], kind, sentence, row.get_absolute_url(), now)


def revise(
    actor: Actor,
    incident_id: int,
    number: int,
    revision: RevisionInput,
    *,
    now: datetime,
    once: UUID | None = None,
) -> Package:
    """Request a new version of one that was sent back: a note and an answer to each remark."""
    with incident_action("package.ask", actor, incident_id, now, once=once) as incident:
        old = (
            Package.objects.light().select_related("closing").get(incident=incident, number=number)
        )
        _refuse(rules.revise_violations(_awaits_revision(old)))
        remarks = list(old.remarks.all())
        _refuse(rules.reopened_violations(incident.reference, incident.status))
        note = {name: clean_text(getattr(revision, name), 2000) for name in LABELS}
        sections = {remark.pk: SECTIONS[remark.section] for remark in remarks}
        _refuse(rules.revision_violations(note, LABELS, revision.answers, sections))
        package = request_step(incident, old.closing, note, now)
        RemarkAnswer.objects.bulk_create(
            RemarkAnswer(
                remark=remark, package=package, text=clean_text(revision.answers[remark.pk], 1000)
            )
            for remark in remarks
        )
        why = f"Version {number} was sent back; its remarks are answered."
        record(incident, "package.asked", actor, now, number=package.number, why=why)
    return package


def _awaits_revision(package: Package) -> bool:
    """Whether it was sent back and has no successor yet."""
    rows = Package.objects.filter(incident=package.incident_id, number__gt=package.number)
    verdicts = PackageVerdict.objects.filter(package=package, verdict=Verdict.SENT_BACK)
    has_successor, was_sent_back = rows.exists(), verdicts.exists()
    return was_sent_back and not has_successor


def _refuse(violations: tuple[Violation, ...]) -> None:
    if violations:
        raise Refused(violations)
