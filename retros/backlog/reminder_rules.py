"""When owners are reminded of hardening work: 3 days before, on the day, and each week after."""

from datetime import UTC, date, datetime, time, timedelta

SOON_KIND, DUE_KIND, LATE_KIND = REMINDER_KINDS = ("backlog.soon", "backlog.due", "backlog.late")

LEAD = timedelta(days=3)
REPEAT_EVERY = timedelta(days=7)
ADMINS_SEE_AFTER = timedelta(days=14)
"""How late an item is when it becomes work of the admins too."""

_REMIND_AT = time(9, tzinfo=UTC)


def last_reminder(due_on: date, noted_at: datetime, now: datetime) -> tuple[str, datetime] | None:
    """The kind and time of the last reminder that is due, if the item existed by then.

    Only the last, so that after a long stop people are reminded once.
    """
    on = datetime.combine(due_on, _REMIND_AT)
    if now < on - LEAD:
        return None
    if now < on:
        reminder = SOON_KIND, on - LEAD
    else:
        weeks = (now - on) // REPEAT_EVERY
        reminder = (LATE_KIND, on + weeks * REPEAT_EVERY) if weeks else (DUE_KIND, on)
    return reminder if reminder[1] >= noted_at else None


def end_of_day(due_on: date) -> datetime:
    """The end of the due day, in UTC."""
    return datetime.combine(due_on + timedelta(days=1), time(tzinfo=UTC))
