"""The open watch for the lanes app: what is handed over with it, and what its receiver reads."""

from incidents.models import Incident
from lanes.facts.watch_port import SOURCES, CheckIn, Watch
from retros.closing.rules import WATCH_LENGTH
from retros.models import CheckIn as Row
from retros.watch.facts import open_watch, watch_href


@SOURCES.register
def watch(incident: Incident) -> Watch | None:
    """Two queries; one where there is no watch."""
    closing = open_watch(incident)
    if closing is None:
        return None
    rows = closing.check_ins.select_related("answered_by")
    hours = int(WATCH_LENGTH.total_seconds() // 3600)
    end = CheckIn(hours, closing.watch_until, is_end=True)
    return Watch(
        watch_href(incident),
        closing.happened,
        closing.uncertain,
        closing.trigger,
        closing.watch_until,
        (*map(_check_in, rows), end),
    )


def _check_in(row: Row) -> CheckIn:
    return CheckIn(
        row.hour,
        row.due_at,
        row.text,
        str(row.answered_by or ""),
        row.answered_at,
        row.missed_at is not None,
    )
