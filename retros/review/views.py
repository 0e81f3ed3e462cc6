"""Looking back: the review and the retro of one closing on one page, drafts, later thoughts."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from incidents.models import Incident
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.web.access import requires
from kernel import clock
from kernel.refusal import Refused
from retros.backlog import actions as backlog
from retros.models import Addendum, Closing, LookBack, LookBackDraft
from retros.review import actions as reviewing
from retros.review import prefill
from retros.review.forms import FORMS, AddendumForm, LookForm
from retros.review.prefill import Prefill

THOUGHTS, CLOSINGS = 50, 20
"""How many of each are shown, the latest; the timeline has them all."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A review or retro as the page shows it; ``form`` is of who may write it."""

    look: LookBack
    form: LookForm | None = None
    draft: LookBackDraft | None = None
    thought: AddendumForm | None = None

    @property
    def thoughts(self) -> list[Addendum]:
        rows = self.look.addenda.select_related("added_by").order_by("-pk")
        return list(rows[:THOUGHTS])


@requires("review.read")
def page(request: HttpRequest, incident: Incident, closing: int | None = None) -> HttpResponse:
    """The review and the retro of the last closing, or of the one that is asked for."""
    return _page(request, incident, _closing(incident, closing))


@requires("review.read")
def look(request: HttpRequest, incident: Incident, closing: int, kind: str) -> HttpResponse:
    """One of them: shown with the page, or sent, to be finished for good."""
    of = _closing(incident, closing, kind)
    if request.method != "POST":
        return _page(request, incident, of, first=kind)
    form = FORMS[kind](request.POST, request=request)
    form.is_valid()
    now, key = clock.now(), form.cleaned_data.get("once")
    try:
        written = form.written()
        made = reviewing.finish(
            request.actor, incident.pk, closing, kind, written, now=now, once=key
        )
    except Refused as refusal:
        form.refuse(refusal.violations)
        return _page(request, incident, of, sent=form)
    return HttpResponseRedirect(reviewing.look_href(made))


@requires("review.write", keeps=False)
@require_POST
def draft(request: HttpRequest, incident: Incident, closing: int, kind: str) -> HttpResponse:
    """Keep what has been typed so far; the page asks for this while somebody writes."""
    _closing(incident, closing, kind)
    form = FORMS[kind](request.POST, request=request)
    saved = reviewing.save_draft(
        request.actor, incident.pk, closing, kind, form.raw(), now=clock.now()
    )
    if saved is None:
        return JsonResponse({"finished": True}, status=409)
    return JsonResponse({"saved_at": saved.saved_at.isoformat()})


@requires("review.write")
def thought(request: HttpRequest, incident: Incident, closing: int, kind: str) -> HttpResponse:
    """A later thought on what is finished."""
    of = _closing(incident, closing, kind)
    if request.method != "POST":
        return _page(request, incident, of, first=kind)
    form = AddendumForm(request.POST, request=request, kind=kind)
    if form.is_valid():
        try:
            made = reviewing.add(
                request.actor,
                incident.pk,
                closing,
                kind,
                text=form.thought,
                now=clock.now(),
                once=form.key,
            )
            return HttpResponseRedirect(reviewing.look_href(made.look))
        except Refused as refusal:
            form.refuse(refusal.violations)
    return _page(request, incident, of, sent=form)


def _closing(incident: Incident, number: int | None, kind: str = "") -> Closing | None:
    """The last one; nothing where it was never closed. What is asked for by name has to exist."""
    rows = incident.closings.select_related("closed_by")
    found = rows.last() if number is None else get_object_or_404(rows, number=number)
    if kind:
        get_object_or_404(LookBack, closing=found, kind=kind)
    if found is not None:
        found.incident = incident
    return found


def _page(
    request: HttpRequest,
    incident: Incident,
    closing: Closing | None,
    *,
    sent: Any = None,
    first: str = "",
) -> HttpResponse:
    """``sent`` is a form that was refused; ``first`` names the one that is given what was kept."""
    now = clock.now()
    context: dict[str, Any] = {
        "incident": incident,
        "bar": bar(incident, now),
        "now": now,
        "closing": closing,
        "sent": sent,
        "may_write": may("review.write", request.who),
    }
    if closing is not None:
        shown = _shown(request, closing, sent, first)
        context |= {
            "shown": shown,
            "next": next((one for one in shown if one.form is not None), None),
            "others": incident.closings.exclude(pk=closing.pk).order_by("-number")[:CLOSINGS],
            "today": backlog.today(now),
        }
    status = 422 if sent is not None else 200
    return render(request, "retros/retro.html", context, status=status)


def _shown(request: HttpRequest, closing: Closing, sent: Any, first: str) -> list[_Shown]:
    rows = closing.looks_back.select_related("finished_by").prefetch_related("answers__item__owner")
    found = prefill.of(closing)
    looks = sorted(rows, key=lambda one: (one.kind != first, one.due_at))
    made = [_one(request, look, closing, found, sent) for look in looks]
    return sorted(made, key=lambda one: one.look.due_at)


def _one(
    request: HttpRequest, look: LookBack, closing: Closing, found: Prefill, sent: Any
) -> _Shown:
    look.closing, look.incident = closing, closing.incident
    if not may("review.write", request.who):
        return _Shown(look)
    mine = sent if sent is not None and sent.kind == look.kind else None
    if look.finished_at is not None:
        return _Shown(look, thought=_thought(request, look, mine))
    if isinstance(mine, LookForm):
        mine.show_beside(found.says)
        return _Shown(look, form=mine)
    if not look.is_open:
        return _Shown(look)
    kept = _draft(request, look)
    form_class = FORMS[look.kind]
    initial = form_class.initial_of(kept.data) if kept else dict(found.begins)
    form = form_class(request=request, initial=initial)
    form.show_beside(found.says)
    return _Shown(look, form=form, draft=kept)


def _thought(request: HttpRequest, look: LookBack, sent: Any) -> AddendumForm:
    """The form as it was sent. What was written while another finished it becomes a thought."""
    if isinstance(sent, AddendumForm):
        return sent
    typed = {f"{look.kind}_thought": sent.typed[: reviewing.TEXT]} if sent is not None else {}
    return AddendumForm(request=request, kind=look.kind, initial=typed)


def _draft(request: HttpRequest, look: LookBack) -> LookBackDraft | None:
    """One's own, else the newest of another: whoever takes it over goes on from there."""
    rows = list(look.drafts.select_related("author").order_by("-saved_at"))
    mine = (one for one in rows if one.author_id == request.actor.id)
    return next(mine, None) or next(iter(rows), None)
