"""Setting what a lane includes and excludes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from incidents.models import Incident
from incidents.web.access import requires
from kernel import clock
from kernel.refusal import Refused
from lanes import actions
from lanes.forms import BoundaryForm
from lanes.views.lane import page


@requires("boundary.set")
def boundary(request: HttpRequest, incident: Incident, lane: str) -> HttpResponse:
    """Set the boundary. Opened by itself (after signing in again) it is the lane's page."""
    if request.method != "POST":
        return page(request, incident, lane)
    form = BoundaryForm(request.POST, request=request)
    if form.is_valid():
        try:
            actions.set_boundary(
                request.actor,
                incident.pk,
                lane=lane,
                now=clock.now(),
                once=form.key,
                **form.values(),
            )
        except Refused as refusal:
            form.refuse(refusal.violations)
        else:
            return redirect("lane", incident.pk, lane)
    return page(request, incident, lane, boundary=form, status=422)
