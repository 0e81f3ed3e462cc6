"""Closure packages: asked for by a closing, made by a worker, judged by an admin, made anew.

Whatever becomes of a package, the incident keeps its state: making it is no part of the gate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.actions.transaction import incident_action, next_number
from incidents.models import Incident, Person
from incidents.timeline.record import record
from incidents.vocabulary import Group, RoleName, Status
from kernel.actor import SYSTEM, Actor
from kernel.refusal import Refused
from kernel.text import clean_text
from retros.models import Closing, Package, PackageVerdict, Remark, RemarkAnswer
from retros.package import enqueue, rules
from retros.package.build import LABELS
from retros.vocabulary import SECTIONS, PackageState, Verdict

LEASE = timedelta(minutes=3)
"""How long a worker has for one package before another may take it."""
TRIES = 3
"""Workers that may stop in the middle of one before it counts as failed."""

STOPPED = "The worker stopped in the middle of it, three times."


@dataclass(frozen=True, slots=True)
class Made:
    """What a worker made: canonical JSON and its hash, the PDF, the manifest of the zip."""

    content: str
    sha256: str
    words: int
    pdf: bytes
    manifest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revised:
    """The next version's note, and what became of each remark, by the remark's key."""

    happened: str
    path: str
    uncertain: str
    need: str
    answers: Mapping[int, str] = field(default_factory=dict)


def ask(closing: Closing, now: datetime, **_: object) -> Package:
    """A version for this closing, to be made by a worker once the closing is committed."""
    note = {name: getattr(closing, name) for name in LABELS}
    return _ask(closing.incident, closing, note, now)


def _ask(incident: Incident, closing: Closing, note: Mapping[str, str], now: datetime) -> Package:
    number = next_number(Package.objects.filter(incident=incident))
    row = Package.objects.create(
        incident=incident, closing=closing, number=number, asked_at=now, **note
    )
    transaction.on_commit(lambda: enqueue.make_package(row.pk))
    return row


def take(package: int, now: datetime) -> Package | None:
    """Take a waiting package to make it; nothing where it is made, or another worker has it."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    rows = Package.objects.waiting().filter(free, pk=package)
    if not rows.update(lease_until=now + LEASE, tries=F("tries") + 1, step="", done=0):
        return None
    row = Package.objects.light().select_related("incident", "closing__closed_by").get(pk=package)
    if row.tries > TRIES:
        fail(package, STOPPED, now=now)
        return None
    return row


def tell(package: int, step: str, done: int) -> None:
    """How far it is, for whoever waits. ``done`` is in per cent."""
    Package.objects.waiting().filter(pk=package).update(step=step, done=done)


def keep(package: int, made: Made, *, now: datetime) -> bool:
    """Seal it; false where another worker has done so already."""
    incident_id = Package.objects.values_list("incident", flat=True).get(pk=package)
    with incident_action("package.make", SYSTEM, incident_id, now) as incident:
        row = Package.objects.light().get(pk=package)
        if not row.is_waiting:
            return False
        row.content, row.sha256, row.words = made.content, made.sha256, made.words
        row.pdf, row.manifest = made.pdf, made.manifest
        row.state, row.made_at, row.step, row.done = PackageState.MADE, now, "", 100
        row.lease_until = None
        row.save()
        record(
            incident,
            "package.made",
            SYSTEM,
            now,
            number=row.number,
            words=made.words,
            sha256=made.sha256,
        )
        words = f"Review the closure package of {incident.reference}, version {row.number}."
        notify_step(incident, _admins(), "package.made", words, row.get_absolute_url(), now)
    return True


def _admins() -> list[Person]:
    is_admin = Q(is_superuser=True) | Q(groups__name=Group.ADMIN)
    return list(Person.objects.filter(is_admin, is_active=True).distinct())


def fail(package: int, error: str, *, now: datetime, tries: int | None = None) -> bool:
    """It could not be made: say so, and leave the incident closed.

    False where another worker has sealed it, or has it now: ``tries`` is which try failed.
    """
    incident_id = Package.objects.values_list("incident", flat=True).get(pk=package)
    with incident_action("package.make", SYSTEM, incident_id, now) as incident:
        row = Package.objects.light().get(pk=package)
        if not row.is_waiting or tries not in {None, row.tries}:
            return False
        row.state, row.error, row.lease_until = PackageState.FAILED, clean_text(error, 300), None
        row.save(update_fields=["state", "error", "lease_until"])
        record(incident, "package.failed", SYSTEM, now, number=row.number, error=row.error)
        words = f"The closure package of {incident.reference} could not be made: try again."
        told = [one for one in (holder(incident, RoleName.COMMANDER),) if one]
        notify_step(incident, told, "package.failed", words, row.get_absolute_url(), now)
    return True


def again(
    actor: Actor, incident_id: int, number: int, *, now: datetime, once: UUID | None = None
) -> Package:
    """Try to make one that failed."""
    with incident_action("package.ask", actor, incident_id, now, once=once) as incident:
        row = Package.objects.light().get(incident=incident, number=number)
        if not row.has_failed:
            words = f"Version {number} did not fail: it is {row.get_state_display().lower()}."
            raise Refused.because("P-STATE", words)
        _refuse_reopened(incident)
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
        row = _judged(incident, number)
        made = _judge(row, actor, Verdict.ACCEPTED, now)
        record(incident, "package.accepted", actor, now, number=number)
        words = f"The closure package of {incident.reference} was accepted."
        _tell_commander(incident, actor, "package.accepted", words, row, now)
    return made


def send_back(
    actor: Actor,
    incident_id: int,
    number: int,
    remarks: Mapping[str, str],
    *,
    now: datetime,
    once: UUID | None = None,
) -> PackageVerdict:
    """With remarks by section. The incident keeps its watch; the commander makes a new version."""
    with incident_action("package.review", actor, incident_id, now, once=once) as incident:
        row = _judged(incident, number)
        if problems := rules.send_back_violations(remarks, SECTIONS):
            raise Refused(problems)
        made = _judge(row, actor, Verdict.SENT_BACK, now)
        written = {key: clean_text(text, 1000) for key, text in remarks.items() if text.strip()}
        Remark.objects.bulk_create(
            Remark(package=row, section=key, text=text) for key, text in written.items()
        )
        sections = [SECTIONS[key] for key in written]
        record(
            incident,
            "package.sent_back",
            actor,
            now,
            number=number,
            sections=sections,
            remarks=written,
        )
        words = f"The closure package of {incident.reference} was sent back: answer the remarks."
        _tell_commander(incident, actor, "package.sent_back", words, row, now)
    return made


def _judged(incident: Incident, number: int) -> Package:
    """The version that may be judged: the newest, made, of an incident that is closed."""
    row = Package.objects.light().get(incident=incident, number=number)
    if not Package.objects.unreviewed().filter(pk=row.pk).exists():
        words = "Only the newest version is judged, once, while the incident is closed."
        raise Refused.because("P-STATE", words)
    return row


def _judge(row: Package, actor: Actor, verdict: Verdict, now: datetime) -> PackageVerdict:
    by = Person.objects.get(pk=actor.id)
    return PackageVerdict.objects.create(package=row, verdict=verdict, by=by, at=now)


def _tell_commander(
    incident: Incident, actor: Actor, kind: str, words: str, row: Package, now: datetime
) -> None:
    person = holder(incident, RoleName.COMMANDER)
    if person is not None and person.pk != actor.id:
        notify_step(incident, [person], kind, words, row.get_absolute_url(), now)


def revise(
    actor: Actor,
    incident_id: int,
    number: int,
    revised: Revised,
    *,
    now: datetime,
    once: UUID | None = None,
) -> Package:
    """A new version of one that was sent back: every remark answered, the note as it is now."""
    with incident_action("package.ask", actor, incident_id, now, once=once) as incident:
        old = (
            Package.objects.light().select_related("closing").get(incident=incident, number=number)
        )
        remarks = _open_remarks(old)
        _refuse_reopened(incident)
        note = {name: clean_text(getattr(revised, name), 2000) for name in LABELS}
        sections = {one.pk: SECTIONS[one.section] for one in remarks}
        if problems := rules.revision_violations(note, LABELS, revised.answers, sections):
            raise Refused(problems)
        made = _ask(incident, old.closing, note, now)
        RemarkAnswer.objects.bulk_create(
            RemarkAnswer(remark=one, package=made, text=clean_text(revised.answers[one.pk], 1000))
            for one in remarks
        )
        why = f"Version {number} was sent back; its remarks are answered."
        record(incident, "package.asked", actor, now, number=made.number, why=why)
    return made


def _refuse_reopened(incident: Incident) -> None:
    """A package says how it was at its closing; what is open again is another matter."""
    if incident.status == Status.ACTIVE:
        words = f"{incident.reference} is open again: closing it makes the next version."
        raise Refused.because("P-STATE", words)


def _open_remarks(old: Package) -> list[Remark]:
    """Those of the version that was sent back last and waits for its successor."""
    newer = Package.objects.filter(incident=old.incident_id, number__gt=old.number).exists()
    sent_back = PackageVerdict.objects.filter(package=old, verdict=Verdict.SENT_BACK).exists()
    if newer or not sent_back:
        raise Refused.because("P-STATE", "Only the newest version that was sent back is revised.")
    return list(old.remarks.all())
