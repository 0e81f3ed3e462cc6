"""When it began and when it was noticed, each with the evidence that shows it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents.models import Evidence
from incidents.web.fields import PastField
from incidents.web.forms import WarroomForm

_HELP = "14:03, or 2026-03-05 14:03, or -20 for twenty minutes ago. Empty: not known."


def _shown_by() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label="Shown by", required=False, coerce=int, empty_value=None, choices=()
    )


class EventTimesForm(WarroomForm):
    """``evidence`` is what can be cited, newest first."""

    began_at = PastField(label="It began", required=False, help_text=_HELP)
    began_evidence = _shown_by()
    detected_at = PastField(label="It was noticed", required=False, help_text=_HELP)
    detected_evidence = _shown_by()

    def __init__(
        self, *args: Any, evidence: Iterable[Evidence], now: datetime, zone: ZoneInfo, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Choose"), *((e.number, f"{e.reference} {e.title}"[:80]) for e in evidence)]
        for name in ("began", "detected"):
            self.fields[f"{name}_evidence"].choices = choices
            self.fields[f"{name}_at"].now, self.fields[f"{name}_at"].zone = now, zone
