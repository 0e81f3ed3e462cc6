"""Subscribers, for admins: the list, one with its deliveries, adding and removing."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from comms.actions import subscribers as actions
from comms.delivery.wording import notification_of
from comms.models import Delivery, Subscriber
from comms.models.delivery import MESSAGES
from comms.subscribers.forms import AddForm, RemoveForm
from comms.subscribers.masked_addresses import masked
from comms.vocabulary import Audience, SubscriberKind
from incidents.models.text_search import Contains
from incidents.web.access import requires
from incidents.web.submit import submit
from kernel import clock

PAGE_SIZE = 30
MAX_DELIVERIES = 20
"""At most so many deliveries of a subscriber are shown, the newest."""


@requires("subscriber.change")
def subscribers(request: HttpRequest) -> HttpResponse:
    """All subscribers, those who left last; ``q`` is part of a name or mail address."""
    sought = request.GET.get("q", "").strip()[:80]
    rows = Subscriber.objects.order_by(F("left_at").asc(nulls_first=True), "-asked_at", "-pk")
    if sought:
        mail = Q(Contains("address", sought), kind=SubscriberKind.EMAIL)
        rows = rows.filter(Q(Contains("name", sought)) | mail)
    page = Paginator(rows.prefetch_related("surfaces"), PAGE_SIZE).get_page(request.GET.get("page"))
    failed = _failed_counts([subscriber.pk for subscriber in page])
    listed = [(subscriber, masked(subscriber), failed.get(subscriber.pk, 0)) for subscriber in page]
    context = {"page": page, "shown": listed, "sought": sought}
    return render(request, "comms/subscribers.html", context)


def _failed_counts(subscribers: list[int]) -> dict[int, int]:
    """The number of deliveries that were given up, by subscriber."""
    dead = Delivery.objects.filter(subscriber__in=subscribers, state=Delivery.State.DEAD)
    return dict(dead.values_list("subscriber").annotate(Count("pk")))


@requires("subscriber.change")
def add(request: HttpRequest) -> HttpResponse:
    def do(form: Any) -> str:
        added = actions.add(request.actor, form.added(), now=clock.now(), once=form.key)
        return added.get_absolute_url()

    initial = {"kind": SubscriberKind.EMAIL.value}

    def context() -> dict[str, Any]:
        return {
            "heading": "Add a subscriber",
            "lead": "It is told what stakeholders read, and everything public.",
            "button": "Add the subscriber",
            "refused": "Not added yet",
            "back": reverse("subscribers"),
        }

    return submit(
        request, "comms/subscriber_step.html", AddForm, do, context=context, initial=initial
    )


@requires("subscriber.change")
def subscriber(request: HttpRequest, pk: int) -> HttpResponse:
    """One subscriber with its latest deliveries; for an internal webhook also its secret."""
    row = get_object_or_404(Subscriber, pk=pk)
    sent = row.deliveries.select_related(*MESSAGES, *_OF_MESSAGES).order_by("-pk")[:MAX_DELIVERIES]
    context = {
        "subscriber": row,
        "address": masked(row),
        "surfaces": list(row.surfaces.all()),
        "secret": row.secret if row.audience == Audience.INTERNAL else "",
        "sent": [(delivery, _subject(delivery)) for delivery in sent],
    }
    return render(request, "comms/subscriber.html", context)


_OF_MESSAGES = (
    "update__incident__bulletin",
    "escalation__incident",
    "leadership_note__incident",
    "maintenance_update__maintenance",
)


def _subject(delivery: Delivery) -> str:
    message = delivery.message
    return notification_of(message).subject if message is not None else "First message"


@requires("subscriber.change")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then remove. A subscriber that has left already redirects to its page."""
    row = get_object_or_404(Subscriber, pk=pk)
    if request.method != "POST" and row.left_at:
        return redirect(row)

    def do(form: Any) -> str:
        actions.remove(request.actor, pk, now=clock.now(), once=form.key)
        return row.get_absolute_url()

    def context() -> dict[str, Any]:
        return {
            "heading": "Remove a subscriber",
            "lead": f"{row.name or masked(row)} is told nothing more, also of what waits.",
            "button": "Remove the subscriber",
            "refused": "Not removed yet",
            "back": row.get_absolute_url(),
        }

    return submit(request, "comms/subscriber_step.html", RemoveForm, do, context=context)
