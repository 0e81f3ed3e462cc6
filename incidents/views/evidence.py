"""Evidence: captured, listed, read as a whole, downloaded."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from incidents.actions import evidence as actions
from incidents.facts.amendments import amendments_about
from incidents.forms.evidence import CaptureForm
from incidents.models import Evidence, Incident
from incidents.panels.evidence_excerpts import excerpts, window
from incidents.panels.room import bar
from incidents.permissions import incident_roles, may
from incidents.rules.evidence_purpose import confirming_lane
from incidents.rules.file_types import BINARY, media_type, plain_name
from incidents.views.scenarios import serving
from incidents.vocabulary import EvidenceKind, LaneKind
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.redirects import back_to
from incidents.web.submit import submit
from incidents.web.time_zone import zone_of
from kernel import clock

A_PAGE = 30

PREFILLED = ("kind", "lane", "purpose", "command", "serves", "next")


@requires("evidence.capture")
def capture(request: HttpRequest, incident: Incident) -> HttpResponse:
    now = clock.now()

    def do(form: WarroomForm) -> str:
        assert isinstance(form, CaptureForm)
        item = actions.capture(
            request.actor, incident.pk, form.captured(), now=clock.now(), once=form.key
        )
        messages.success(request, _captured(item))
        return back_to(request, form.cleaned_data["next"], _home_of(incident, item.lane))

    initial = {name: request.GET[name] for name in PREFILLED if name in request.GET}
    wanted = request.POST.get("next") or initial.get("next", "")
    lane = request.POST.get("lane") or initial.get("lane", "")
    back = back_to(request, wanted, _home_of(incident, lane))
    return submit(
        request,
        "incidents/capture.html",
        CaptureForm,
        do,
        context=lambda: {"incident": incident, "bar": bar(incident, now), "back": back},
        incident=incident,
        now=now,
        zone=zone_of(request.user, request.COOKIES),
        initial=initial,
    )


def _home_of(incident: Incident, lane: str) -> str:
    if lane in LaneKind.values:
        return reverse("lane", args=[incident.pk, lane])
    return incident.get_absolute_url()


def _captured(item: Evidence) -> str:
    masked = f" {item.masks} masked." if item.masks else ""
    return f"{item.reference} is captured: {item.title}.{masked}"


@requires("evidence.read")
def evidence_list(request: HttpRequest, incident: Incident) -> HttpResponse:
    wanted = {"lane": request.GET.get("lane", ""), "kind": request.GET.get("kind", "")}
    items = excerpts(incident.evidence.all())
    if wanted["lane"] in LaneKind.values:
        items = items.filter(lane=wanted["lane"])
    if wanted["kind"] in EvidenceKind.values:
        items = items.filter(kind=wanted["kind"])
    context = {
        "incident": incident,
        "bar": bar(incident, clock.now()),
        "page": Paginator(items, A_PAGE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "lane_choices": LaneKind.choices,
        "kind_choices": EvidenceKind.choices,
        "may_capture": may("evidence.capture", request.who),
    }
    return render(request, "incidents/evidence_list.html", context)


@requires("evidence.read")
def item(request: HttpRequest, incident: Incident, item: int) -> HttpResponse:
    evidence = get_object_or_404(_read_items(incident), number=item)
    context = {
        "incident": incident,
        "bar": bar(incident, clock.now()),
        "item": evidence,
        "window": window(evidence.text, _line(request.GET.get("from", ""))),
        "repeats": list(evidence.repeats.defer("text").select_related("incident")),
        "may_confirm": _may_confirm(request, incident, evidence),
        "corrections": amendments_about(incident, evidence.reference),
        **serving(request, incident, evidence),
    }
    return render(request, "incidents/evidence.html", context)


@requires("evidence.read")
def confirm(request: HttpRequest, incident: Incident, item: int) -> HttpResponse:
    """One press; the page says what is confirmed where somebody comes by the address."""
    evidence = get_object_or_404(_items(incident).defer("text"), number=item)

    def do(form: WarroomForm) -> str:
        actions.confirm(request.actor, incident.pk, item, now=clock.now(), once=form.key)
        messages.success(request, f"{evidence.reference} is confirmed.")
        return evidence.get_absolute_url()

    def context() -> dict[str, Any]:
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "back": evidence.get_absolute_url(),
            "title": f"Confirm {evidence.reference} as {evidence.purpose_label}",
            "button": "Confirm",
            "about": f"{evidence.title}, captured by {evidence.actor_name}",
        }

    return submit(request, "incidents/short.html", WarroomForm, do, context=context)


def _may_confirm(request: HttpRequest, incident: Incident, item: Evidence) -> bool:
    lane = confirming_lane(item.purpose, item.lane)
    return item.is_claimed and may(
        "evidence.confirm", incident_roles(request.actor, incident, lane)
    )


def _items(incident: Incident) -> Any:
    return Evidence.objects.filter(incident=incident)


def _read_items(incident: Incident) -> Any:
    return _items(incident).select_related("baseline__incident", "confirmation__by")


def _line(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


@dataclass(frozen=True, slots=True)
class _Download:
    name: str
    content: bytes

    @property
    def media_type(self) -> str:
        return media_type(self.content)


@requires("evidence.read")
def download(request: HttpRequest, incident: Incident, item: int) -> HttpResponse:
    """The bytes of an item. Only a raster picture may be shown; everything else is saved.

    The type is judged from the bytes, and whatever they are, nothing in them may run or load.
    """
    evidence = get_object_or_404(_items(incident).select_related("file"), number=item)
    file = _download(evidence)
    is_inline = file.media_type != BINARY and "download" not in request.GET
    response = HttpResponse(file.content, content_type=file.media_type)
    response["Content-Disposition"] = content_disposition_header(not is_inline, file.name)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def _download(item: Evidence) -> _Download:
    if item.file_name:
        name = plain_name(item.file_name) or item.reference
        return _Download(name, bytes(item.file.content))
    if not item.text:
        raise Http404(f"{item.reference} holds nothing to download")
    return _Download(f"INC-{item.incident_id}-{item.reference}.txt", item.text.encode())
