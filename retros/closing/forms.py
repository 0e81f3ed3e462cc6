"""The forms of closing, of the watch and of reopening. Everything may be blank: the gate judges."""

from typing import Any

from django import forms

from incidents.vocabulary import Confidence
from incidents.web.fields import PersonField
from incidents.web.forms import WarroomForm
from retros.closing.steps import StatementInput


def text_field(label: str, limit: int, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": f"Keep it under {limit} characters."},
        **options,
    )


class StatementForm(WarroomForm):
    """The closing statement: the leadership note's fields, and the watch."""

    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    happened = text_field("What happened", 2000, required=False)
    path = text_field("Why this path was chosen", 2000, required=False)
    uncertain = text_field("What remains uncertain", 2000, required=False)
    need = text_field("What we need from leadership", 2000, rows=2, required=False)
    confidence = forms.ChoiceField(
        label="Confidence of this statement",
        choices=Confidence,
        required=False,
        widget=forms.RadioSelect,
        help_text="Closing needs L3.",
    )
    watch_owner = PersonField(label="Watch owner, next 24 h", required=False)
    trigger = text_field(
        "Rollback trigger",
        1000,
        rows=2,
        required=False,
        help_text="The exact signal at which the watch owner reopens without asking.",
    )

    def statement(self) -> StatementInput:
        return StatementInput(**self.values())


class ReopenForm(WarroomForm):
    reason = text_field("Why is it open again?", 500, rows=2)


class FireForm(WarroomForm):
    signal = text_field("The signal you saw", 500, rows=2, required=False)


class CheckInForm(WarroomForm):
    text = text_field("What do you see?", 500, rows=2, help_text="A figure, and where you read it.")
