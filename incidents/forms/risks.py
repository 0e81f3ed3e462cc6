"""Residual risks: short forms on their page."""

from django import forms

from incidents.web.fields import PersonField
from incidents.web.forms import WarroomForm

_WHY = forms.Textarea(attrs={"rows": 2})


class RiskForm(WarroomForm):
    text = forms.CharField(
        label="What may still go wrong?", required=False, max_length=500, widget=_WHY
    )
    owner = PersonField(label="Owner", required=False, empty_label="Nobody yet")


class OwnRiskForm(WarroomForm):
    owner = PersonField(label="Owner")


class RetireRiskForm(WarroomForm):
    reason = forms.CharField(
        label="Why is it no risk any more?", required=False, max_length=500, widget=_WHY
    )
