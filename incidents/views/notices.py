"""Seeing a notice: it goes away where it stood."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from incidents.facts import notices
from incidents.web.access import requires
from incidents.web.redirects import back_to
from kernel import clock


@require_POST
@requires("notice.see")
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """An empty fragment for htmx, which takes the notice off the page; else back to ``next``."""
    notice = notices.see(request.user, pk, clock.now())
    if notice is None:
        raise Http404("There is no such notice")
    if request.headers.get("HX-Request") == "true":
        return HttpResponse()
    return HttpResponseRedirect(back_to(request, request.POST.get("next", ""), "/"))
