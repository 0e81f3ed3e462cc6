"""Public subscriptions: forms without a session, on pages that are the same for everybody."""

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
from comms.delivery.subscriber_links import CONFIRM, LEAVE, subscriber_of
from comms.models import Subscriber
from comms.status.public_ids import surface_code
from comms.vocabulary import SubscriberKind
from incidents.models import Surface
from incidents.web.access import requires
from kernel import clock
from kernel.client_address import network_of
from kernel.refusal import Refused, Violation

MAX_REQUESTS_PER_HOUR = 20
"""Requests per network: one more reader of an office is not shut out by the first."""

MAX_ADDRESS_CHARACTERS = 1000
"""A longer input is cut."""

REFUSED = "That address cannot be told."

_OWN = {"same-origin", "none"}


@csrf_exempt  # the form is on a cached page; its origin is checked instead
@require_POST
@never_cache
@requires("status.subscribe", keeps=False)
def subscribe(request: HttpRequest) -> HttpResponse:
    """``POST /status/subscribe/``: the answer does not show who is subscribed already."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in _OWN:
        return _answer(request, "Please use the form on the status page.", status=403)
    if _too_many(request):
        return _answer(request, "That was a lot. Please try again in an hour.", status=429)
    kind = request.POST.get("kind", SubscriberKind.EMAIL)
    address = request.POST.get("address", "")[:MAX_ADDRESS_CHARACTERS]
    chosen = set(request.POST.getlist("surfaces"))
    services = _services()
    try:
        surfaces = [service.surface for service in services if service.code in chosen]
        row = subscribing.subscribe(kind, address, surfaces, now=clock.now())
    except Refused as refused:
        context = {"kind": kind, "address": address, "services": services, "chosen": chosen}
        problems = _sentences_by_field(refused.violations)
        return _answer(request, REFUSED, status=422, problems=problems, **context)
    if kind == SubscriberKind.WEBHOOK:
        sentence = "We ask that address now. Once it has answered, it gets every update."
        return _answer(request, sentence, secret=row.secret if row is not None else "")
    if kind == SubscriberKind.APPRISE:
        sentence = "We send a first message there now. Once it has arrived, every update follows."
        return _answer(request, sentence)
    return _answer(request, "Look into your mail: there is a link to confirm. It lasts a week.")


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # the signed link is the proof
@never_cache
@requires("status.subscribe", keeps=False)
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Shows a button that confirms, since mail scanners follow links."""
    subscriber = subscriber_of(token, CONFIRM)
    if subscriber is None or subscriber.left_at:
        return _gone(request)
    if request.method != "POST":
        return _answer(request, "Do you want our updates?", button="Yes, send me updates")
    subscribing.confirm(subscriber, now=clock.now())
    return _answer(request, "Done. You get every update from now on, each once.")


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_exempt  # one click in a mail program (RFC 8058) sends no cookie
@never_cache
@requires("status.subscribe", keeps=False)
def leave(request: HttpRequest, token: str) -> HttpResponse:
    subscriber: Subscriber | None = subscriber_of(token, LEAVE)
    if subscriber is None:
        return _gone(request)
    if request.method != "POST":
        return _answer(request, "Do you want no more updates?", button="Leave")
    subscribing.leave_by_link(subscriber, now=clock.now())
    return _answer(request, "Done. You get no more updates.")


@dataclass(frozen=True, slots=True)
class _Service:
    """A surface that readers can choose."""

    code: str
    name: str
    surface: Surface


def _services() -> list[_Service]:
    rows = Surface.objects.filter(on_status_page=True).order_by("position", "name")
    return [_Service(surface_code(surface.pk), surface.name, surface) for surface in rows]


def _sentences_by_field(violations: Iterable[Violation]) -> dict[str, list[str]]:
    """The sentences of violations by field."""
    by_field: dict[str, list[str]] = {}
    for violation in violations:
        by_field.setdefault(violation.field, []).append(violation.sentence)
    return by_field


def _too_many(request: HttpRequest) -> bool:
    """Counted per hour in PostgreSQL."""
    network = network_of(request.META.get("REMOTE_ADDR", ""))
    key = f"subscribe:{network}:{clock.now():%Y%m%d%H}"
    count = cache.get(key, 0) + 1
    cache.set(key, count, 3600)  # not incr, which would keep it for five minutes
    return count > MAX_REQUESTS_PER_HOUR


def _gone(request: HttpRequest) -> HttpResponse:
    sentence = "This link is not ours, or it is too old. Ask again on the status page."
    return _answer(request, sentence, status=404)


def _answer(
    request: HttpRequest, sentence: str, *, status: int = 200, **context: object
) -> HttpResponse:
    shared = {"words": sentence, "organisation": settings.ORGANISATION}
    return render(request, "comms/status/answer.html", shared | context, status=status)
