"""Forms that save themselves while somebody types."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse, JsonResponse

from incidents.models import Draft
from incidents.rules.draft import DraftStamp, elsewhere_violation
from incidents.web.forms import WarroomForm

_MAX_DIGITS = 15
"""Milliseconds since 1970 have 13."""


class DraftForm(WarroomForm):
    """A form with a draft. ``draft_seen`` is the ``saved_at`` of the draft that its page knows,
    ``draft_number`` counts the saves of its page; both are hidden, and kept by its script."""

    draft_seen = forms.CharField(required=False, widget=forms.HiddenInput)
    draft_number = forms.CharField(required=False, widget=forms.HiddenInput)

    def know(self, draft: Draft | None) -> None:
        """Name the author's stored draft, so that saving this form may replace it."""
        seen = draft.saved_at.isoformat() if draft is not None else ""
        self.initial["draft_seen"] = seen
        if self.is_bound:
            self.data = self.data.copy()
            self.data["draft_seen"] = seen

    @property
    def stamp(self) -> DraftStamp:
        """Of a bound form that was cleaned; what cannot be read is left out."""
        number = self.data.get("draft_number", "")
        readable = number.isascii() and number.isdigit() and len(number) <= _MAX_DIGITS
        return DraftStamp(
            form=self.cleaned_data.get("once"),
            number=int(number) if readable else None,
            seen=_moment(self.data.get("draft_seen", "")),
        )

    def raw(self) -> dict[str, list[str]]:
        """As typed, for the draft."""
        names = self.fields.keys() - self.OWN_FIELDS
        return {name: texts for name, texts in self.data.lists() if name in names}

    def overtaken(self, draft: Draft) -> bool:
        """Whether another page of the author has saved ``draft`` in place of this form."""
        return draft.form != self.stamp.form

    def refuse_overtaken(self, draft: Draft) -> None:
        """Show that another page saved meanwhile; the form sent once more replaces that draft."""
        self.know(draft)
        self.refuse([elsewhere_violation()])


def draft_response(form: DraftForm, draft: Draft | None, over: dict[str, Any]) -> HttpResponse:
    """The answer to a form that saved itself; ``over`` when there is nothing to save any more."""
    if draft is None:
        return JsonResponse(over, status=409)
    saved_at = draft.saved_at.isoformat()
    if form.overtaken(draft):
        return JsonResponse({"elsewhere": saved_at}, status=409)
    return JsonResponse({"saved_at": saved_at})


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
