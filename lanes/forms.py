"""What is typed in a lane: notes and its boundary."""

import re
from typing import Any

from django import forms

from incidents.forms.base import WarroomForm
from incidents.vocabulary import LaneKind

_BETWEEN = re.compile(r"[,\n]")


class ItemsField(forms.CharField):
    """Short things, one a line or parted by commas; cleans to a list of strings."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> list[str]:
        return [item.strip() for item in _BETWEEN.split(super().clean(value)) if item.strip()]


class BoundaryForm(WarroomForm):
    included = ItemsField(
        label="Included",
        required=False,
        max_length=4000,
        help_text="What this lane deals with, one thing a line.",
    )
    excluded = ItemsField(
        label="Excluded",
        required=False,
        max_length=4000,
        help_text="What it leaves to others.",
    )


class NoteForm(WarroomForm):
    """A note; how long it may be, the action says."""

    text = forms.CharField(
        label="Note",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "What did you learn?"}),
    )
    lane = forms.ChoiceField(
        label="Lane", required=False, choices=[("", "No lane"), *LaneKind.choices]
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)
