"""Signing, executing and verifying: short forms on the page of a decision."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from incidents.forms.decisions import Numbers
from incidents.web.fields import PastField, PersonField
from incidents.web.forms import WarroomForm
from incidents.web.time_zone import number

_WHY = forms.Textarea(attrs={"rows": 2})


class SignForm(WarroomForm):
    """``seen`` is the hash of the record as the page showed it."""

    role = forms.CharField(required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class StartForm(WarroomForm):
    pass


class WithdrawForm(WarroomForm):
    reason = forms.CharField(
        label="Why is it withdrawn?", required=False, max_length=2000, widget=_WHY
    )


class DoneForm(WarroomForm):
    evidence = Numbers(label="Proof that it was done", required=False)
    done_at = PastField(
        label="When it was done",
        required=False,
        help_text="Empty: now. Else 14:03, or -5 for five minutes ago.",
    )

    def __init__(self, *args: Any, now: datetime, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["done_at"].now, self.fields["done_at"].zone = now, zone


class VerifyForm(WarroomForm):
    run = forms.CharField(label="The verification run", required=False, widget=forms.HiddenInput)
    finding = forms.CharField(
        label="What the run showed", required=False, max_length=4000, widget=_WHY
    )
    verdict = forms.CharField(required=False, widget=forms.HiddenInput)

    def verdict_of(self) -> dict[str, Any]:
        """What the action takes: the run's number and whether it passed, None without a verdict."""
        fields = self.cleaned_data
        return {
            "run": number(fields["run"]),
            "finding": fields["finding"],
            "passed": {"verified": True, "failed": False}.get(fields["verdict"]),
        }


class ReplaceForm(WarroomForm):
    person = PersonField(label="Who does it from now on", required=False)
    reason = forms.CharField(label="Why", required=False, max_length=500, widget=_WHY)
