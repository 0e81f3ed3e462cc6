"""Ending a checkpoint in one line: keep course, move it, or cancel it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents.models import Evidence
from incidents.vocabulary import Confidence
from incidents.web.evidence_numbers import EvidenceField
from incidents.web.fields import Soon
from incidents.web.forms import WarroomForm

NEWEST_PICKED = 2
"""Of the evidence since the decision, how much is picked to begin with."""


class KeepCourseForm(WarroomForm):
    """``recent`` is the evidence since the decision, newest first."""

    looked_at = forms.CharField(
        label="What did you look at?",
        required=False,
        max_length=300,
        help_text="One line: what it shows now.",
    )
    next_due = Soon(label="Next checkpoint", required=False, help_text="14:08, or +25 minutes.")
    confidence = forms.ChoiceField(
        label="How sure are you now?",
        choices=[("", "As before"), *Confidence.choices],
        required=False,
    )
    evidence = EvidenceField(label="Evidence since the decision")

    def __init__(
        self,
        *args: Any,
        recent: Iterable[Evidence],
        now: datetime,
        zone: ZoneInfo,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        recent = list(recent)
        evidence = self.fields["evidence"]
        evidence.choices = [(e.number, f"{e.reference} {e.title}"[:80]) for e in recent]
        evidence.initial = [e.number for e in recent[:NEWEST_PICKED]]
        self.fields["next_due"].now, self.fields["next_due"].zone = now, zone
        self.fields["looked_at"].widget.attrs["autofocus"] = True


class MoveCheckpointForm(WarroomForm):
    due_at = Soon(label="Due", required=False, help_text="14:08, or +25 minutes.")
    reason = forms.CharField(label="Why", required=False, max_length=300)

    def __init__(self, *args: Any, now: datetime, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_at"].now, self.fields["due_at"].zone = now, zone


class CancelCheckpointForm(WarroomForm):
    reason = forms.CharField(label="Why", required=False, max_length=300)
