"""Evidence by its number: whatever a form lists, every item of the incident can be cited."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms

from incidents.models import Evidence, Incident

_NUMBER = re.compile(r"(?<!\d)\d{1,9}(?!\d)", re.ASCII)
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
