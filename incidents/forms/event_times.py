"""When it began and when it was noticed, each with the evidence that shows it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incidents.models import Evidence
from incidents.web.evidence_numbers import OneEvidenceField
from incidents.web.fields import PastField
from incidents.web.forms import WarroomForm

_HELP = "14:03, or 2026-03-05 14:03, or -20 for twenty minutes ago. Empty: not known."


class EventTimesForm(WarroomForm):
    """``evidence`` is what is suggested, newest first; any other item is cited by its number."""

    began_at = PastField(label="It began", required=False, help_text=_HELP)
    began_evidence = OneEvidenceField(label="Shown by")
    detected_at = PastField(label="It was noticed", required=False, help_text=_HELP)
    detected_evidence = OneEvidenceField(label="Shown by")

    def __init__(
        self, *args: Any, evidence: Iterable[Evidence], now: datetime, zone: ZoneInfo, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        items = list(evidence)
        for name in ("began", "detected"):
            self.fields[f"{name}_evidence"].suggest(items)
            self.fields[f"{name}_at"].now, self.fields[f"{name}_at"].zone = now, zone
