"""Capturing evidence: one form for every kind, of which each shows its own fields."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents.assessments.evidence_minimum import required_for
from incidents.models import Incident
from incidents.rules.evidence import MAX_TEXT_BYTES, Capture
from incidents.rules.file_types import text_of
from incidents.rules.minimum import RequiredEvidence
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose
from incidents.web.fields import PastField, TimeInput
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
_NUMBER = r"\d{1,15}(?:[.,]\d{1,6})?"
_PART = re.compile(rf"({_NUMBER})\s*(ms|s|min|m|h)", re.ASCII)
_PARTS = re.compile(rf"(?:{_NUMBER}\s*(?:ms|s|min|m|h)\s*)+", re.ASCII)
_ALONE = re.compile(_NUMBER, re.ASCII)

MAX_DURATION_DAYS = 31


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
        if _ALONE.fullmatch(text):
            text += " s"
        parts = _PART.findall(text)
        lengths = [_UNITS[unit] for _, unit in parts]
        # Each unit once, from the longest to the shortest: "5 s 2 m" and "1 2 3" are mistyped.
        if not _PARTS.fullmatch(text) or lengths != sorted(set(lengths), reverse=True):
            raise forms.ValidationError("Write a duration like 1.4 s or 2 m 5 s.", "duration")
        milliseconds = round(
            sum(
                float(number.replace(",", ".")) * length
                for (number, _), length in zip(parts, lengths, strict=True)
            )
        )
        if milliseconds > MAX_DURATION_DAYS * 86_400_000:
            raise forms.ValidationError(
                f"Nothing here takes longer than {MAX_DURATION_DAYS} days. Check the unit.",
                "duration",
            )
        return milliseconds


def items_of(required: Iterable[RequiredEvidence]) -> list[tuple[str, str]]:
    """What evidence can be named for, as choices."""
    return [(requirement.key, requirement.label) for requirement in required]


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
        widget=TimeInput(attrs={"placeholder": "14:08", "class": "input-short"}),
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
        if not (required := required_for(incident)):
            del self.fields["serves"]
        else:
            self.fields["serves"].choices = [("", "Nothing of it"), *items_of(required)]
            self.fields["serves"].help_text = "What scenario and impacted surfaces ask for."

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
