"""What was said of an incident, when, to whom: the newest of each kind, in order of time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from comms.models import Delivery, Escalation, LeadershipNote, Update
from comms.models.message import Message
from incidents.models import Incident

NEWEST = 10
"""Messages shown at once; the timeline has them all."""

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
class Delivered:
    """How a message fares: deliveries by state."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        return self.sent + self.waiting + self.failed


@dataclass(frozen=True, slots=True)
class Said:
    """One message in a list: ``to`` is who reads it, ``words`` what it says in one line."""

    message: Message
    icon: str
    to: str
    words: str
    delivered: Delivered
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """The newest messages, newest first, and how many there are in all."""

    rows: tuple[Said, ...]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.rows)

    @property
    def pace(self) -> timedelta | None:
        """How far apart the updates shown were, on average; nothing while there is only one."""
        times = [r.message.published_at for r in self.rows if isinstance(r.message, Update)]
        return (times[0] - times[-1]) / (len(times) - 1) if len(times) > 1 else None


def spoken(incident: Incident, until: datetime | None = None, most: int = NEWEST) -> Spoken:
    """Ten queries at most, however much was said."""
    found: list[tuple[Message, str]] = []
    total = 0
    for kind, icon in _KINDS:
        rows = kind._default_manager.filter(incident=incident)
        if until is not None:
            rows = rows.filter(published_at__lte=until)
        rows = rows.select_related("published_by", "corrects")
        newest = list(rows.order_by("-number")[:most])
        total += newest[0].number if newest else 0
        found += [(row, icon) for row in newest]
    found.sort(key=lambda pair: (pair[0].published_at, pair[0].number), reverse=True)
    shown = found[:most]
    corrected = {(type(row), row.corrects_id) for row, _ in found if row.corrects_id}
    fares = delivered([row for row, _ in shown])
    return Spoken(
        tuple(
            Said(
                row,
                icon,
                _to(row),
                _words(row),
                fares.get((type(row), row.pk), Delivered()),
                (type(row), row.pk) in corrected,
            )
            for row, icon in shown
        ),
        total,
    )


def delivered(messages: list[Message]) -> Mapping[tuple[type[Message], int], Delivered]:
    """How each message fares, by kind and key: one query for each kind that is asked for."""
    found: dict[tuple[type[Message], int], Delivered] = {}
    for kind, column in _COLUMNS.items():
        if keys := [row.pk for row in messages if isinstance(row, kind)]:
            rows = Delivery.objects.filter(**{f"{column}__in": keys}).order_by()
            counted = rows.values(column).annotate(
                sent=Count("pk", filter=Q(state__in=_ARRIVED)),
                failed=Count("pk", filter=Q(state=Delivery.State.DEAD)),
                many=Count("pk"),
            )
            found |= {(kind, one[column]): _delivered(one) for one in counted}
    return found


def _delivered(counted: Mapping[str, int]) -> Delivered:
    sent, failed = counted["sent"], counted["failed"]
    return Delivered(sent, counted["many"] - sent - failed, failed)


def _to(row: Message) -> str:
    if isinstance(row, Update):
        return str(row.get_audience_display())
    return "Leadership" if isinstance(row, LeadershipNote) else "Within the company"


def _words(row: Message) -> str:
    if isinstance(row, Update):
        return _stop(f"{row.get_progress_display()}. {row.headline}")
    if isinstance(row, Escalation):
        return _stop(f"Asks: {row.ask}")
    assert isinstance(row, LeadershipNote)
    return _stop(f"Needs: {row.need}")


def _stop(text: str) -> str:
    """As a sentence: what follows does not run into it."""
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."
