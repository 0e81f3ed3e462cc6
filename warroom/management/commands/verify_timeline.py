"""Checks that nobody has changed the record."""

import re
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from incidents.locking import lock
from incidents.models import Incident
from incidents.timeline.evidence_integrity import broken_items
from incidents.timeline.row_integrity import (
    entries_without_digest,
    key_problems,
    row_problems,
    seal_problems,
    without_repeats,
)
from incidents.timeline.verify import verify
from kernel.db_timeouts import raised_db_timeouts

_REFERENCE = re.compile(r"(?:INC-)?(\d{1,18})", re.IGNORECASE | re.ASCII)


class Command(BaseCommand):
    help = (
        "Verify the hash chain of timelines, the digests of the rows that their entries made, and "
        "the hash of each item of evidence. Exits with 1 and names the first broken entry, and "
        "every broken row and item."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("incident", nargs="*", metavar="INC-n", help="the incidents to verify")
        parser.add_argument("--all", action="store_true", help="verify every incident")

    @raised_db_timeouts()
    def handle(self, *args: Any, **options: Any) -> None:
        numbers = self._numbers(options["incident"], options["all"])
        broken = [number for number in numbers if not self._holds(number)]
        if broken:
            names = ", ".join(f"INC-{number}" for number in broken)
            raise CommandError(f"The record does not hold: {names}.")

    def _numbers(self, references: list[str], everything: bool) -> Iterable[int]:
        if everything == bool(references):
            raise CommandError("Name incidents, such as INC-42, or say --all.")
        if everything:
            return Incident.objects.order_by("pk").values_list("pk", flat=True)
        return [self._number(reference) for reference in references]

    def _number(self, reference: str) -> int:
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise CommandError(f"{reference} is not a reference. They look like INC-42.")
        number = int(match[1])
        if not Incident.objects.filter(pk=number).exists():
            raise CommandError(f"There is no INC-{number}.")
        return number

    def _holds(self, number: int) -> bool:
        """Print about one incident: that all of it is whole, or a line for each thing broken."""
        problems = _broken(number)
        for sentence in problems:
            self.stdout.write(self.style.ERROR(f"INC-{number} broken: {sentence}."))
        if not problems:
            self.stdout.write(f"INC-{number} holds: {_counted(number)}.")
        return not problems


def _broken(number: int) -> list[str]:
    """Read without stopping anybody; only what looks broken is read again under the lock.

    What is written between one read and the next would look broken.
    """
    if not _read(Incident.objects.get(pk=number)):
        return []
    with transaction.atomic():
        return _read(lock(number))


def _read(incident: Incident) -> list[str]:
    first = verify(incident)
    chain = [first.sentence] if first else [*key_problems(incident), *seal_problems(incident)]
    items = list(broken_items(incident))
    return [*chain, *items, *without_repeats(row_problems(incident), bool(items))]


def _counted(number: int) -> str:
    incident = Incident.objects.get(pk=number)
    entries, items = incident.last_seq, incident.evidence.count()
    summary = f"{entries} {'entry' if entries == 1 else 'entries'}"
    if items:
        summary += f", {items} {'item' if items == 1 else 'items'} of evidence"
    if old := entries_without_digest(incident):
        summary += f", {old} without digest"
    return summary
