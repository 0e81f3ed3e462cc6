"""Forms of messages. Every field may be blank here: the rules judge."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from comms.actions import EscalationInput, LeadershipNoteInput, UpdateInput
from comms.actions.message_input import MAX_UNKNOWN_LENGTH, MessageInput
from comms.rules.message.plain import NOT_PLAIN
from comms.vocabulary import Audience, Progress, SurfaceState
from incidents.models import Surface
from incidents.vocabulary import Confidence
from incidents.web.fields import PersonField, Soon
from incidents.web.forms import DraftForm, WarroomForm
from kernel.refusal import Violation


def _text(label: str, limit: int = 2000, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": f"Keep it under {limit} characters."},
        **options,
    )


def _line(label: str, limit: int, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=limit,
        error_messages={"max_length": f"Keep it under {limit} characters."},
        **options,
    )


class MessageForm(DraftForm):
    """The fields of every message: the one that it corrects, and what was wrong with that."""

    corrects = forms.IntegerField(required=False, widget=forms.HiddenInput)
    correction = _line("What was wrong", 500)

    input_class: type[MessageInput] = MessageInput

    def __init__(self, *args: Any, now: datetime, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(moment := self.fields.get("next_at"), Soon):
            moment.now, moment.zone = now, zone

    @property
    def is_correction(self) -> bool:
        return bool(self["corrects"].value())

    def refuse(self, violations: Iterable[Violation]) -> None:
        """Unreadable fields already show their error, so they are only added to the list above."""
        all_violations = tuple(violations)
        super().refuse(violation for violation in all_violations if violation.code)
        self.violations = all_violations

    def message_input(self) -> Any:
        """The input for the action; fields that could not be read are in its ``shape``."""
        shape = tuple(
            Violation("", str(message), name)
            for name, messages in self.errors.items()
            for message in messages
        )
        saved = {"raw": self.raw(), "stamp": self.stamp}
        return self.input_class(**self.values(), shape=shape, **saved)


def _next(label: str) -> Soon:
    return Soon(
        label=label,
        required=False,
        help_text="A time like 14:08, or minutes from now like +25.",
    )


class UpdateForm(MessageForm):
    audience = forms.ChoiceField(
        label="Who reads it", choices=Audience, required=False, widget=forms.RadioSelect
    )
    progress = forms.ChoiceField(
        label="Status", choices=Progress, required=False, widget=forms.RadioSelect
    )
    headline = _line("Headline, as readers know it", 120)
    impact = _text("Customer impact, in plain words")
    mitigation = _text("Current mitigation, in plain words", rows=2)
    unknown_1 = _line("Known unknown", MAX_UNKNOWN_LENGTH)
    unknown_2 = _line("Another, if there is one", MAX_UNKNOWN_LENGTH)
    no_unknowns = _line("Or why none are known", 500)
    next_at = _next("Next committed update")
    no_names = forms.BooleanField(
        label="What looks like names here names no person; that I say so is recorded",
        required=False,
    )

    input_class = UpdateInput

    def __init__(self, *args: Any, surfaces: Iterable[Surface], **kwargs: Any) -> None:
        self._surfaces = {f"surface_{surface.pk}": surface for surface in surfaces}
        # Before the form binds, so that the states are fields like any other.
        states = {
            name: forms.ChoiceField(
                label=f"{surface.name} is",
                choices=[("", "Choose"), *SurfaceState.choices],
                required=False,
            )
            for name, surface in self._surfaces.items()
        }
        self.base_fields = {**type(self).base_fields, **states}
        super().__init__(*args, **kwargs)

    @property
    def asks_about_names(self) -> bool:
        """Only where a text was refused for its words, or the author has answered already."""
        return bool(self["no_names"].value()) or any(
            violation.code == NOT_PLAIN for violation in self.violations
        )

    @property
    def states(self) -> list[forms.BoundField]:
        return [self[name] for name in self._surfaces]

    def values(self) -> dict[str, Any]:
        cleaned = super().values()
        unknowns = [cleaned.pop(name, "") for name in ("unknown_1", "unknown_2")]
        states = {surface.pk: cleaned.pop(name, "") for name, surface in self._surfaces.items()}
        return cleaned | {
            "unknowns": tuple(unknown for unknown in unknowns if unknown),
            "surfaces": {key: state for key, state in states.items() if state},
        }


class EscalationForm(MessageForm):
    summary = _line("Summary", 160)
    impact = _text("Impact: users and systems", rows=2)
    decision = _text("Current decision", 1000, rows=2)
    ask = _line(
        "Immediate ask",
        500,
        help_text="One approval or one resource. A person must be able to answer it with yes or"
        " no.",
    )
    next_at = _next("Next update")
    owner = PersonField(label="Owner", required=False)

    input_class = EscalationInput


class LeadershipNoteForm(MessageForm):
    happened = _text("What happened")
    path = _text("Why this path")
    confidence = forms.ChoiceField(
        label="Confidence", choices=Confidence, required=False, widget=forms.RadioSelect
    )
    uncertain = _text("What remains uncertain", rows=2)
    need = _text("What we need from leadership", rows=2, help_text="Say “nothing for now”, if so.")
    owner = PersonField(label="Owner for the next 24 h", required=False)

    input_class = LeadershipNoteInput


class LapseForm(WarroomForm):
    explanation = _text("Why it was late", 500)
