"""Evidence by its number: whatever a form lists, every item of the incident can be cited."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from incidents.models import Evidence, Incident

_NUMBER = re.compile(r"(?<!\d)\d{1,9}(?!\d)", re.ASCII)
_ONE = re.compile(r"(?:[eE]-?)?(\d{1,9})", re.ASCII)
MAX_TYPED = 100


def typed_numbers(data: Any, name: str) -> list[str]:
    """What is ticked as ``name``, then what is typed as ``name_more``: ``E-3, 14``."""
    getlist = getattr(data, "getlist", None)
    return [] if getlist is None else ticked_and_typed(getlist(name), getlist(f"{name}_more"))


def ticked_and_typed(ticked: Iterable[str], lines: Iterable[str]) -> list[str]:
    """The numbers that were ticked, then those that stand in the typed lines, each once."""
    typed = [number for line in lines for number in _NUMBER.findall(str(line))]
    return list(dict.fromkeys([*map(str, ticked), *typed[:MAX_TYPED]]))


class _Ticks(forms.CheckboxSelectMultiple):
    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return typed_numbers(data, name)


class EvidenceField(forms.TypedMultipleChoiceField):
    """Items to tick. Any number may be sent: the action judges whether it is of the incident."""

    widget = _Ticks

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, required=False, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return bool(_NUMBER.fullmatch(str(value)))


class _Suggestions(forms.TextInput):
    """A line to type in, with the newest items to pick from; ``items`` are (reference, title)."""

    items: Iterable[tuple[str, str]] = ()

    def __init__(self) -> None:
        super().__init__(
            attrs={"class": "input-short", "placeholder": "E-7", "autocomplete": "off"}
        )

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        identifier = f"{(attrs or {}).get('id', name)}_items"
        field = super().render(name, value, (attrs or {}) | {"list": identifier}, renderer)
        options = format_html_join("", '<option value="{}" label="{}"></option>', self.items)
        return format_html('{}<datalist id="{}">{}</datalist>', field, identifier, options)


class OneEvidenceField(forms.CharField):
    """One item by its number, ``E-7`` or ``7``, however old; cleans to the number, or None.

    The action judges whether it is of the incident.
    """

    widget = _Suggestions

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=20, **kwargs)

    def suggest(self, items: Iterable[Evidence]) -> None:
        self.widget.items = [(item.reference, item.title[:80]) for item in items]

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        if (number := one_number(text)) is None:
            raise forms.ValidationError("Write the number of one item, such as E-7.", "invalid")
        return number


def one_number(text: str) -> int | None:
    """``E-7``, ``e7`` or ``7``; None of anything else."""
    match = _ONE.fullmatch(text.strip())
    return int(match[1]) if match else None


def with_ticked(
    incident: Incident, rows: Iterable[Evidence], ticked: Iterable[Any]
) -> list[Evidence]:
    """The rows that a form lists, then what is ticked besides. One query where there is any."""
    listed = list(rows)
    numbers = {int(n) for n in map(str, ticked) if _NUMBER.fullmatch(n)}
    missing = numbers - {item.number for item in listed}
    if not missing:
        return listed
    others = incident.evidence.filter(number__in=missing).defer("text")
    return [*listed, *others.order_by("-number")]
