"""Forms of a lane. Every field may be blank here: the rules judge."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents.forms.decisions import Numbers
from incidents.forms.evidence import OutputField
from incidents.models import Evidence, Incident, Surface
from incidents.vocabulary import LaneKind
from incidents.web.evidence_numbers import with_ticked
from incidents.web.fields import PersonField, Soon
from incidents.web.forms import WarroomForm
from kernel.refusal import Violation
from lanes.actions.setting_up import SetUp
from lanes.facts.set_up import People
from lanes.models.hypothesis import HypothesisState
from lanes.rules.boundary import Boundary

NOBODY = "Nobody yet"

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
        return with_ticked(self._incident, rows[:MAX_OFFERED], self.cited)

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


class SetUpForm(WarroomForm):
    """Everything that an incident begins with. What is left empty stays as it is.

    A field that cannot be read refuses nothing by itself: it is refused with what the rules find,
    so that everything unmet shows at once.
    """

    evidence = OutputField(
        label="What do you see? Paste a log, a failing check or a link",
        required=False,
        help_text="Becomes evidence, with secrets masked. Without any it is not under control.",
        widget=forms.Textarea(attrs={"rows": 2, "class": "mono", "autofocus": True}),
    )
    investigation = PersonField(required=False, empty_label=NOBODY)
    mitigation = PersonField(required=False, empty_label=NOBODY)
    communication = PersonField(required=False, empty_label=NOBODY)
    verification = PersonField(required=False, empty_label=NOBODY)
    covers = forms.BooleanField(
        label="Set the boundary of each lane as written here", required=False
    )
    deputy = PersonField(label="Deputy", required=False, empty_label=NOBODY)
    channel = forms.CharField(
        label="Channel for evidence", required=False, max_length=300, help_text="One link or name."
    )
    checkpoint = Soon(label="First checkpoint", required=False, help_text="14:08, or +15 minutes.")
    freeze = forms.BooleanField(required=False)

    def __init__(
        self,
        *args: Any,
        people: People,
        boundaries: Mapping[LaneKind, Boundary],
        surfaces: Sequence[Surface],
        now: datetime,
        zone: ZoneInfo,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.boundaries = boundaries
        for name in (*LaneKind.values, "deputy"):
            self.fields[name].widget.choices = _grouped(people)
        for lane in LaneKind:
            self.fields[lane.value].label = lane.label
        self.fields["checkpoint"].now, self.fields["checkpoint"].zone = now, zone
        if not boundaries:
            del self.fields["covers"]
        if surfaces:
            self.fields["freeze"].label = f"Freeze {' and '.join(map(str, surfaces))}"
            self.fields["freeze"].help_text = "Unrelated merges to them stop until it is lifted."
        else:
            del self.fields["freeze"]

    @property
    def lane_rows(self) -> list[tuple[LaneKind, forms.BoundField, Boundary | None]]:
        """Each lane with its field, and what it will cover."""
        return [(lane, self[lane.value], self.boundaries.get(lane)) for lane in LaneKind]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["unread"] = tuple(
            Violation("", str(message), field=name)
            for name, messages in self.errors.items()
            for message in messages
        )
        self.errors.clear()
        return data

    def plan(self) -> SetUp:
        fields = self.cleaned_data
        return SetUp(
            owners={lane: fields[lane] for lane in LaneKind.values if fields.get(lane)},
            deputy=fields.get("deputy"),
            covers=fields.get("covers", False),
            channel=fields.get("channel", ""),
            freeze=fields.get("freeze", False),
            checkpoint=fields.get("checkpoint"),
            evidence=fields.get("evidence", ""),
            unread=fields["unread"],
        )


def _grouped(people: People) -> list[tuple[str, Any]]:
    """The choices of a person, those who are at hand first."""
    groups = [
        ("You", [(people.me.pk, f"Me, {people.me}")] if people.me else []),
        *(
            (team, [(person.pk, str(person)) for person in members])
            for team, members in people.teams
        ),
        ("Taking part", [(person.pk, str(person)) for person in people.participants]),
        ("Others", [(person.pk, str(person)) for person in people.others]),
    ]
    return [("", NOBODY), *(group for group in groups if group[1])]
