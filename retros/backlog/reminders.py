"""When somebody is reminded of hardening work: 3 days before, on the day, and each week after."""

from datetime import UTC, date, datetime, time, timedelta

SOON, DUE, LATE = KINDS = ("backlog.soon", "backlog.due", "backlog.late")

LEAD = timedelta(days=3)
EVERY = timedelta(days=7)
TOLD_ADMINS = timedelta(days=14)
"""So late, an item is before the admins too."""

_AT = time(9, tzinfo=UTC)


def reminder(due_on: date, noted_at: datetime, now: datetime) -> tuple[str, datetime] | None:
    """The last reminder that has come, and its time; of an item noted later than it, none.

    Only the last: after a long stop people are reminded once.
    """
    on = datetime.combine(due_on, _AT)
    if now < on - LEAD:
        return None
    if now < on:
        found = SOON, on - LEAD
    else:
        weeks = (now - on) // EVERY
        found = (LATE, on + weeks * EVERY) if weeks else (DUE, on)
    return found if found[1] >= noted_at else None


def over_at(due_on: date) -> datetime:
    """When the day on which something is due is over."""
    return datetime.combine(due_on + timedelta(days=1), time(tzinfo=UTC))
