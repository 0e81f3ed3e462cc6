"""Writing up an incident that was handled elsewhere: one page, one call."""

from django.http import HttpRequest, HttpResponse

from incidents.actions import backfilling
from incidents.forms.backfilling import BackfillForm
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from incidents.web.time_zone import zone_of
from kernel import clock


@requires("incident.backfill")
def backfill(request: HttpRequest) -> HttpResponse:
    now = clock.now()

    def do(form: WarroomForm) -> str:
        assert isinstance(form, BackfillForm)
        incident = backfilling.backfill(request.actor, form.written(), now=now, once=form.key)
        return incident.get_absolute_url()

    template = "incidents/backfill.html"
    return submit(
        request, template, BackfillForm, do, now=now, zone=zone_of(request.user, request.COOKIES)
    )
