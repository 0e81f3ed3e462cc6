"""Forms of a lane. Every field may be blank here: the rules judge."""

import re
from functools import cached_property
from typing import Any

from django import forms

from incidents.forms.decisions import Numbers
from incidents.models import Evidence, Incident
from incidents.vocabulary import LaneKind
from incidents.web.forms import WarroomForm
from lanes.models.hypothesis import HypothesisState

_SEPARATORS = re.compile(r"[,\n]")


class ItemsField(forms.CharField):
    """Short items separated by lines or commas; cleans to a list of strings."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> list[str]:
        return [item.strip() for item in _SEPARATORS.split(super().clean(value)) if item.strip()]


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
    """A note; its length is checked by the rules."""

    text = forms.CharField(
        label="Note",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "What did you learn?"}),
    )
    lane = forms.ChoiceField(
        label="Lane", required=False, choices=[("", "No lane"), *LaneKind.choices]
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


def _lines(rows: int, placeholder: str = "") -> forms.Textarea:
    return forms.Textarea(
        attrs={"rows": rows} | ({"placeholder": placeholder} if placeholder else {})
    )


class UnknownForm(WarroomForm):
    text = forms.CharField(
        label="What is not known?",
        required=False,
        max_length=4000,
        widget=_lines(2, "Why do four nodes ignore the new expiry?"),
    )


MAX_OFFERED = 30
"""At most so many evidence items are offered for citing."""


class CitingForm(WarroomForm):
    """A form that cites evidence by its numbers in the incident."""

    evidence = Numbers(label="Evidence", required=False)

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        self._incident = incident
        super().__init__(*args, **kwargs)

    @cached_property
    def offered(self) -> list[Evidence]:
        """The newest items of the incident, and those that are ticked already."""
        rows = self._incident.evidence.defer("text").order_by("-number")
        newest = list(rows[:MAX_OFFERED])
        ticked = {int(n) for n in self.cited if n.isdecimal()}
        missing = ticked - {item.number for item in newest}
        return newest + list(rows.filter(number__in=missing)) if missing else newest

    @property
    def cited(self) -> set[str]:
        """The numbers that are ticked, as the page has them."""
        return {str(number) for number in self["evidence"].value() or ()}


class ResolveForm(CitingForm):
    resolution = forms.CharField(
        label="What is known now?", required=False, max_length=4000, widget=_lines(3)
    )


class HypothesisForm(WarroomForm):
    text = forms.CharField(
        label="What may explain it?", required=False, max_length=4000, widget=_lines(2)
    )
    reproduction = forms.CharField(
        label="How can one see it?",
        required=False,
        max_length=8000,
        help_text="Steps or a command that reproduce it. Can be left out.",
        widget=_lines(2),
    )


class VerdictForm(CitingForm):
    verdict = forms.ChoiceField(
        label="Verdict",
        required=False,
        choices=[(s.value, s.label) for s in HypothesisState if s != HypothesisState.OPEN],
        widget=forms.RadioSelect,
    )
    finding = forms.CharField(
        label="What does the evidence show?",
        required=False,
        max_length=8000,
        widget=_lines(3),
    )
