"""Rendering once per change: the first process renders, the others find it done."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from redis import RedisError

from comms.models import StatusSite
from comms.status import export, snapshot, store
from comms.status.parts import MAX_ERROR_CHARACTERS
from comms.status.snapshot import MINUTE, Snapshot

logger = logging.getLogger(__name__)

WHOLE, EXPORT = "the whole site", "the exported files"
"""Names of failures that are of no single part."""

RETRY_AFTER = timedelta(seconds=10)
"""How soon a rendering in which something failed is tried again."""

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
        rendered = snapshot.make(state.wanted, now, _last())
        store.save(rendered)
        defaults = {
            "rendered": state.wanted,
            "rendered_at": now,
            "failures": dict(rendered.failures) | _of_export(state),
        }
        StatusSite.objects.update_or_create(pk=1, defaults=defaults)
    _export(rendered)
    return rendered


def _of_export(state: StatusSite) -> dict[str, Any]:
    """The failure of the last export, which stands until one succeeds."""
    return {name: failure for name, failure in (state.failures or {}).items() if name == EXPORT}


def _last() -> Snapshot | None:
    """What the parts that fail fall back on; without it they are left out."""
    try:
        return store.load()
    except Exception as error:  # noqa: BLE001  (saving says whether Valkey is away)
        logger.warning("Valkey has no status page to give: %s", error)
        return None


def _export(rendered: Snapshot) -> None:
    """Export if configured. An error does not stop serving; the next rendering tries again."""
    if not settings.STATUS_EXPORT:
        return
    try:
        export.export(rendered, export.into(settings.STATUS_EXPORT))
    except Exception as error:
        logger.exception("The status site could not be written to %s", settings.STATUS_EXPORT)
        _note_failure(EXPORT, error, rendered.as_of)
    else:
        _forget_failure(EXPORT)


def is_due(state: StatusSite, now: datetime) -> bool:
    """Something changed, or a minute passed: windows begin and promises expire by time alone.

    A minute either way: after a clock that was ahead is set back, the rendering is in the future.
    """
    if state.rendered < state.wanted or state.rendered_at is None:
        return True
    return abs(now - state.rendered_at) >= (RETRY_AFTER if state.failures else MINUTE)


def keep_current(now: datetime) -> None:
    """Called by the tick: render what no change requested, or what a lost message left undone."""
    state = StatusSite.objects.filter(pk=1).first()
    if state is not None and (not is_due(state, now) or _failed_just_now(state, now)):
        return
    try:
        render(now)
    except (RedisError, OSError) as error:
        logger.warning("The status page could not be handed to the web processes: %s", error)
    except Exception as error:
        logger.exception("The status site could not be rendered")
        _note_failure(WHOLE, error, now)


def _failed_just_now(state: StatusSite, now: datetime) -> bool:
    """The whole site could not be rendered, and has not yet waited for its next try."""
    failure = (state.failures or {}).get(WHOLE)
    if failure is None:
        return False
    return timedelta() <= now - datetime.fromisoformat(failure["tried_at"]) < RETRY_AFTER


def _forget_failure(name: str) -> None:
    with transaction.atomic():
        state = StatusSite.objects.select_for_update().get(pk=1)
        if state.failures and name in state.failures:
            failures = {key: row for key, row in state.failures.items() if key != name}
            StatusSite.objects.filter(pk=1).update(failures=failures)


def _note_failure(name: str, error: Exception, now: datetime) -> None:
    """Add a failure that no snapshot holds; the next rendering that succeeds takes it away."""
    with transaction.atomic():
        state = StatusSite.objects.select_for_update().filter(pk=1).first() or StatusSite(pk=1)
        failures = dict(state.failures or {})
        since = failures.get(name, {}).get("since", now.isoformat())
        text = f"{type(error).__name__}: {error}"[:MAX_ERROR_CHARACTERS]
        failures[name] = {"since": since, "error": text, "tried_at": now.isoformat()}
        StatusSite.objects.update_or_create(pk=1, defaults={"failures": failures})
