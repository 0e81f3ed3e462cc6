"""The forms of hardening work. Everything may be blank: the rules judge."""

from typing import Any

from django import forms

from incidents.web.fields import PersonField
from incidents.web.forms import WarroomForm
from retros.backlog.rules import (
    MAX_DETAIL_CHARACTERS,
    MAX_REASON_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    MAX_TRACKER_CHARACTERS,
)
from retros.backlog.steps import WorkInput
from retros.models import BacklogItem


def _line(label: str, max_length: int, **options: Any) -> forms.CharField:
    messages = {"max_length": f"Keep it under {max_length} characters."}
    return forms.CharField(
        label=label, required=False, max_length=max_length, error_messages=messages, **options
    )


def _text(label: str, max_length: int, **options: Any) -> forms.CharField:
    return _line(label, max_length, widget=forms.Textarea(attrs={"rows": 2}), **options)


class ChangeForm(WarroomForm):
    title = _line("What is to be done", MAX_TITLE_CHARACTERS)
    owner = PersonField(label="Owner", required=False, empty_label="Nobody yet")
    due_on = forms.DateField(
        label="Due",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write a day like 2026-03-07."},
    )
    tracker = _line(
        "Link to the tracker",
        MAX_TRACKER_CHARACTERS,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )

    def work(self) -> WorkInput:
        return WorkInput(**self.values())


class AddForm(ChangeForm):
    detail = _text("More about it", MAX_DETAIL_CHARACTERS, help_text="Stays as it is written now.")

    field_order = ("title", "detail", "owner", "due_on", "tracker")


class EmptyForm(WarroomForm):
    """The form of a step that needs no text."""


class ReasonForm(WarroomForm):
    reason = _text("Why", MAX_REASON_CHARACTERS)


def initial_of(item: BacklogItem) -> dict[str, Any]:
    """The item's current values as initial values of the form."""
    return {
        "title": item.title,
        "owner": item.owner_id,
        "due_on": item.due_on,
        "tracker": item.tracker,
    }
