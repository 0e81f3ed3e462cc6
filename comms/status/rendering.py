"""Rendering once per change: the first process renders, the others find it done."""

import logging
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from redis import RedisError

from comms.models import StatusSite
from comms.status import export, snapshot, store
from comms.status.snapshot import MINUTE, Snapshot

logger = logging.getLogger(__name__)

LOCK = 0x57415253
"""The advisory lock that one renderer holds at a time."""


def render(now: datetime) -> Snapshot | None:
    """Bring the snapshot up to date; None if it already is.

    Ten changes at once cost at most two renderings: one by the first process that gets the lock,
    and one for the changes that came meanwhile.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        state = StatusSite.objects.filter(pk=1).first() or StatusSite(pk=1)
        if not is_due(state, now):
            return None
        rendered = snapshot.make(state.wanted, now)
        store.save(rendered)
        state.rendered, state.rendered_at = state.wanted, now
        defaults = {"rendered": state.rendered, "rendered_at": now}
        StatusSite.objects.update_or_create(pk=1, defaults=defaults)
    _export(rendered)
    return rendered


def _export(rendered: Snapshot) -> None:
    """Export if configured. An error does not stop serving; the next rendering tries again."""
    if not settings.STATUS_EXPORT:
        return
    try:
        export.export(rendered, export.into(settings.STATUS_EXPORT))
    except Exception:
        logger.exception("The status site could not be written to %s", settings.STATUS_EXPORT)


def is_due(state: StatusSite, now: datetime) -> bool:
    """Something changed, or a minute passed: windows begin and promises expire by time alone."""
    if state.rendered < state.wanted or state.rendered_at is None:
        return True
    return now - state.rendered_at >= MINUTE


def keep_current(now: datetime) -> None:
    """Called by the tick: render what no change requested, or what a lost message left undone."""
    state = StatusSite.objects.filter(pk=1).first()
    if state is not None and not is_due(state, now):
        return
    try:
        render(now)
    except (RedisError, OSError) as error:
        logger.warning("The status page could not be handed to the web processes: %s", error)
