"""Forms for tokens. Every field may be blank here: the rules judge."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest

from incidents.models import Incident
from incidents.vocabulary import LaneKind
from incidents.web.fields import RowField
from incidents.web.forms import WarroomForm
from machines.tokens.rules import MAX_NAME, TokenInput
from machines.vocabulary import Scope, TokenKind

WITH_INCIDENT = "incident"
ENDS = {
    WITH_INCIDENT: ("When the incident closes", None),
    "hours": ("In 8 hours", timedelta(hours=8)),
    "month": ("In 30 days", timedelta(days=30)),
    "year": ("In a year", timedelta(days=365)),
}
"""When a token ends: what it is called, and how long that is."""

KIND_HELP = {
    TokenKind.PERSON: "Does what you may. For your own command line",
    TokenKind.SERVICE: "Does only what you tick. For scripts and CI",
    TokenKind.AGENT: "Works in one lane and never decides. For assistants",
}


class _IncidentField(RowField):
    def label_from_instance(self, incident: Incident) -> str:
        return f"{incident.reference}, {incident.title}"


class MakeTokenForm(WarroomForm):
    """What does not go with the chosen kind is not looked at."""

    kind = forms.ChoiceField(
        label="Kind",
        choices=TokenKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a kind."},
    )
    name = forms.CharField(
        label="Name, as the record shows it",
        required=False,
        max_length=MAX_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    ends = forms.ChoiceField(
        label="Ends",
        required=False,
        choices=[(name, label) for name, (label, _) in ENDS.items()],
    )
    lane = forms.ChoiceField(label="Lane", required=False, choices=LaneKind.choices)
    incident = _IncidentField(
        label="Of", required=False, queryset=Incident.objects.none(), empty_label="All incidents"
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        required=False,
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, request=request, **kwargs)
        visible = Incident.objects.visible_to(request.user).unsettled()
        self.fields["incident"].queryset = visible.worst_first()  # type: ignore[attr-defined]

    def kinds(self) -> Iterator[tuple[Any, str]]:
        """Each kind as a choice, with what it is for."""
        for choice in self["kind"]:
            yield choice, KIND_HELP[TokenKind(choice.data["value"])]

    def token_input(self, now: datetime) -> TokenInput:
        """Of a form that is valid."""
        sent = self.cleaned_data
        kind = TokenKind(sent["kind"])
        is_agent = kind == TokenKind.AGENT
        lasts = ENDS[sent["ends"]][1] if sent["ends"] else None
        return TokenInput(
            kind=kind,
            name=sent["name"],
            scopes=tuple(sent["scopes"]) if kind == TokenKind.SERVICE else (),
            lane=sent["lane"] if is_agent else "",
            incident=sent["incident"].pk if is_agent and sent["incident"] else None,
            ends_at=now + lasts if lasts is not None else None,
        )


class RevokeForm(WarroomForm):
    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=200,
        help_text="Stays with the token; of an agent the timeline shows it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
