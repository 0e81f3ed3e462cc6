"""What a request gets that nothing of ours can answer: the database is away, or we broke.

While the database is away a page says so, and a form is given back with every word in it: sent
again with the key that it had, it is taken once, whether or not the first was.
"""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

AGAIN = "5"
"""Seconds after which a machine may ask again."""

SENTENCE = "The database does not answer. Nothing that was recorded is lost; try again in a moment."


def broken(request: HttpRequest) -> HttpResponse:
    """The handler of every error that nobody has caught."""
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return server_error(request)
    response = _in_json() if _wants_json(request) else _as_page(request)
    response["Retry-After"] = AGAIN
    response["Cache-Control"] = "no-store"
    return response


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _in_json() -> HttpResponse:
    return JsonResponse({"detail": SENTENCE}, status=503)


def _as_page(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the database: no person, no session, no processor of contexts."""
    kept = _typed(request)
    context = {"sentence": SENTENCE, "path": request.get_full_path(), "kept": kept}
    context["files"] = bool(kept) and bool(request.FILES)
    return HttpResponse(render_to_string("503.html", context), status=503)


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Every field as it was sent, its token too; nothing of a form with a password in it."""
    if request.method != "POST" or any("password" in name for name in request.POST):
        return []
    return [(name, value) for name, values in request.POST.lists() for value in values]
