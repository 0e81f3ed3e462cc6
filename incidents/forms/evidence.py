"""Capturing evidence: one form for every kind, of which each shows its own fields."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents import scenarios
from incidents.models import Incident
from incidents.models.evidence import EARLIEST
from incidents.rules.evidence import MAX_TEXT_BYTES, Capture
from incidents.rules.file_types import text_of
from incidents.scenarios import Scenario
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose
from incidents.web.fields import in_zone
from incidents.web.forms import WarroomForm
from kernel.text import clean_lines

FIELDS: dict[str, frozenset[str]] = {
    EvidenceKind.COMMAND: frozenset(
        {"command", "text", "exit_code", "host", "revision", "started_at", "duration"}
    ),
    EvidenceKind.LOG: frozenset({"text", "file", "host", "started_at"}),
    EvidenceKind.CHECK: frozenset({"text", "file", "url", "revision", "started_at"}),
    EvidenceKind.METRIC: frozenset({"text", "file", "url", "started_at"}),
    EvidenceKind.FILE: frozenset({"file", "text"}),
    EvidenceKind.LINK: frozenset({"url", "text"}),
}
"""Which fields belong to a kind; the others are ignored."""

OF_A_KIND = frozenset().union(*FIELDS.values())

READ_AS_TEXT = frozenset({EvidenceKind.LOG, EvidenceKind.CHECK})
"""Kinds whose file is shown as text when it is text and short enough."""

_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000}
_PART = re.compile(r"(\d{1,9}(?:[.,]\d{1,6})?)\s*(ms|s|min|m|h)?")


class OutputField(forms.CharField):
    """Text as it was printed: nothing is trimmed, only what no database can hold goes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return clean_lines(super().to_python(value))


class SecondsField(forms.CharField):
    """``1.4``, ``1.4 s``, ``250 ms`` or ``2 m 5 s``; cleans to milliseconds."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).lower()
        if not text:
            return None
        parts = _PART.findall(text)
        if not parts or _PART.sub("", text).strip():
            raise forms.ValidationError("Write a duration like 1.4 s or 2 m 5 s.", "duration")
        total = (float(n.replace(",", ".")) * _UNITS[unit or "s"] for n, unit in parts)
        return round(sum(total))


class PastField(forms.CharField):
    """``14:08``, ``14:08:31`` or ISO 8601: the last time that it was so, in the author's zone."""

    zone = ZoneInfo("UTC")
    now: datetime

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return self._read(text)
        except (ValueError, OverflowError):
            raise forms.ValidationError("Write a time like 14:08 or 14:08:31.", "time") from None

    def _read(self, text: str) -> datetime:
        if "-" in text:
            return self._plausible(in_zone(datetime.fromisoformat(text), self.zone))
        form = "%H:%M:%S" if text.count(":") == 2 else "%H:%M"
        local = self.now.astimezone(self.zone)
        moment = datetime.combine(local.date(), datetime.strptime(text, form).time(), self.zone)
        return moment - timedelta(days=1) if moment > local else moment

    def _plausible(self, moment: datetime) -> datetime:
        """Neither ahead nor before there was anything to run: it could not be read back."""
        if not EARLIEST <= moment <= self.now + timedelta(days=1):
            raise ValueError(moment)
        return moment


def items_of(scenario: Scenario) -> list[tuple[str, str]]:
    """The evidence minimum as choices."""
    return [(requirement.key, requirement.label) for requirement in scenario.evidence_minimum]


class CaptureForm(WarroomForm):
    kind = forms.ChoiceField(
        label="What is it?",
        choices=EvidenceKind,
        initial=EvidenceKind.COMMAND,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it is."},
    )
    command = OutputField(
        label="Command line",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 1, "class": "mono", "spellcheck": "false"}),
    )
    text = OutputField(
        label="Output or text",
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "class": "mono", "spellcheck": "false"}),
    )
    file = forms.FileField(label="File", required=False, allow_empty_file=True)
    url = forms.URLField(
        label="Link",
        required=False,
        max_length=900,
        assume_scheme="https",
        error_messages={"invalid": "Paste a whole link, such as https://…"},
    )
    exit_code = forms.IntegerField(
        label="Exit code",
        required=False,
        min_value=-(2**31),
        max_value=2**31 - 1,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input-short"}),
        error_messages={"invalid": "An exit code is a whole number such as 0 or 127."},
    )
    host = forms.CharField(label="Host", required=False, max_length=120)
    revision = forms.CharField(label="Working revision", required=False, max_length=80)
    started_at = PastField(
        label="Started",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "14:08", "class": "input-short"}),
    )
    duration = SecondsField(
        label="Took",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"placeholder": "1.4 s", "class": "input-short"}),
    )
    title = forms.CharField(
        label="Title",
        required=False,
        max_length=200,
        help_text="What it shows. Left empty, the command, the file or the first line names it.",
    )
    lane = forms.ChoiceField(
        label="Lane", required=False, choices=[("", "No lane"), *LaneKind.choices]
    )
    purpose = forms.ChoiceField(
        label="What is it for?",
        required=False,
        choices=Purpose,
        initial=Purpose.GENERAL,
        widget=forms.RadioSelect,
    )
    baseline = forms.TypedChoiceField(
        label="Repeats the baseline", required=False, coerce=int, empty_value=None
    )
    serves = forms.ChoiceField(label="Serves as", required=False)
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        incident: Incident,
        now: datetime,
        zone: ZoneInfo,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["started_at"].now = now
        self.fields["started_at"].zone = zone
        baselines = incident.evidence.filter(purpose=Purpose.BASELINE)
        self.fields["baseline"].choices = [
            ("", "None"),
            *((n, f"E-{n} {title}") for n, title in baselines.values_list("number", "title")),
        ]
        if (scenario := scenarios.find(incident.scenario)) is None:
            del self.fields["serves"]
        else:
            self.fields["serves"].choices = [("", "Nothing of it"), *items_of(scenario)]
            self.fields["serves"].help_text = f"Evidence minimum of “{scenario.title}”."

    @property
    def lost_file(self) -> str:
        """The file of a form that is shown again: browsers do not send it a second time."""
        return self.files["file"].name if self.is_bound and "file" in self.files else ""

    def clean(self) -> dict[str, Any]:
        """Leave aside what belongs to another kind: a person cannot see it, nor mend it."""
        data = super().clean() or {}
        if (kind := data.get("kind")) is None:
            return data
        for name in OF_A_KIND - FIELDS[kind]:
            self.errors.pop(name, None)
            data.pop(name, None)
        data["purpose"] = data.get("purpose") or Purpose.GENERAL
        if data["purpose"] != Purpose.VERIFICATION:
            self.errors.pop("baseline", None)
            data.pop("baseline", None)
        return data

    @property
    def when(self) -> dict[str, str]:
        """The classes by which a field shows only for its kinds."""
        return {
            name: " ".join(["when", *(f"when-{k}" for k in EvidenceKind if name in FIELDS[k])])
            for name in OF_A_KIND
        }

    def captured(self) -> Capture:
        fields = {k: v for k, v in self.values().items() if k != "next" and v is not None}
        file = fields.pop("file", None)
        if file is None:
            return Capture(**fields)
        content = file.read()
        decoded = (
            text_of(content) if fields["kind"] in READ_AS_TEXT and not fields["text"] else None
        )
        if decoded is not None and len(content) <= MAX_TEXT_BYTES:
            return Capture(
                **{**fields, "text": decoded.text, "title": fields["title"] or file.name}
            )
        return Capture(**fields, file=content, file_name=file.name)
