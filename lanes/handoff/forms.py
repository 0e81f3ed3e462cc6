"""Forms to offer a handoff and to answer it. Every field may be blank here: the rules judge."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents.models import Checkpoint, Person
from incidents.web.fields import PersonField
from incidents.web.forms import WarroomForm
from kernel.refusal import Violation
from lanes.facts.handoffs import MAX_TEXT_LENGTH, Terms
from lanes.facts.watch_port import CheckIn
from lanes.vocabulary import check_in_label

COMMAND = "command"
"""Stands for command where a lane could be, in the address and in the form."""


class LinesField(forms.CharField):
    """One item per line, commas included; cleans to a tuple of strings."""

    def clean(self, value: Any) -> tuple[str, ...]:
        return tuple(line.strip() for line in super().clean(value).splitlines() if line.strip())


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class OfferForm(WarroomForm):
    lane = forms.CharField(required=False, widget=forms.HiddenInput)
    receiver = PersonField(label="To", required=False)
    included = LinesField(
        label="1. Scope: included",
        required=False,
        max_length=MAX_TEXT_LENGTH,
        widget=_area(3),
        help_text="What the receiver answers for, one thing a line.",
    )
    excluded = LinesField(
        label="Scope: excluded",
        required=False,
        max_length=MAX_TEXT_LENGTH,
        widget=_area(3),
        help_text="What stays with others.",
    )
    unknowns = forms.CharField(
        label="2. Unresolved unknowns",
        required=False,
        max_length=MAX_TEXT_LENGTH,
        widget=_area(3),
        help_text="If there are none, say why. Open ones of the lane are listed by themselves.",
    )
    checkpoint = forms.IntegerField(
        label="3. Next checkpoint", required=False, max_value=10**9, widget=forms.Select
    )
    trigger = forms.CharField(
        label="4. Rollback failure trigger",
        required=False,
        max_length=MAX_TEXT_LENGTH,
        widget=_area(2),
        help_text="The signal at which the receiver rolls back at once.",
    )
    message = forms.CharField(
        label="Message to the receiver", required=False, max_length=MAX_TEXT_LENGTH, widget=_area(2)
    )

    violations_ahead: tuple[Violation, ...] = ()
    """What the prefilled form still lacks, before anything is typed."""

    @property
    def requested_lane(self) -> str:
        """What is handed over: a lane, or "" for command."""
        value = str(self["lane"].value() or "")
        return "" if value == COMMAND else value

    def choose_from(self, people: Iterable[Person], after: Person | None) -> None:
        """``after`` is the next person in the scenario's handoff chain."""
        field = self.fields["receiver"]
        assert isinstance(field, PersonField)
        chain = " (next in the scenario’s chain)"
        named = [(p.pk, f"{p}{chain if p == after else ''}") for p in people]
        field.choices = [("", str(field.empty_label)), *named]

    def choose_checkpoint(self, ahead: Iterable[Checkpoint], zone: ZoneInfo) -> None:
        self._points("Choose a checkpoint", [(c.number, _due(c, zone)) for c in ahead])

    def choose_check_in(self, following: CheckIn | None, zone: ZoneInfo) -> None:
        """Only the next check-in of a watch can be committed to."""
        self.fields["checkpoint"].label = "3. Next check-in"
        self.fields[
            "unknowns"
        ].help_text = "If there are none, say why. Open ones of all lanes are listed by themselves."
        points = [(following.hour, _check_in(following, zone))] if following else []
        self._points("Choose the next check-in", points)

    def _points(self, none: str, points: Iterable[tuple[int, str]]) -> None:
        widget = self.fields["checkpoint"].widget
        assert isinstance(widget, forms.Select)
        widget.choices = [("", none), *points]

    def terms(self) -> Terms:
        cleaned = self.values()
        cleaned.pop("lane", None)
        return Terms(**cleaned)


def _due(checkpoint: Checkpoint, zone: ZoneInfo) -> str:
    local = checkpoint.due_at.astimezone(zone)
    purpose = f", {checkpoint.purpose}" if checkpoint.purpose else ""
    return f"{checkpoint.reference}, {local:%H:%M %Z}{purpose}"


def _check_in(check_in: CheckIn, zone: ZoneInfo) -> str:
    label = check_in_label(check_in.hour)
    return f"{label[:1].upper()}{label[1:]}, {check_in.due_at.astimezone(zone):%a %H:%M %Z}"


class AnswerForm(WarroomForm):
    """A button."""


class DeclineForm(WarroomForm):
    reason = forms.CharField(
        label="Why not?", required=False, max_length=MAX_TEXT_LENGTH, widget=_area(2)
    )


class WithdrawForm(WarroomForm):
    reason = forms.CharField(
        label="Why is it withdrawn?", required=False, max_length=MAX_TEXT_LENGTH, widget=_area(2)
    )
