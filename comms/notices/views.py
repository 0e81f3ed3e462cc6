"""A person's own notices: preferences, tests, and polling for new ones."""

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

MAX_NOTICES = 5
"""At most so many new notices are returned per request."""


ON_ITS_WAY = {Delivery.State.WAITING, Delivery.State.SENDING, Delivery.State.HANDED}


@requires("notices.choose")
def settings(request: HttpRequest) -> HttpResponse:
    """``/settings/notices/``: by mail, to an own address, in this browser."""
    chosen = actions.preference_of(request.user)

    def do(form: NoticesForm) -> str:
        actions.save_preference(request.actor, form.chosen(), now=clock.now())
        messages.success(request, "Saved.")
        return reverse("settings-notices")

    saved = apprise.masked_address(chosen.address) if chosen.address else ""

    def context() -> dict[str, Any]:
        return {"saved": saved, **_tests(request)}

    initial = {
        "mail": chosen.mail_since is not None,
        "messages": request.user.gets_escalations,
    }
    return submit(request, "comms/notices.html", NoticesForm, do, context=context, initial=initial)


@require_POST
@requires("notices.choose")
def test(request: HttpRequest) -> HttpResponse:
    try:
        actions.send_test(request.actor, now=clock.now())
    except Refused as refused:
        messages.warning(request, refused.violations[0].sentence)
    return HttpResponseRedirect(reverse("settings-notices") + "#test")


@require_safe
@requires("notices.choose")
def tested(request: HttpRequest) -> HttpResponse:
    """The state of the test, polled while it is being sent."""
    return render(request, "comms/_tested.html", _tests(request))


@require_safe
@requires("notice.see")
def new(request: HttpRequest) -> HttpResponse:
    """``?after=17``: unseen notices since that one; without it only the id of the last one."""
    rows = unseen(request.user)
    after = request.GET.get("after", "")
    last = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    notices = []
    if after.isdecimal() and len(after) < 19:
        since = list(rows.filter(pk__gt=int(after)).order_by("-pk")[:MAX_NOTICES])
        notices = [
            {
                "id": notice.pk,
                "said": notice.sentence,
                "title": notice.incident.reference,
                "href": notice.href,
            }
            for notice in reversed(since)
        ]
    return JsonResponse({"last": last, "notices": notices})


def _tests(request: HttpRequest) -> dict[str, Any]:
    rows = list(Delivery.objects.filter(tested_by=request.user).order_by("pk"))
    return {"tests": rows, "on_its_way": any(delivery.state in ON_ITS_WAY for delivery in rows)}
