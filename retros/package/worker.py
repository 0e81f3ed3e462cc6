"""Builds closure packages: what a worker does, step by step, and what the tick asks for again."""

import json
import logging
from datetime import datetime, timedelta

from django.db.models import Q

from kernel.db_timeouts import raised_db_timeouts
from retros.models import Package
from retros.package import actions as packages
from retros.package import archive, enqueue
from retros.package.actions import BuiltPackage
from retros.package.build import build
from retros.package.canonical import canonical, digest
from retros.package.collect import collect
from retros.package.pdf import pdf

logger = logging.getLogger(__name__)

ASK_AGAIN_AFTER = timedelta(seconds=10)
"""After this time without a worker the tick asks for one again."""

MAX_ASKED = 20
"""Packages that one tick asks for again."""

PROGRESS_EVERY_FILES = 20

READ_TIMEOUT = timedelta(minutes=2)
"""For one query of a long record; shorter than the worker's lease on the package."""


def make(package: int, now: datetime) -> bool:
    """Build a waiting package; false where that was not needed or did not succeed."""
    row = packages.claim_waiting(package, now)
    if row is None:
        return False
    try:
        with raised_db_timeouts(READ_TIMEOUT):
            built = _make(row, now)
    except Exception as error:
        logger.exception("Package %s of %s failed", row.number, row.incident.reference)
        error_text = f"{type(error).__name__}: {error}"
        packages.fail(package, error_text, now=now, tries=row.tries)
        return False
    is_sealed = packages.seal(package, built, now=now)
    if is_sealed:
        enqueue.keep_anchor()
    return is_sealed


def _make(row: Package, now: datetime) -> BuiltPackage:
    packages.note_progress(row.pk, "Reading the record", 5)
    content = canonical(build(collect(row, now)))
    sha256 = digest(content)
    # As it will be read back, so that what is rendered is what was sealed.
    package = json.loads(content)
    packages.note_progress(row.pk, "Setting the PDF", 30)
    pdf_bytes = pdf(package, sha256)
    total = len(package["appendices"]["evidence"]) or 1

    def on_progress(number: int) -> None:
        if number % PROGRESS_EVERY_FILES == 0:
            packages.note_progress(row.pk, "Hashing the files", min(99, 50 + 49 * number // total))

    packages.note_progress(row.pk, "Hashing the files", 50)
    manifest = archive.manifest(row, archive.parts(row, content, pdf_bytes), now, on_progress)
    return BuiltPackage(content, sha256, package["words"], pdf_bytes, manifest)


def ask_for_waiting(now: datetime) -> None:
    """For the tick: ask a worker again for packages that wait and are claimed by none.

    At most ``MAX_ASKED``, those that were asked for longest ago first: a tick has a second for all
    that it does, and the rest is asked for by the next ones.
    """
    rows = Package.objects.waiting().filter(asked_at__lte=now - ASK_AGAIN_AFTER)
    unclaimed = rows.filter(Q(lease_until=None) | Q(lease_until__lte=now)).order_by("asked_at")
    packages_to_ask = list(unclaimed.values_list("pk", flat=True)[:MAX_ASKED])
    rows.filter(pk__in=packages_to_ask).update(asked_at=now)
    for package in packages_to_ask:
        enqueue.make_package(package)
