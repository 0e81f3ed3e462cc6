"""Seeing a notice: it goes away where it stood."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from incidents import notices
from incidents.doors import door
from warroom.kernel import clock


@require_POST
@door("notice.see")
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """An empty fragment for htmx, which takes the notice off the page; else back to ``next``."""
    notice = notices.see(request.user, pk, clock.now())
    if notice is None:
        raise Http404("There is no such notice")
    if request.headers.get("HX-Request") == "true":
        return HttpResponse()
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return redirect(wanted if safe else "home")
