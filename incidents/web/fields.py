"""Fields that several forms share. They judge shape; the rules judge the incident."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet

from incidents.models import Person, Surface


class PersonField(forms.ModelChoiceField):
    """An active responder."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": "Name somebody."})
        kwargs.setdefault("empty_label", "Choose a person")
        super().__init__(queryset=Person.objects.none(), **kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> "PersonField":
        copy = super().__deepcopy__(memo)
        copy.queryset = Person.objects.who_can_respond()
        return copy


class SurfacesField(forms.ModelMultipleChoiceField):
    """Any number of surfaces, picked as chips."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Surface.objects.all(), to_field_name="slug", **kwargs)


class SurfaceField(forms.ModelChoiceField):
    def __init__(self, queryset: QuerySet[Surface] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": "Choose a surface."})
        super().__init__(
            queryset=Surface.objects.all() if queryset is None else queryset,
            to_field_name="slug",
            **kwargs,
        )


class Soon(forms.CharField):
    """A moment soon, typed as ``14:08``, ``+25`` (minutes) or an ISO date and time.

    A bare clock time is in ``zone``, the one in which the author reads the page (see ``reader``).
    Cleans to an aware datetime.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": "Say by when."})
        super().__init__(**kwargs)
        self.zone: ZoneInfo = ZoneInfo("UTC")
        self.now: datetime | None = None

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        assert self.now is not None
        try:
            return read_moment(text, self.now, self.zone)
        except ValueError:
            raise forms.ValidationError(
                "Write a time like 14:08, or minutes from now like +25.", "time"
            ) from None


def in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    """In UTC; one without a zone is in ``zone``. ``ValueError`` at the ends of the calendar."""
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(moment) from error


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read ``14:08``, ``+25`` or ISO 8601; raises ``ValueError`` for anything else."""
    text = text.strip().lower().removesuffix("min").removesuffix("m").strip()
    if text.startswith("+"):
        minutes = int(text[1:])
        if not 0 <= minutes <= 100_000:
            raise ValueError(text)
        return now + timedelta(minutes=minutes)
    if "-" in text:
        return in_zone(datetime.fromisoformat(text.upper()), zone)
    clock_time = datetime.strptime(text, "%H:%M").time()
    local = now.astimezone(zone)
    moment = datetime.combine(local.date(), clock_time, zone)
    # Just past stays today, so that "a minute ago" is refused rather than taken for tomorrow.
    if moment < local - timedelta(hours=12):
        moment += timedelta(days=1)
    return moment
