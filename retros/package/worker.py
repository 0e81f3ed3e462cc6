"""Makes a closure package: what a worker does, step by step, and the tick when nobody asked."""

import json
import logging
from datetime import datetime, timedelta

from django.db.models import Q

from kernel.db_timeouts import raised_db_timeouts
from retros.models import Package
from retros.package import actions as packages
from retros.package import archive, enqueue
from retros.package.actions import Made
from retros.package.build import build
from retros.package.canonical import canonical, digest
from retros.package.collect import read
from retros.package.pdf import pdf

logger = logging.getLogger(__name__)

FORGOTTEN = timedelta(seconds=10)
"""After so long without a worker the tick asks for one."""

HASHED_AT_ONCE = 20

PATIENCE = timedelta(minutes=2)
"""For one read of a long record; less than a worker's lease on the package."""


def make(package: int, now: datetime) -> bool:
    """Make one that waits; false where that was not needed or did not succeed."""
    row = packages.take(package, now)
    if row is None:
        return False
    try:
        with raised_db_timeouts(PATIENCE):
            made = _make(row, now)
    except Exception as error:
        logger.exception("Package %s of %s failed", row.number, row.incident.reference)
        words = f"{type(error).__name__}: {error}"
        packages.fail(package, words, now=now, tries=row.tries)
        return False
    return packages.keep(package, made, now=now)


def _make(row: Package, now: datetime) -> Made:
    packages.tell(row.pk, "Reading the record", 5)
    whole = build(read(row, now))
    content = canonical(whole)
    sha256 = digest(content)
    # As it will be read back, so that what is rendered is what was sealed.
    whole = json.loads(content)
    packages.tell(row.pk, "Setting the PDF", 30)
    made = pdf(whole, sha256)
    total = len(whole["appendices"]["evidence"]) or 1

    def tell(number: int) -> None:
        if number % HASHED_AT_ONCE == 0:
            packages.tell(row.pk, "Hashing the files", min(99, 50 + 49 * number // total))

    packages.tell(row.pk, "Hashing the files", 50)
    manifest = archive.manifest(row, archive.parts(row, content, made), now, tell)
    return Made(content, sha256, whole["words"], made, manifest)


def ask_for_waiting(now: datetime) -> None:
    """For the tick: a worker is asked again for what waits and is in nobody's hands."""
    rows = Package.objects.waiting().filter(asked_at__lte=now - FORGOTTEN)
    for package in rows.filter(Q(lease_until=None) | Q(lease_until__lte=now)).values_list("pk"):
        if rows.filter(pk=package[0]).update(asked_at=now):
            enqueue.make_package(package[0])
