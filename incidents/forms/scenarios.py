"""Adopting a scenario, and naming the evidence that its minimum asks for."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms

from incidents import scenarios
from incidents.forms.evidence import items_of
from incidents.rules.minimum import RequiredEvidence
from incidents.web.forms import WarroomForm


class ScenarioForm(WarroomForm):
    scenario = forms.ChoiceField(label="Scenario", widget=forms.RadioSelect)
    reason = forms.CharField(label="Why", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, now: str, **kwargs: Any) -> None:
        """``now`` is the slug of the one that the incident follows: it is not offered again."""
        super().__init__(*args, **kwargs)
        others = [scenario for scenario in scenarios.library().values() if scenario.slug != now]
        self.fields["scenario"].choices = [(scenario.slug, scenario.title) for scenario in others]


class ServeForm(WarroomForm):
    serves = forms.ChoiceField(label="Serves as")

    def __init__(
        self,
        *args: Any,
        required: Iterable[RequiredEvidence],
        named: Collection[str],
        **kwargs: Any,
    ) -> None:
        """``named`` are the items that it serves as already."""
        super().__init__(*args, **kwargs)
        free = [choice for choice in items_of(required) if choice[0] not in named]
        self.fields["serves"].choices = [("", "Choose an item"), *free]
