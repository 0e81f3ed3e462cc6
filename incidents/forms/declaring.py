"""Declaring an incident: one screen, optionally filled in from a scenario."""

from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict

from incidents import scenarios
from incidents.assessments import scenario as scenario_assessment
from incidents.assessments.scenario import ScenarioSummary
from incidents.models import Surface
from incidents.scenarios import Scenario
from incidents.vocabulary import SEVERITY_IMPACT, SEVERITY_POSTURE, Severity
from incidents.web.fields import PersonField, SurfacesField
from incidents.web.forms import WarroomForm


class DeclareForm(WarroomForm):
    title = forms.CharField(
        label="What is wrong?",
        max_length=160,
        error_messages={
            "required": "Say in one sentence what is wrong.",
            "max_length": "Keep it under 160 characters; the rest can go into what is known.",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    severity = forms.ChoiceField(
        label="How bad is it?",
        choices=Severity,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a severity. Not sure? Take the worse one."},
    )
    surfaces = SurfacesField(label="What is impacted?", required=False)
    known = forms.CharField(
        label="What is known?",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    scenario = forms.ChoiceField(label="Scenario", required=False)
    evidence_channel = forms.CharField(
        label="Evidence channel",
        required=False,
        max_length=300,
        help_text="The one thread or document where checkpoint records are written.",
    )
    commander = PersonField(label="Commander", required=False, empty_label="Me")
    restricted = forms.BooleanField(
        label="Restricted: only who takes part may know", required=False
    )
    filled = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        library = scenarios.library().values()
        self.fields["scenario"].choices = [("", "None"), *((s.slug, s.title) for s in library)]

    @property
    def severity_rows(self) -> list[dict[str, Any]]:
        """The matrix beside the choice (playbook, "Incident severity matrix")."""
        chosen = self["severity"].value()
        return [
            {
                "value": severity.value,
                "label": severity.label,
                "impact": SEVERITY_IMPACT[severity],
                "posture": SEVERITY_POSTURE[severity],
                "chosen": chosen == severity.value,
            }
            for severity in Severity
        ]

    @property
    def surface_rows(self) -> list[tuple[Any, Surface]]:
        """Each surface with its checkbox: picking one shows the posture of its class."""
        return [(choice, choice.data["value"].instance) for choice in self["surfaces"]]

    @property
    def chosen(self) -> ScenarioSummary | None:
        """The chosen scenario, as the room will show it."""
        scenario = scenarios.find(str(self["scenario"].value() or ""))
        return scenario_assessment.before_declaring(scenario) if scenario else None

    def clean(self) -> dict[str, Any]:
        """A scenario that is restricted by default makes its incident so.

        Unless the form had been filled in from it: then who left the box empty has seen it.
        """
        data = super().clean() or {}
        seen = data.pop("filled", "")
        scenario = scenarios.find(data.get("scenario", ""))
        if scenario is not None and scenario.restricted and seen != scenario.slug:
            data["restricted"] = True
        return data


def filled_in(scenario: Scenario | None, typed: QueryDict) -> dict[str, Any]:
    """The form filled in from a scenario. Whatever was typed or chosen before it stays."""
    names = ("title", "severity", "known", "scenario", "evidence_channel", "commander")
    initial: dict[str, Any] = {name: typed[name] for name in names if typed.get(name)}
    initial["surfaces"] = typed.getlist("surfaces")
    initial["restricted"] = "restricted" in typed
    if scenario is None:
        return initial
    initial["surfaces"] += _suggested(scenario)
    initial["restricted"] |= scenario.restricted
    initial["filled"] = initial["scenario"] = scenario.slug
    return {"title": scenario.title, "severity": scenario.severity} | initial


def _suggested(scenario: Scenario) -> list[str]:
    """The surfaces that it names, those that are known; else all of its dependency class."""
    named = Q(slug__in=scenario.surfaces)
    of_class = Q(dependency_class=scenario.dependency_class)
    wanted = named if scenario.surfaces else of_class
    return list(Surface.objects.filter(wanted).values_list("slug", flat=True))
