"""What every action shares: one durable transaction, the locked incident, the permission.

The order is always permission, lock, facts, rules, rows and entry, push after commit. Permission is
checked under the lock, so that a role that was just taken away no longer counts.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, models, transaction

from incidents import prepared_statements
from incidents.locking import check_locked, lock
from incidents.models import Assignment, Incident, Notice, Participation, Person, Submission
from incidents.permissions import refused_in, require
from incidents.vocabulary import LaneKind, RoleName
from kernel.actor import Actor
from kernel.refusal import AlreadyDone, Refused
from kernel.text import clean_lines, mask_secrets

BACKLOG_KIND_PREFIX = "backlog."
"""How the kinds of notice begin that tell of hardening work, which outlives every incident."""


@contextmanager
def incident_action(
    permission: str,
    actor: Actor,
    incident_id: int,
    now: datetime,
    *,
    lane: str = "",
    once: UUID | None = None,
) -> Iterator[Incident]:
    """Open the transaction of one state change on one incident.

    ``once`` names the submission: a second one with the same key raises ``AlreadyDone``.
    """
    with transaction.atomic(durable=True):
        incident = lock(incident_id)
        require(permission, actor, incident, lane)
        # First: what was sent twice is led to what came of it, also when that ended the incident.
        if once is not None:
            submit_once(once, actor, now, incident.get_absolute_url())
        _refuse_ended(permission, incident)
        yield incident


def _refuse_ended(permission: str, incident: Incident) -> None:
    if permission not in refused_in(incident):
        return
    now = incident.get_status_display().lower()
    if incident.is_backfilled:
        words = f"{incident.reference} is {now}: it was handled elsewhere, nothing is steered here."
    else:
        first = "take that back" if incident.is_in_error else "reopen it"
        words = f"{incident.reference} is {now}: {first} before anything in it is decided."
    raise Refused.because("T-OVER", words)


def submit_once(key: UUID | None, actor: Actor, now: datetime, href: str) -> None:
    """Take the submission, or raise ``AlreadyDone`` with where the first one led."""
    if key is None or actor.id is None:
        return
    try:
        with transaction.atomic():
            Submission.objects.create(key=key, person_id=actor.id, href=href, at=now)
    except IntegrityError:
        raise AlreadyDone(Submission.objects.get(pk=key).href) from None


def redirect_submission(key: UUID | None, href: str) -> None:
    """Note where a submission led, when that is known only afterwards."""
    if key is not None:
        Submission.objects.filter(pk=key).update(href=href)


def claim(kind: str, subject: str, due_at: datetime, now: datetime) -> bool:
    """Claim due work within the caller's transaction; false when somebody did it already."""
    return bool(claim_all([(kind, subject, due_at)], now))


def claim_all(work: Sequence[tuple[str, str, datetime]], now: datetime) -> set[tuple[str, str]]:
    """The same for several (kind, subject, due time) at once: those that are ours to do."""
    kinds, subjects, times = (list(column) for column in zip(*work, strict=True))
    return set(prepared_statements.rows(_TAKE, [now, kinds, subjects, times]))


_TAKE = """
    INSERT INTO incidents_claim (kind, subject, due_at, claimed_at, error)
    SELECT kind, subject, due_at, %s, ''
    FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS work (kind, subject, due_at)
    ON CONFLICT (kind, subject, due_at)
    DO UPDATE SET claimed_at = EXCLUDED.claimed_at, error = ''
    WHERE incidents_claim.claimed_at IS NULL
    RETURNING kind, subject
"""


def next_number(rows: models.QuerySet) -> int:
    """The next number of a series within a locked incident."""
    return (rows.aggregate(last=models.Max("number"))["last"] or 0) + 1


def holder(incident: Incident, role: str, lane: str = "") -> Person | None:
    """Who holds a role now."""
    held = (
        Assignment.objects.current()
        .filter(incident=incident, role=role, lane=lane)
        .select_related("person")
        .first()
    )
    return held.person if held else None


def join(incident: Incident, person: Person, now: datetime) -> bool:
    """Make the person a participant; true when they were not one before."""
    check_locked(incident)
    _, created = Participation.objects.get_or_create(
        incident=incident, person=person, defaults={"since": now}
    )
    return created


def put_in_role(
    incident: Incident, role: str, lane: str, person: Person, now: datetime
) -> Person | None:
    """Give a role to a person from now on; returns who held it before."""
    check_locked(incident)
    current = (
        Assignment.objects.current()
        .filter(incident=incident, role=role, lane=lane)
        .select_related("person")
        .first()
    )
    if current is not None:
        current.until = now
        current.save(update_fields=["until"])
    Assignment.objects.create(incident=incident, role=role, lane=lane, person=person, since=now)
    join(incident, person, now)
    return current.person if current else None


def notify(
    incident: Incident,
    people: list[Person],
    kind: str,
    sentence: str,
    href: str,
    now: datetime,
    subject: str = "",
) -> None:
    """Write a notice for each person, once a person.

    Of what was handled elsewhere nobody is told, but of the work that it leaves behind.
    """
    check_locked(incident)
    Notice.objects.bulk_create(build_notices(incident, people, kind, sentence, href, now, subject))


def build_notices(
    incident: Incident,
    people: list[Person],
    kind: str,
    sentence: str,
    href: str,
    now: datetime,
    subject: str = "",
) -> list[Notice]:
    """The notices that ``notify`` writes, for who writes many at once."""
    if incident.backfilled and not kind.startswith(BACKLOG_KIND_PREFIX):
        return []
    return [
        Notice(
            person=person,
            incident=incident,
            kind=kind,
            subject=subject,
            sentence=sentence,
            href=href,
            at=now,
        )
        for person in {p.pk: p for p in people}.values()
    ]


def clean_text(text: str, longest: int | None = None) -> str:
    """A text as it goes on the record: without secrets, and within its column.

    Whatever somebody types passes here, since a record is read by many and never changed. A mask
    may be longer than what it hides, so the length is held afterwards.
    """
    return mask_secrets(clean_lines(text).strip()).text[:longest]


def role_label(role: str, lane: str = "") -> str:
    return f"{LaneKind(lane).label} owner" if lane else RoleName(role).label
