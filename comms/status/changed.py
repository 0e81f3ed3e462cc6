"""Whoever changes what readers may see says so here, in the transaction of the change."""

import logging
import threading

from django.db import transaction
from django.db.models import F

from comms.models import StatusSite

logger = logging.getLogger(__name__)


def changed() -> None:
    """A step: the pages that are served are no longer the newest; a worker renders them once."""
    if not StatusSite.objects.filter(pk=1).update(wanted=F("wanted") + 1):
        StatusSite.objects.bulk_create([StatusSite(pk=1)], ignore_conflicts=True)
    transaction.on_commit(_ask)


def _ask() -> None:
    """In a thread of its own: a broker that is down must not keep the writer waiting."""
    threading.Thread(target=_ask_worker, name="status-ask", daemon=True).start()


def _ask_worker() -> None:
    from comms.tasks import render_status

    try:
        render_status.apply_async(retry=False)
    except Exception as error:  # noqa: BLE001  (the tick and the web processes look anyway)
        logger.warning("No worker could be asked to render the status page: %s", error)
