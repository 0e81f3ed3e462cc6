"""Around every request: its name for the log, its line there, and its place in the figures."""

import logging
import re
import time
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from incidents.web.access import View
from kernel import metrics
from warroom.operations.context import now_answering

HEADER = "X-Request-ID"

_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

NOWHERE = "nowhere"
"""The name of the view for an address that leads to none."""

access = logging.getLogger("warroom.access")


class ObservingMiddleware:
    """The outermost, so that nothing is answered without it."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request.id = _name(request)  # type: ignore[attr-defined]
        token = now_answering.set(request)
        try:
            response = self.get_response(request)
            _note(request, response, time.perf_counter() - started)
        finally:
            now_answering.reset(token)
        response[HEADER] = request.id  # type: ignore[attr-defined]
        return response


def _name(request: HttpRequest) -> str:
    """What the proxy calls it, if that is a name and not a text; else a name of its own."""
    request_id = request.headers.get(HEADER, "")
    return request_id if _SANE.fullmatch(request_id) else uuid4().hex


def _view(request: HttpRequest) -> str:
    if request.resolver_match:
        return request.resolver_match.view_name
    return "static" if request.path.startswith(settings.STATIC_URL) else NOWHERE


def _note(request: HttpRequest, response: HttpResponse, took: float) -> None:
    view = _view(request)
    method = request.method if request.method in _METHODS else "other"
    status = response.status_code
    metrics.REQUESTS.labels(view, method, status).inc()
    metrics.SECONDS.labels(view, method).observe(took)
    more = {
        "method": method,
        "path": request.path,
        "view": view,
        "status": status,
        "duration_ms": round(took * 1000, 1),
    }
    access.info("%s %s %s", method, request.path, status, extra=more)
