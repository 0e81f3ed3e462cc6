"""Marking the status page as outdated, in the transaction of the change."""

from django.db import transaction
from django.db.models import F

from comms.models import StatusSite
from kernel.enqueue import ask


def mark_changed_step() -> None:
    """Count a change of what readers see; a worker renders the pages after the commit."""
    if not StatusSite.objects.filter(pk=1).update(wanted=F("wanted") + 1):
        StatusSite.objects.bulk_create([StatusSite(pk=1)], ignore_conflicts=True)
    transaction.on_commit(lambda: ask("comms.render_status"))
