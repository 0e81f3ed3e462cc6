"""Marking an access bypass, and leaving a special rule."""

from collections.abc import Iterable
from typing import Any

from django import forms

from incidents.web.forms import WarroomForm

MARK = "mark"


class SafeguardForm(WarroomForm):
    """``changes`` are pairs of ``MARK`` or the code of a rule to leave, and a label."""

    change = forms.ChoiceField(label="What", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Why", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, changes: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["change"].choices = list(changes)
