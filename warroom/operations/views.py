"""The doors to it: for Prometheus with its token, for admins with their browser."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from incidents.web.access import requires
from kernel import clock
from warroom.operations.exposition import exposed
from warroom.operations.overview import overview


@requires("metrics.read")
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever has ``METRICS_TOKEN``. Where none is set there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404("There are no metrics.")
    header = request.headers.get("Authorization", "")
    if not constant_time_compare(header, f"Bearer {settings.METRICS_TOKEN}"):
        refusal = HttpResponse("A token is needed.\n", status=401, content_type="text/plain")
        refusal["WWW-Authenticate"] = "Bearer"
        return refusal
    return HttpResponse(exposed(), content_type=CONTENT_TYPE_LATEST)


@requires("site.manage")
@require_safe
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """How everything runs, in words; asked for again by itself each ten seconds."""
    name = "warroom/operations.html"
    return render(request, f"{name}#now" if request.htmx else name, overview(clock.now()))
