"""Ending a checkpoint without a new record: keep course, move it, cancel it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from incidents.actions import course
from incidents.facts import incident as incident_facts
from incidents.forms.course import CancelCheckpointForm, KeepCourseForm, MoveCheckpointForm
from incidents.models import Checkpoint, Incident
from incidents.panels.room import bar
from incidents.rules.checkpoint import course_violations
from incidents.rules.checkpoint_limits import max_deadline
from incidents.web.access import requires
from incidents.web.evidence_numbers import typed_numbers, with_ticked
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from incidents.web.time_zone import zone_of
from kernel import clock

MAX_RECENT_EVIDENCE = 8
USUAL_MINUTES = 15


@requires("decision.decide")
def keep_next(request: HttpRequest, incident: Incident) -> HttpResponse:
    """Redirect to keeping course at the next checkpoint, or to scheduling one."""
    following = incident.checkpoints.open().first()
    if following is None:
        return redirect("checkpoint", incident.pk)
    return redirect("keep-course", incident.pk, following.number)


@requires("decision.decide")
def keep(request: HttpRequest, incident: Incident, checkpoint: int) -> HttpResponse:
    point = get_object_or_404(incident.checkpoints, number=checkpoint)
    facts = incident_facts.cached_facts(incident)
    now = clock.now()
    if request.method != "POST" and not point.is_open:
        return redirect(incident)

    def do(form: WarroomForm) -> str:
        course.keep_course(
            request.actor, incident.pk, checkpoint, now=clock.now(), once=form.key, **form.values()
        )
        return incident.get_absolute_url()

    def context() -> dict[str, Any]:
        return _context(incident, point) | {
            "decision": facts.current_decision,
            "against": course_violations(course.course_of(facts)),
        }

    return submit(
        request,
        "incidents/keep_course.html",
        KeepCourseForm,
        do,
        context=context,
        recent=with_ticked(
            incident,
            course.newer_evidence(facts, MAX_RECENT_EVIDENCE),
            typed_numbers(request.POST, "evidence"),
        ),
        now=now,
        zone=zone_of(request.user, request.COOKIES),
        initial={"next_due": f"+{_usual_minutes(incident)}"},
    )


@requires("checkpoint.schedule")
def move(request: HttpRequest, incident: Incident, checkpoint: int) -> HttpResponse:
    options = {
        "now": clock.now(),
        "zone": zone_of(request.user, request.COOKIES),
        "initial": {"due_at": f"+{_usual_minutes(incident)}"},
    }
    return _lift(request, incident, checkpoint, "Move", MoveCheckpointForm, course.move, **options)


@requires("checkpoint.schedule")
def cancel(request: HttpRequest, incident: Incident, checkpoint: int) -> HttpResponse:
    return _lift(request, incident, checkpoint, "Cancel", CancelCheckpointForm, course.cancel)


def _lift(
    request: HttpRequest,
    incident: Incident,
    checkpoint: int,
    what: str,
    form_class: type[WarroomForm],
    action: Callable[..., object],
    **options: Any,
) -> HttpResponse:
    """The page that moves or cancels a checkpoint; ``what`` names it."""
    point = get_object_or_404(incident.checkpoints, number=checkpoint)

    def do(form: WarroomForm) -> str:
        action(
            request.actor, incident.pk, checkpoint, now=clock.now(), once=form.key, **form.values()
        )
        return incident.get_absolute_url()

    return submit(
        request,
        "incidents/command.html",
        form_class,
        do,
        context=lambda: _context(incident, point) | {"title": f"{what} {point.reference}"},
        **options,
    )


def _context(incident: Incident, point: Checkpoint) -> dict[str, Any]:
    now = clock.now()
    return {
        "incident": incident,
        "bar": bar(incident, now),
        "checkpoint": point,
        "is_overdue": point.is_overdue(now),
    }


def _usual_minutes(incident: Incident) -> int:
    limit = max_deadline(incident.severity)
    return min(USUAL_MINUTES, int(limit.total_seconds() // 60)) if limit else USUAL_MINUTES
