"""Notices for people, written in the transaction of the action that they are about."""

from datetime import datetime

from incidents.locking import check_locked
from incidents.models import Incident, Notice, Person

BACKLOG_KIND_PREFIX = "backlog."
"""The prefix of notices about hardening work, which outlives every incident."""


def notify_step(
    incident: Incident,
    people: list[Person],
    kind: str,
    sentence: str,
    href: str,
    now: datetime,
    subject: str = "",
) -> None:
    """Write one notice for each person.

    Nobody is notified of a backfilled incident, except about its hardening work.
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
    """The notices that ``notify_step`` writes, for callers that write many at once."""
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
