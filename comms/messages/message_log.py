"""The newest messages about an incident: when, to whom, and how their delivery went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from comms.models import Delivery, Escalation, LeadershipNote, Update
from comms.models.message import Message
from incidents.models import Incident

MAX_MESSAGES = 10
"""The timeline has all of them."""

_KINDS: tuple[tuple[type[Message], str], ...] = (
    (Update, "mark-update"),
    (Escalation, "i-mail"),
    (LeadershipNote, "i-mail"),
)


_COLUMNS: Mapping[type[Message], str] = {
    Update: "update",
    Escalation: "escalation",
    LeadershipNote: "leadership_note",
}
_ARRIVED = (Delivery.State.SENT, Delivery.State.UNSURE)


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """Deliveries of a message by state."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        return self.sent + self.waiting + self.failed


@dataclass(frozen=True, slots=True)
class LoggedMessage:
    """One message in a list: ``to`` is who reads it, ``summary`` its content in one line."""

    message: Message
    icon: str
    to: str
    summary: str
    delivered: DeliveryCounts
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class MessageLog:
    """The newest messages, newest first, and the total number."""

    rows: tuple[LoggedMessage, ...]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)

    @property
    def pace(self) -> timedelta | None:
        """The average time between the listed updates; None for fewer than two."""
        times = [r.message.published_at for r in self.rows if isinstance(r.message, Update)]
        return (times[0] - times[-1]) / (len(times) - 1) if len(times) > 1 else None


def message_log(
    incident: Incident, until: datetime | None = None, limit: int = MAX_MESSAGES
) -> MessageLog:
    """Ten queries at most, for any number of messages."""
    messages: list[tuple[Message, str]] = []
    total = 0
    for kind, icon in _KINDS:
        rows = kind._default_manager.filter(incident=incident)
        if until is not None:
            rows = rows.filter(published_at__lte=until)
        rows = rows.select_related("published_by", "corrects")
        newest = list(rows.order_by("-number")[:limit])
        total += newest[0].number if newest else 0
        messages += [(row, icon) for row in newest]
    messages.sort(key=lambda pair: (pair[0].published_at, pair[0].number), reverse=True)
    newest_first = messages[:limit]
    corrected = {(type(row), row.corrects_id) for row, _ in messages if row.corrects_id}
    deliveries = delivery_counts([row for row, _ in newest_first])
    return MessageLog(
        tuple(
            LoggedMessage(
                row,
                icon,
                _readers(row),
                _summary(row),
                deliveries.get((type(row), row.pk), DeliveryCounts()),
                (type(row), row.pk) in corrected,
            )
            for row, icon in newest_first
        ),
        total,
    )


def delivery_counts(messages: list[Message]) -> Mapping[tuple[type[Message], int], DeliveryCounts]:
    """Delivery counts by kind and key of the message: one query for each kind among them."""
    by_message: dict[tuple[type[Message], int], DeliveryCounts] = {}
    for kind, column in _COLUMNS.items():
        if keys := [row.pk for row in messages if isinstance(row, kind)]:
            rows = Delivery.objects.filter(**{f"{column}__in": keys}).order_by()
            counted = rows.values(column).annotate(
                sent=Count("pk", filter=Q(state__in=_ARRIVED)),
                failed=Count("pk", filter=Q(state=Delivery.State.DEAD)),
                many=Count("pk"),
            )
            by_message |= {
                (kind, row_counts[column]): _counts(row_counts) for row_counts in counted
            }
    return by_message


def _counts(counted: Mapping[str, int]) -> DeliveryCounts:
    sent, failed = counted["sent"], counted["failed"]
    return DeliveryCounts(sent, counted["many"] - sent - failed, failed)


def _readers(row: Message) -> str:
    if isinstance(row, Update):
        return str(row.get_audience_display())
    return "Leadership" if isinstance(row, LeadershipNote) else "Within the company"


def _summary(row: Message) -> str:
    if isinstance(row, Update):
        return _with_full_stop(f"{row.get_progress_display()}. {row.headline}")
    if isinstance(row, Escalation):
        return _with_full_stop(f"Asks: {row.ask}")
    assert isinstance(row, LeadershipNote)
    return _with_full_stop(f"Needs: {row.need}")


def _with_full_stop(text: str) -> str:
    """End a text as a sentence."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."
