"""Checks that nobody has changed the record."""

import re
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from incidents.models import Incident
from incidents.timeline.chain import Break
from incidents.timeline.record import lock
from incidents.timeline.verify import verify

_REFERENCE = re.compile(r"(?:INC-)?(\d{1,18})", re.IGNORECASE)


class Command(BaseCommand):
    help = "Verify the hash chain of timelines. Exits with 1 and names the first broken entry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("incident", nargs="*", metavar="INC-n", help="the incidents to verify")
        parser.add_argument("--all", action="store_true", help="verify every incident")

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
        """Print one line about one incident; true when its timeline is whole."""
        found = _first_break(number)
        if found is not None:
            self.stdout.write(self.style.ERROR(f"INC-{number} broken: {found.sentence}."))
            return False
        entries = Incident.objects.values_list("last_seq", flat=True).get(pk=number)
        count = f"{entries} {'entry' if entries == 1 else 'entries'}"
        self.stdout.write(f"INC-{number} holds: {count}.")
        return True


def _first_break(number: int) -> Break | None:
    """Read without stopping anybody; only what looks broken is read again under the lock.

    An entry written between reading the incident and reading its entries would look like a break.
    """
    if verify(Incident.objects.get(pk=number)) is None:
        return None
    with transaction.atomic():
        return verify(lock(number))
