"""Following the status page: forms without a session, for pages that are the same for everybody."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from comms.actions import subscribing
from comms.models import Subscriber
from comms.status.public_ids import surface_code
from comms.subscribers.tokens import CONFIRM, LEAVE, subscriber_of
from comms.vocabulary import SubscriberKind
from incidents.models import Surface
from incidents.web.access import requires
from kernel import clock
from kernel.refusal import Refused, Violation

PER_HOUR = 20
"""Askings that one address of the network may make."""

TYPED = 1000
"""Characters of an address that are looked at and shown again."""

REFUSED = "That address cannot be told."

_OWN = {"same-origin", "none"}


@csrf_exempt  # the form stands in a page that is served from memory; where it comes from is checked
@require_POST
@never_cache
@requires("status.subscribe", keeps=False)
def subscribe(request: HttpRequest) -> HttpResponse:
    """``POST /status/subscribe/``: always the same answer, whoever follows already."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in _OWN:
        return _answer(request, "Please use the form on the status page.", status=403)
    if _too_many(request):
        return _answer(request, "That was a lot. Please try again in an hour.", status=429)
    kind = request.POST.get("kind", SubscriberKind.EMAIL)
    address = request.POST.get("address", "")[:TYPED]
    chosen = set(request.POST.getlist("surfaces"))
    services = _services()
    try:
        surfaces = [one.surface for one in services if one.code in chosen]
        row = subscribing.ask(kind, address, surfaces, now=clock.now())
    except Refused as refused:
        shown = {"kind": kind, "address": address, "services": services, "chosen": chosen}
        problems = _beside(refused.violations)
        return _answer(request, REFUSED, status=422, problems=problems, **shown)
    if kind == SubscriberKind.WEBHOOK:
        words = "We ask that address now. Once it has answered, it gets every update."
        return _answer(request, words, secret=row.secret if row is not None else "")
    if kind == SubscriberKind.APPRISE:
        words = "We send a first message there now. Once it has arrived, every update follows."
        return _answer(request, words)
    return _answer(request, "Look into your mail: there is a link to confirm. It lasts a week.")


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # who has the link may use it; it carries its own proof
@never_cache
@requires("status.subscribe", keeps=False)
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A button, since mail scanners follow links; pressing it confirms."""
    found = subscriber_of(token, CONFIRM)
    if found is None or found.left_at:
        return _gone(request)
    if request.method != "POST":
        return _answer(request, "Do you want our updates?", button="Yes, send me updates")
    subscribing.confirm(found, now=clock.now())
    return _answer(request, "Done. You get every update from now on, each once.")


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # one click from a mail program (RFC 8058) carries no cookie of ours
@never_cache
@requires("status.subscribe", keeps=False)
def leave(request: HttpRequest, token: str) -> HttpResponse:
    found: Subscriber | None = subscriber_of(token, LEAVE)
    if found is None:
        return _gone(request)
    if request.method != "POST":
        return _answer(request, "Do you want no more updates?", button="Leave")
    subscribing.leave(found, now=clock.now())
    return _answer(request, "Done. You get no more updates.")


@dataclass(frozen=True, slots=True)
class _Service:
    """A surface as readers may choose it."""

    code: str
    name: str
    surface: Surface


def _services() -> list[_Service]:
    rows = Surface.objects.filter(on_status_page=True).order_by("position", "name")
    return [_Service(surface_code(one.pk), one.name, one) for one in rows]


def _beside(violations: Iterable[Violation]) -> dict[str, list[str]]:
    """The sentences of each field."""
    found: dict[str, list[str]] = {}
    for one in violations:
        found.setdefault(one.field, []).append(one.sentence)
    return found


def _too_many(request: HttpRequest) -> bool:
    """Counted in PostgreSQL, by the hour."""
    key = f"subscribe:{request.META.get('REMOTE_ADDR')}:{clock.now():%Y%m%d%H}"
    cache.add(key, 0, 3600)
    return cache.incr(key) > PER_HOUR


def _gone(request: HttpRequest) -> HttpResponse:
    words = "This link is not ours, or it is too old. Ask again on the status page."
    return _answer(request, words, status=404)


def _answer(
    request: HttpRequest, words: str, *, status: int = 200, **context: object
) -> HttpResponse:
    shared = {"words": words, "organisation": settings.ORGANISATION}
    return render(request, "comms/status/answer.html", shared | context, status=status)
