"""Writing up an incident that was handled elsewhere: one page, one call."""

from django.http import HttpRequest, HttpResponse

from incidents.actions import backfilling
from incidents.doors import door
from incidents.forms.backfilling import BackfillForm
from incidents.forms.base import WarroomForm
from incidents.reader import zone_of
from incidents.views.submitting import submit
from warroom.kernel import clock


@door("incident.backfill")
def backfill(request: HttpRequest) -> HttpResponse:
    now = clock.now()

    def do(form: WarroomForm) -> str:
        assert isinstance(form, BackfillForm)
        made = backfilling.backfill(request.actor, form.written(), now=now, once=form.key)
        return made.get_absolute_url()

    template = "incidents/backfill.html"
    return submit(request, template, BackfillForm, do, now=now, zone=zone_of(request))
