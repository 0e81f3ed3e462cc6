"""What every form of ours does: name its author, be sent once, show a refusal beside its fields."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest

from incidents.models import Draft
from incidents.rules.draft import DraftStamp, elsewhere_violation
from incidents.web.kept_forms import AUTHOR, give_back
from kernel.refusal import Violation

_PLAIN = {
    "required": "This is still empty.",
    "invalid": "This cannot be read. Check how it is written.",
    "invalid_choice": "Choose one of those that are offered.",
    "invalid_list": "Choose some of those that are offered.",
    "invalid_pk_value": "Choose one of those that are offered.",
    "max_length": "Keep it under %(limit_value)s characters.",
    "min_length": "Write at least %(limit_value)s characters.",
    "max_value": "Write %(limit_value)s or less.",
    "min_value": "Write %(limit_value)s or more.",
    "null_characters_not_allowed": "There is a character in it that nobody can see. Type it anew.",
}
"""By the code of the error, whichever field it comes from."""

_MANY = forms.MultipleHiddenInput


class WarroomForm(forms.Form):
    """``once`` names the submission, ``author`` the person it was shown to.

    ``sent_to`` is the address that it is sent to, where that is not the one of its page: what was
    typed before a session ended is kept under it. ``violations`` holds every unmet rule after a
    refusal; those that name a field stand beside it.
    """

    once = forms.UUIDField(required=False, widget=forms.HiddenInput)
    author = forms.CharField(required=False, widget=forms.HiddenInput)

    OWN_FIELDS = frozenset({"once", AUTHOR, "draft_seen", "draft_number"})
    """Fields that nobody types."""

    use_required_attribute = False

    def __init__(self, *args: Any, request: HttpRequest, sent_to: str = "", **kwargs: Any) -> None:
        self.request = request
        self.violations: tuple[Violation, ...] = ()
        self.restored = False
        initial = {"once": uuid4(), AUTHOR: request.user.pk} | (kwargs.pop("initial", None) or {})
        data = args[0] if args else kwargs.get("data")
        if data is None and (saved := give_back(request, sent_to or request.path)) is not None:
            self.restored = True
            initial |= self._initial_from_saved(saved)
        super().__init__(*args, initial=initial, **kwargs)
        self._speak_plainly()
        self._follow_direction()

    def _follow_direction(self) -> None:
        """A field is written from the side from which its text is read."""
        for field in self.fields.values():
            if isinstance(field.widget, forms.TextInput | forms.Textarea):
                field.widget.attrs.setdefault("dir", "auto")

    def _speak_plainly(self) -> None:
        """Django's own words for the commonest mistakes, in ours; a field may have better ones."""
        for field in self.fields.values():
            usual = forms.Field.default_error_messages | field.default_error_messages
            for code, sentence in _PLAIN.items():
                if field.error_messages.get(code) == usual.get(code):
                    field.error_messages[code] = sentence

    def _initial_from_saved(self, saved: Any) -> dict[str, Any]:
        several = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)
        initial = {}
        for name, field in self.base_fields.items():
            if name in saved and name not in self.OWN_FIELDS:
                many = isinstance(field, several) or isinstance(field.widget, _MANY)
                initial[name] = saved.getlist(name) if many else saved[name]
        return initial

    @property
    def key(self) -> UUID | None:
        return self.cleaned_data.get("once")

    def values(self) -> dict[str, Any]:
        """The cleaned data without the form's own fields."""
        return {k: v for k, v in self.cleaned_data.items() if k not in self.OWN_FIELDS}

    def refuse(self, violations: Iterable[Violation]) -> None:
        """Show each violation beside its field; those without a field appear above the form."""
        self.violations = tuple(violations)
        for violation in self.violations:
            if violation.field in self.fields:
                self.add_error(
                    violation.field, forms.ValidationError(violation.sentence, violation.code)
                )

    def problems(self) -> tuple[Violation, ...]:
        """Everything that is wrong, rules first or else the shape of single fields."""
        if self.violations:
            return self.violations
        return tuple(
            Violation("", str(message), field="" if name == "__all__" else name)
            for name, messages in self.errors.items()
            for message in messages
        )


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


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
