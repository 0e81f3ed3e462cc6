"""Branches: short forms on their page."""

from django import forms

from incidents.vocabulary import BranchState, BranchType
from incidents.web.fields import PersonField
from incidents.web.forms import WarroomForm

_WHY = forms.Textarea(attrs={"rows": 2})


class BranchForm(WarroomForm):
    type = forms.ChoiceField(
        label="Type", choices=BranchType, widget=forms.RadioSelect, required=False
    )
    name = forms.CharField(
        label="Name", required=False, max_length=200, help_text="As it is called in the repository."
    )
    owner = PersonField(label="Owner", required=False)


class PassBranchForm(WarroomForm):
    owner = PersonField(label="New owner")
    every = forms.BooleanField(
        label="Every active branch of this incident",
        required=False,
        help_text="While all three types are active, they only pass on together.",
    )


class EndBranchForm(WarroomForm):
    state = forms.ChoiceField(
        label="It is",
        choices=[(s.value, s.label) for s in (BranchState.MERGED, BranchState.ABANDONED)],
        widget=forms.RadioSelect,
        required=False,
    )
    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=300,
        widget=_WHY,
        help_text="Needed when it is abandoned.",
    )
