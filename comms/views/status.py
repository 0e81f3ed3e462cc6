"""Status pages outside the snapshot: for signed-in stakeholders, and while there is no snapshot."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from comms.status import pages
from comms.status.facts import site
from comms.vocabulary import Audience
from incidents.web.access import requires
from kernel import clock

_PAGES = ("history/", "incidents/", "maintenance/")

INSIDE = "/status/internal/"


@requires("status.read_internal")
@csrf_exempt
@require_safe
def internal(request: HttpRequest, below: str = "") -> HttpResponse:
    """``/status/internal/…``: the same pages, with updates for stakeholders."""
    readable = site(Audience.INTERNAL, clock.now())
    for page in pages.pages(readable, INSIDE, inside=True):
        if page.path == f"{INSIDE}{below}":
            response = HttpResponse(page.content, content_type=page.content_type)
            response["Cache-Control"] = "no-store"
            return response
    raise Http404("There is no such page")


@requires("status.read")
@csrf_exempt
@require_safe
def public(request: HttpRequest, below: str = "") -> HttpResponse:
    """``/status/…`` without a snapshot: rendered for this request."""
    if below and not below.startswith(_PAGES):
        raise Http404("There is no such page")
    for page in pages.pages(site(Audience.PUBLIC, clock.now()), "/status/"):
        if page.path == f"/status/{below}":
            return HttpResponse(page.content, content_type=page.content_type)
    raise Http404("There is no such page")
