"""The special rules of an incident: what holds, marking one, leaving one by two people."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse

from incidents.actions import safeguards as actions
from incidents.actions.safeguard_steps import COLUMNS
from incidents.forms.safeguards import MARK, SafeguardForm
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.rules import safeguard as rules
from incidents.rules.decision.option import FIRST_CODE
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock


@requires("safeguard.leave")
def safeguards(request: HttpRequest, incident: Incident) -> HttpResponse:
    every = [actions.safeguard_of(incident, code) for code in COLUMNS]

    def do(form: WarroomForm) -> str:
        change, reason = form.cleaned_data["change"], form.cleaned_data["reason"]
        given: dict[str, Any] = {"reason": reason, "now": clock.now(), "once": form.key}
        if change == MARK:
            actions.mark_bypass(request.actor, incident.pk, **given)
        else:
            actions.leave(request.actor, incident.pk, code=change, **given)
        return incident.get_absolute_url()

    def context() -> dict[str, Any]:
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "back": incident.get_absolute_url(),
            "title": "Special rules",
            "button": "Record it",
            "about": " ".join(_sentence(safeguard) for safeguard in every),
        }

    changes = list(_changes(every, may_mark=may("safeguard.mark", request.who)))
    return submit(
        request, "incidents/short.html", SafeguardForm, do, context=context, changes=changes
    )


def _sentence(safeguard: rules.Safeguard) -> str:
    label = rules.LABELS[safeguard.code]
    if not safeguard.applies:
        return f"Not in force: {label}."
    if safeguard.is_required:
        return f"In force, as surfaces or scenario ask for it: {label}."
    second = rules.SECOND_SIGNER[safeguard.code]
    if safeguard.asked_by is not None:
        waits = second if safeguard.asked_as_commander else "the commander"
        return f"In force until {waits} agrees to leave it: {label}."
    return f"In force until the commander and {second} both leave it: {label}."


def _changes(every: list[rules.Safeguard], *, may_mark: bool) -> Iterator[tuple[str, str]]:
    for safeguard in every:
        label = rules.LABELS[safeguard.code]
        if safeguard.applies:
            yield safeguard.code, f"Leave the rule: {label}"
        elif safeguard.code == FIRST_CODE and may_mark:
            yield MARK, f"Access was bypassed: {label}"
