"""Writing up what was handled elsewhere. Everything may be blank here: the rules judge."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents.actions.backfilling import BackfillInput
from incidents.rules.backfilling import Account
from incidents.vocabulary import Severity
from incidents.web.fields import PastField, PersonField, SurfacesField, TimeInput
from incidents.web.forms import WarroomForm

_OWN = ("surfaces", "restricted", "commander")


class WhenField(PastField):
    """A day with its time, however long ago; a bare time is the last that was so."""

    def check(self, moment: datetime) -> None:
        """The rules judge it."""


def _when(label: str, **options: Any) -> WhenField:
    attributes = {"autocomplete": "off", "placeholder": "2026-03-05 14:20"}
    return WhenField(
        label=label,
        required=False,
        max_length=40,
        widget=TimeInput(attrs=attributes),
        error_messages={"time": "Write a day and a time like 2026-03-05 14:20."},
        **options,
    )


def _text_field(label: str, max_length: int, rows: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=max_length,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": f"Keep it under {max_length} characters."},
        **options,
    )


class BackfillForm(WarroomForm):
    title = forms.CharField(
        label="What was wrong?",
        required=False,
        max_length=160,
        error_messages={"max_length": "Keep it under 160 characters; the rest is told below."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    severity = forms.ChoiceField(
        label="How bad was it?", choices=Severity, required=False, widget=forms.RadioSelect
    )
    surfaces = SurfacesField(label="What was impacted?", required=False)
    began_at = _when("It began", help_text="When things went wrong, about.")
    declared_at = _when("It was declared", help_text="When somebody knew, and took it up.")
    mitigated_at = _when("It was mitigated", help_text="When it no longer hurt.")
    recovered_at = _when("It had recovered", help_text="When it was over.")
    happened = _text_field("What happened?", 4000, 4)
    done = _text_field(
        "What was done about it?", 4000, 4, help_text="What mitigated it, and by whom."
    )
    kept = forms.CharField(
        label="Where is the record of it?",
        required=False,
        max_length=300,
        help_text="A link to its thread, ticket or document, or a place.",
        error_messages={"max_length": "Keep it under 300 characters."},
    )
    source = _text_field(
        "Where was it handled, and why is it written up here?",
        500,
        2,
        help_text="Who told you, if you did not take part.",
    )
    commander = PersonField(
        label="Who answers for it here",
        required=False,
        empty_label="Me",
        help_text="Its commander, if they can still be asked.",
    )
    restricted = forms.BooleanField(
        label="Restricted: only who takes part may know", required=False
    )

    def __init__(self, *args: Any, now: datetime, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, WhenField):
                field.now, field.zone = now, zone

    def written(self) -> BackfillInput:
        fields = self.values()
        own = {name: fields.pop(name) for name in _OWN}
        own["surfaces"] = tuple(own["surfaces"])
        return BackfillInput(account=Account(**fields), **own)
