"""Forms for windows of planned work. Every field may be blank here: the rules judge."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from comms.actions.maintenance import MaintenanceInput
from comms.models import Maintenance
from comms.vocabulary import Audience
from incidents.web.fields import Soon, SurfacesField, TimeInput
from incidents.web.forms import WarroomForm
from kernel.typed_time import write_time

_READS = [(audience.value, audience.label) for audience in (Audience.PUBLIC, Audience.INTERNAL)]
_PLAN = ("title", "text", "audience", "surfaces", "starts_at", "ends_at")


def _text_field(label: str, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "Keep it under 2000 characters."},
        **options,
    )


def _moment(label: str, begin: str = "") -> Soon:
    widget = TimeInput()
    widget.begin = begin
    return Soon(
        label=label,
        required=False,
        widget=widget,
        help_text="A day and a time like 2026-03-07 22:00, or a time like 22:00.",
        error_messages={"time": "Write a day and a time like 2026-03-07 22:00."},
    )


class TimedForm(WarroomForm):
    """A form with times, read in the author's time zone."""

    def __init__(self, *args: Any, now: datetime, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, Soon):
                field.now, field.zone = now, zone


class PlanForm(TimedForm):
    title = forms.CharField(
        label="What is done",
        required=False,
        max_length=120,
        error_messages={"max_length": "Keep it under 120 characters."},
    )
    text = _text_field("What readers may notice, in plain words")
    audience = forms.ChoiceField(
        label="Who reads it", choices=_READS, required=False, widget=forms.RadioSelect
    )
    surfaces = SurfacesField(label="Surfaces that it touches", required=False)
    starts_at = _moment("Begins")
    ends_at = _moment("Ends", begin="starts_at")

    def clean_starts_at(self) -> datetime | None:
        """The end is read from the begin on: 02:00 after 22:00 is the next day's."""
        begin: datetime | None = self.cleaned_data["starts_at"]
        self.fields["ends_at"].begin = begin
        return begin

    def planned(self) -> MaintenanceInput:
        return MaintenanceInput(
            **{name: self.cleaned_data[name] for name in _PLAN} | self._touched()
        )

    def _touched(self) -> dict[str, Any]:
        return {"surfaces": tuple(self.cleaned_data["surfaces"])}


class ChangeForm(PlanForm):
    note = _text_field("What is different, for those who read of it")


class ExtendForm(TimedForm):
    ends_at = _moment("Ends")
    text = _text_field("Why, for those who read of it")


class NoteForm(TimedForm):
    text = _text_field("What readers are told")


class OptionalNoteForm(TimedForm):
    text = _text_field(
        "What readers are told", help_text="Left empty, they read only that it began or ended."
    )


def initial_of(row: Maintenance, zone: ZoneInfo) -> dict[str, Any]:
    """Initial values from a window, as its author would type them."""
    return {
        "title": row.title,
        "text": row.text,
        "audience": row.audience,
        "surfaces": [surface.slug for surface in row.surfaces.all()],
        "starts_at": write_time(row.starts_at, zone),
        "ends_at": write_time(row.ends_at, zone),
    }
