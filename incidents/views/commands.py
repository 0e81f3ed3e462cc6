"""The commands of an incident: each a short form, one call, back to the room."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from incidents.actions import checkpoints, freezes, lifecycle, roles
from incidents.actions.restriction import restrict
from incidents.facts import incident as incident_facts
from incidents.facts.command import absence_of, taker_of
from incidents.forms import commands as forms
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.rules.command import take_command_intro
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from incidents.web.time_zone import zone_of
from kernel import clock


def _command(
    request: HttpRequest,
    incident: Incident,
    form_class: type[WarroomForm],
    do: Callable[[WarroomForm], object],
    title: str,
    intro: str = "",
    **options: Any,
) -> HttpResponse:
    def done(form: WarroomForm) -> str:
        do(form)
        return incident.get_absolute_url()

    def context() -> dict[str, Any]:
        room_bar = bar(incident, clock.now())
        return {"incident": incident, "bar": room_bar, "title": title, "intro": intro}

    return submit(request, "incidents/command.html", form_class, done, context=context, **options)


@requires("severity.change")
def severity(request: HttpRequest, incident: Incident) -> HttpResponse:
    return _command(
        request,
        incident,
        forms.SeverityForm,
        lambda form: lifecycle.change_severity(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        "Change severity",
        initial={"severity": incident.severity},
    )


@requires("phase.change")
def phase(request: HttpRequest, incident: Incident) -> HttpResponse:
    return _command(
        request,
        incident,
        forms.PhaseForm,
        lambda form: lifecycle.change_phase(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        "Move to another phase",
        initial={"phase": incident.phase},
    )


@requires("restriction.change")
def restriction(request: HttpRequest, incident: Incident) -> HttpResponse:
    return _command(
        request,
        incident,
        forms.RestrictionForm,
        lambda form: restrict(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        "Say who may know of it",
        initial={"restricted": "" if incident.restricted else "yes"},
    )


@requires("role.assign")
def role(request: HttpRequest, incident: Incident) -> HttpResponse:
    return _command(
        request,
        incident,
        forms.RoleForm,
        lambda form: roles.assign(
            request.actor,
            incident.pk,
            person=form.cleaned_data["person"],
            now=clock.now(),
            once=form.key,
            **form.role_and_lane(),
        ),
        "Name an owner",
        initial={"who": request.GET.get("who", "")},
    )


@requires("participant.change")
def participant(request: HttpRequest, incident: Incident) -> HttpResponse:
    actions = {"add": roles.add_participant, "remove": roles.remove_participant}
    return _command(
        request,
        incident,
        forms.ParticipantForm,
        lambda form: actions[form.cleaned_data["change"]](
            request.actor,
            incident.pk,
            person=form.cleaned_data["person"],
            now=clock.now(),
            once=form.key,
        ),
        "Who takes part",
    )


@requires("participant.join")
def join(request: HttpRequest, incident: Incident) -> HttpResponse:
    return _command(
        request,
        incident,
        WarroomForm,
        lambda form: roles.join(request.actor, incident.pk, now=clock.now(), once=form.key),
        "Take part",
        "Who takes part is named in the record, can be given roles and may recommend.",
    )


@requires("command.take")
def take_command(request: HttpRequest, incident: Incident) -> HttpResponse:
    """Available to every responder: who may not yet is told from when they may."""
    now = clock.now()
    facts = incident_facts.cached_facts(incident)
    absence, taker = absence_of(facts), taker_of(facts, request.user)
    return _command(
        request,
        incident,
        forms.TakeCommandForm,
        lambda form: roles.take_command(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        "Take command",
        take_command_intro(absence, taker, now),
    )


@requires("channel.set")
def channel(request: HttpRequest, incident: Incident) -> HttpResponse:
    return _command(
        request,
        incident,
        forms.ChannelForm,
        lambda form: lifecycle.set_channel(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        "Set the evidence channel",
        initial={"channel": incident.evidence_channel},
    )


@requires("revision.set")
def revision(request: HttpRequest, incident: Incident) -> HttpResponse:
    return _command(
        request,
        incident,
        forms.RevisionForm,
        lambda form: lifecycle.set_revision(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        "Set the last known-good revision",
        initial={"revision": incident.last_known_good},
    )


@requires("rollback.set_reach")
def rollback_reach(request: HttpRequest, incident: Incident) -> HttpResponse:
    return _command(
        request,
        incident,
        forms.RollbackReachForm,
        lambda form: lifecycle.set_rollback_reach(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        "How far a full rollback can be undone",
        initial={"broad": "yes" if incident.broad_rollback_reason else "no"},
    )


@requires("surfaces.change")
def surfaces(request: HttpRequest, incident: Incident) -> HttpResponse:
    return _command(
        request,
        incident,
        forms.SurfacesForm,
        lambda form: lifecycle.set_surfaces(
            request.actor,
            incident.pk,
            surfaces=tuple(form.cleaned_data["surfaces"]),
            now=clock.now(),
            once=form.key,
        ),
        "Say what is impacted",
        initial={"surfaces": [surface.slug for surface in incident.surfaces.all()]},
    )


@requires("freeze.change")
def freeze(request: HttpRequest, incident: Incident) -> HttpResponse:
    def do(form: WarroomForm) -> None:
        fields = form.cleaned_data
        common = {"surface": fields["surface"], "reason": fields["reason"]}
        common |= {"now": clock.now(), "once": form.key}
        match fields["change"]:
            case "freeze":
                freezes.freeze(request.actor, incident.pk, scope=fields["scope"], **common)
            case "decline":
                freezes.decline_freeze(request.actor, incident.pk, **common)
            case "lift":
                freezes.lift_freeze(request.actor, incident.pk, **common)
            case "keep":
                freezes.keep_freeze(request.actor, incident.pk, owner=fields["owner"], **common)

    change = request.GET.get("change", "freeze")
    title = "Freeze a surface" if change == "freeze" else "Change a freeze"
    initial = {"change": change, "surface": request.GET.get("surface", "")}
    return _command(request, incident, forms.FreezeForm, do, title, initial=initial)


@requires("checkpoint.schedule")
def checkpoint(request: HttpRequest, incident: Incident) -> HttpResponse:
    class Form(forms.CheckpointForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.fields["due_at"].now = clock.now()
            self.fields["due_at"].zone = zone_of(request.user, request.COOKIES)

    return _command(
        request,
        incident,
        Form,
        lambda form: checkpoints.schedule(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        "Schedule a checkpoint",
        initial={"due_at": "+15"},
    )
