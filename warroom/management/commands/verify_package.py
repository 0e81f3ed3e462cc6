"""Checks a closure package's zip: its files, its timeline, and that timeline against our record."""

import re
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from incidents.models import TimelineEntry
from retros.models import Package
from retros.package.verifying import (
    DAMAGE,
    Unreadable,
    last_of,
    manifest_of,
    manifest_text,
    problems,
)

_REFERENCE = re.compile(r"INC-(\d{1,18})", re.ASCII)


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
            files, entries = len(about["files"]), about["entries"]
        except Unreadable as error:
            raise CommandError(str(error)) from error
        except DAMAGE as error:
            raise CommandError(f"{path} cannot be read as a closure package: {error}") from error
        for sentence in broken:
            self.stdout.write(self.style.ERROR(f"{path.name} broken: {sentence}."))
        if broken:
            raise CommandError("The package does not hold.")
        self.stdout.write(f"{path.name} holds: {files} files, {entries} entries.")

    def _against_record(self, path: Path, about: Mapping[str, Any]) -> Iterator[str]:
        reference, version = str(about.get("incident")), about.get("version")
        match = _REFERENCE.fullmatch(reference)
        number = int(match[1]) if match else 0
        seq, last = last_of(path)
        rows = TimelineEntry.objects.filter(incident=number)
        if not rows.exists():
            self.stdout.write(f"{reference} is not in this installation: checked by itself alone.")
        elif not rows.filter(seq=seq, hash=last).exists():
            yield f"its timeline is not that of {reference} in this installation"
        sealed = Package.objects.filter(incident=number, number=version)
        for manifest in sealed.values_list("manifest", flat=True):
            if manifest and manifest != manifest_text(path):
                yield f"version {version} was sealed here with another manifest"
