"""Corrections of timeline entries: what can be corrected, and what was."""

from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery

from incidents.models import Incident, TimelineEntry
from incidents.models.timeline import TimelineQuerySet
from incidents.rules.amendment import CorrectableText
from incidents.timeline import kinds

AMENDED = "entry.amended"


def correctable_texts(entry: TimelineEntry) -> tuple[CorrectableText, ...]:
    """The texts of an entry that can be corrected, as its corrections left them. One query."""
    parts = kinds.get(entry.kind).amendable
    if not parts:
        return ()
    rows = TimelineEntry.objects.filter(amends=entry).order_by("seq")
    latest = {row.data["part"]: row.data["text"] for row in rows}
    return tuple(
        CorrectableText(code, label, latest.get(code, entry.data[code]))
        for code, label in parts.items()
        if entry.data.get(code)
    )


def with_corrections(rows: TimelineQuerySet, until: datetime | None = None) -> TimelineQuerySet:
    """The entries with the numbers of their corrections as ``corrections``; no further query."""
    amendments = TimelineEntry.objects.filter(amends=OuterRef("pk")).order_by("seq")
    if until is not None:
        amendments = amendments.filter(at__lte=until)
    return rows.annotate(corrections=ArraySubquery(amendments.values("seq")))


def amendments_about(incident: Incident, reference: str) -> list[TimelineEntry]:
    """The corrections of what the reference names (``E-7``), oldest first. One query."""
    rows = TimelineEntry.objects.filter(incident=incident, kind=AMENDED, subject=reference)
    return list(rows.order_by("seq"))


def with_correction(rows: TimelineQuerySet, until: datetime | None = None) -> TimelineQuerySet:
    """The entries with their latest correction: its text ``corrected``, its ``corrected_seq``."""
    amendments = TimelineEntry.objects.filter(amends=OuterRef("pk")).order_by("-seq")
    if until is not None:
        amendments = amendments.filter(at__lte=until)
    return rows.annotate(
        corrected=Subquery(amendments.values("data__text")[:1]),
        corrected_seq=Subquery(amendments.values("seq")[:1]),
    )
