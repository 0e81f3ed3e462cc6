"""Hardening work as forms. Everything may be blank here: the rules judge."""

from typing import Any

from django import forms

from incidents.web.fields import PersonField
from incidents.web.forms import WarroomForm
from retros.backlog.actions import DETAIL, REASON, TITLE, TRACKER, Work
from retros.models import BacklogItem


def _line(label: str, longest: int, **options: Any) -> forms.CharField:
    said = {"max_length": f"Keep it under {longest} characters."}
    return forms.CharField(
        label=label, required=False, max_length=longest, error_messages=said, **options
    )


def _text(label: str, longest: int, **options: Any) -> forms.CharField:
    return _line(label, longest, widget=forms.Textarea(attrs={"rows": 2}), **options)


class ChangeForm(WarroomForm):
    title = _line("What is to be done", TITLE)
    owner = PersonField(label="Owner", required=False, empty_label="Nobody yet")
    due_on = forms.DateField(
        label="Due",
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write a day like 2026-03-07."},
    )
    tracker = _line(
        "Link to the tracker", TRACKER, widget=forms.URLInput(attrs={"placeholder": "https://"})
    )

    def work(self) -> Work:
        return Work(**self.values())


class AddForm(ChangeForm):
    detail = _text("More about it", DETAIL, help_text="Stays as it is written now.")

    field_order = ("title", "detail", "owner", "due_on", "tracker")


class NoForm(WarroomForm):
    """A step that asks nothing."""


class ReasonForm(WarroomForm):
    reason = _text("Why", REASON)


def standing(item: BacklogItem) -> dict[str, Any]:
    """What an item says now, as somebody would type it."""
    return {
        "title": item.title,
        "owner": item.owner_id,
        "due_on": item.due_on,
        "tracker": item.tracker,
    }
