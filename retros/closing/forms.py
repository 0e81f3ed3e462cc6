"""The forms of closing, of the watch and of reopening. Everything may be blank: the gate judges."""

from typing import Any

from django import forms

from incidents.models import Incident, Risk
from incidents.vocabulary import Confidence
from incidents.web.fields import PersonField, RowField
from incidents.web.forms import WarroomForm
from retros.closing.steps import StatementInput
from retros.models import BacklogItem
from retros.vocabulary import Ending


def text_field(label: str, limit: int, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": f"Keep it under {limit} characters."},
        **options,
    )


class StatementForm(WarroomForm):
    """The closing statement: the leadership note's fields, the watch, and how it ended."""

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

    ending = forms.ChoiceField(
        label="How it ended",
        choices=Ending,
        initial=Ending.MITIGATED,
        required=False,
        widget=forms.RadioSelect,
        help_text="Without mitigation needs two verification runs, 15 minutes apart or more.",
    )

    def statement(self) -> StatementInput:
        return StatementInput(**self.values())


def statement_form(incident: Incident) -> type[StatementForm]:
    """The form with what this incident has to choose from."""

    class OfIncident(StatementForm):
        cause_risk = RowField(
            label="Without mitigation: the risk that says that the cause is open",
            queryset=Risk.objects.filter(incident=incident, retired_at=None),
            required=False,
            empty_label="Choose a residual risk",
        )
        cause_item = RowField(
            label="Without mitigation: the hardening item that is to find the cause",
            queryset=BacklogItem.objects.open().filter(incident=incident),
            required=False,
            empty_label="Choose a hardening item",
        )

    return OfIncident


class ReopenForm(WarroomForm):
    reason = text_field("Why is it open again?", 500, rows=2)


class FireForm(WarroomForm):
    signal = text_field("The signal you saw", 500, rows=2, required=False)


class CheckInForm(WarroomForm):
    text = text_field("What do you see?", 500, rows=2, help_text="A figure, and where you read it.")
