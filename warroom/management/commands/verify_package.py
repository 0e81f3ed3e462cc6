"""Checks a closure package's zip: its files, its timeline, and that timeline against our record."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from incidents.models import TimelineEntry
from retros.models import Package
from retros.package.verifying import Unreadable, last_of, manifest_of, manifest_text, problems


class Command(BaseCommand):
    help = (
        "Check a closure package's zip against its manifest and its timeline's hashes, and "
        "against the record where the incident is here. Exits with 1 and names what is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the zip")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            about = manifest_of(path)
            broken = list(problems(path))
            broken += [] if broken else list(self._against_record(path, about))
        except Unreadable as error:
            raise CommandError(str(error)) from error
        for sentence in broken:
            self.stdout.write(self.style.ERROR(f"{path.name} broken: {sentence}."))
        if broken:
            raise CommandError("The package does not hold.")
        files, entries = len(about["files"]), about["entries"]
        self.stdout.write(f"{path.name} holds: {files} files, {entries} entries.")

    def _against_record(self, path: Path, about: Mapping[str, Any]) -> Iterator[str]:
        reference, version = str(about.get("incident")), about.get("version")
        number = reference.removeprefix("INC-")
        seq, last = last_of(path)
        rows = TimelineEntry.objects.filter(incident=number if number.isdigit() else 0)
        if not rows.exists():
            self.stdout.write(f"{reference} is not in this installation: checked by itself alone.")
        elif not rows.filter(seq=seq, hash=last).exists():
            yield f"its timeline is not that of {reference} in this installation"
        sealed = Package.objects.filter(incident=number if number.isdigit() else 0, number=version)
        for manifest in sealed.values_list("manifest", flat=True):
            if manifest and manifest != manifest_text(path):
                yield f"version {version} was sealed here with another manifest"
