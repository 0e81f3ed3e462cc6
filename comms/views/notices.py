"""A person's own notices: how they reach them, whether that works, and what is new."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from comms.actions import notices as actions
from comms.delivery import apprise
from comms.models import Delivery
from comms.notices.forms import NoticesForm
from incidents.facts.notices import unseen
from incidents.web.access import requires
from incidents.web.submit import submit
from kernel import clock
from kernel.refusal import Refused

AT_ONCE = 5
"""Notices that a page shows of those which came since it asked."""


ON_ITS_WAY = {Delivery.State.WAITING, Delivery.State.SENDING, Delivery.State.HANDED}


@requires("notices.choose")
def settings(request: HttpRequest) -> HttpResponse:
    """``/settings/notices/``: mail, an address of one's own, this browser."""
    chosen = actions.choice(request.user)

    def do(form: NoticesForm) -> str:
        actions.choose(request.actor, form.chosen(), now=clock.now())
        messages.success(request, "Saved.")
        return reverse("settings-notices")

    saved = apprise.shown(chosen.address) if chosen.address else ""
    context = {"saved": saved, **_tests(request)}
    initial = {"mail": chosen.mail_since is not None}
    return submit(request, "comms/notices.html", NoticesForm, do, context=context, initial=initial)


@require_POST
@requires("notices.choose")
def test(request: HttpRequest) -> HttpResponse:
    try:
        actions.test(request.actor, now=clock.now())
    except Refused as refused:
        messages.warning(request, refused.violations[0].sentence)
    return HttpResponseRedirect(reverse("settings-notices") + "#test")


@require_safe
@requires("notices.choose")
def tested(request: HttpRequest) -> HttpResponse:
    """How the test fares, asked again while it is on its way."""
    return render(request, "comms/_tested.html", _tests(request))


@require_safe
@requires("notice.see")
def new(request: HttpRequest) -> HttpResponse:
    """``?after=17``: one's unseen notices since that one; without it only which is the last."""
    rows = unseen(request.user)
    after = request.GET.get("after", "")
    last = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    found = []
    if after.isdecimal() and len(after) < 19:
        since = list(rows.filter(pk__gt=int(after)).order_by("-pk")[:AT_ONCE])
        found = [
            {"id": one.pk, "said": one.sentence, "title": one.incident.reference, "href": one.href}
            for one in reversed(since)
        ]
    return JsonResponse({"last": last, "notices": found})


def _tests(request: HttpRequest) -> dict[str, Any]:
    rows = list(Delivery.objects.filter(tested_by=request.user).order_by("pk"))
    return {"tests": rows, "on_its_way": any(one.state in ON_ITS_WAY for one in rows)}
