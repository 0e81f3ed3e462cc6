"""Pages of looking back: review and retro of one closing on one page, drafts, later thoughts."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from incidents.models import Incident
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.web.access import requires
from incidents.web.drafts import draft_response
from kernel import clock
from kernel.refusal import Refused
from retros.backlog.rules import today
from retros.models import Addendum, Closing, LookBack, LookBackDraft
from retros.review import actions as reviewing
from retros.review import prefill
from retros.review.forms import FORMS, AddendumForm, LookForm
from retros.review.prefill import Prefill
from retros.review.rules import MAX_ANSWER_CHARACTERS

MAX_THOUGHTS, MAX_CLOSINGS = 50, 20
"""How many of each are on the page, the latest; the timeline has them all."""


@dataclass(frozen=True, slots=True)
class _LookView:
    """A review or retro as the page shows it; ``form`` is there for who may write it."""

    look: LookBack
    form: LookForm | None = None
    draft: LookBackDraft | None = None
    thought: AddendumForm | None = None

    @property
    def thoughts(self) -> list[Addendum]:
        rows = self.look.addenda.select_related("added_by").order_by("-pk")
        return list(rows[:MAX_THOUGHTS])


@requires("review.read")
def page(request: HttpRequest, incident: Incident, closing: int | None = None) -> HttpResponse:
    """The review and the retro of the last closing, or of the one in the address."""
    return _page(request, incident, _closing(incident, closing))


@requires("review.read")
def look(request: HttpRequest, incident: Incident, closing: int, kind: str) -> HttpResponse:
    """One of them: shown with the page, or submitted, to be finished for good."""
    closing_row = _closing(incident, closing, kind)
    if request.method != "POST":
        return _page(request, incident, closing_row, first=kind)
    form = FORMS[kind](request.POST, request=request)
    form.is_valid()
    now, key = clock.now(), form.cleaned_data.get("once")
    try:
        review = form.review()
        finished = reviewing.finish(
            request.actor, incident.pk, closing, kind, review, now=now, once=key
        )
    except Refused as refusal:
        form.refuse(refusal.violations)
        return _page(request, incident, closing_row, sent=form)
    return HttpResponseRedirect(finished.get_absolute_url())


@requires("review.write", keeps=False)
@require_POST
def draft(request: HttpRequest, incident: Incident, closing: int, kind: str) -> HttpResponse:
    """Save what has been typed so far; script calls this while somebody writes."""
    _closing(incident, closing, kind)
    form = FORMS[kind](request.POST, request=request)
    form.is_valid()
    saved = reviewing.save_draft(
        request.actor,
        incident.pk,
        closing,
        kind,
        form.raw(),
        stamp=form.stamp,
        now=clock.now(),
    )
    return draft_response(form, saved, {"finished": True})


@requires("review.write")
def thought(request: HttpRequest, incident: Incident, closing: int, kind: str) -> HttpResponse:
    """Add a later thought to a finished review or retro."""
    closing_row = _closing(incident, closing, kind)
    if request.method != "POST":
        return _page(request, incident, closing_row, first=kind)
    form = AddendumForm(request.POST, request=request, kind=kind)
    if form.is_valid():
        try:
            addendum = reviewing.add_thought(
                request.actor,
                incident.pk,
                closing,
                kind,
                text=form.thought,
                now=clock.now(),
                once=form.key,
            )
            return HttpResponseRedirect(addendum.look.get_absolute_url())
        except Refused as refusal:
            form.refuse(refusal.violations)
    return _page(request, incident, closing_row, sent=form)


def _closing(incident: Incident, number: int | None, kind: str = "") -> Closing | None:
    """The closing of that number, or the last one, if any; 404 for one that does not exist."""
    rows = incident.closings.select_related("closed_by")
    row = rows.last() if number is None else get_object_or_404(rows, number=number)
    if kind:
        get_object_or_404(LookBack, closing=row, kind=kind)
    if row is not None:
        row.incident = incident
    return row


def _page(
    request: HttpRequest,
    incident: Incident,
    closing: Closing | None,
    *,
    sent: Any = None,
    first: str = "",
) -> HttpResponse:
    """``sent`` is a refused form; ``first`` is the kind whose form gets back its kept input."""
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
        looks = _look_views(request, closing, sent, first)
        context |= {
            "shown": looks,
            "next": next((view for view in looks if view.form is not None), None),
            "others": incident.closings.exclude(pk=closing.pk).order_by("-number")[:MAX_CLOSINGS],
            "today": today(now),
        }
    status = 422 if sent is not None else 200
    return render(request, "retros/retro.html", context, status=status)


def _look_views(request: HttpRequest, closing: Closing, sent: Any, first: str) -> list[_LookView]:
    rows = closing.looks_back.select_related("finished_by").prefetch_related("answers__item__owner")
    record = prefill.of(closing)
    looks = sorted(rows, key=lambda look: (look.kind != first, look.due_at))
    views = [_look_view(request, look, closing, record, sent) for look in looks]
    return sorted(views, key=lambda view: view.look.due_at)


def _look_view(
    request: HttpRequest, look: LookBack, closing: Closing, record: Prefill, sent: Any
) -> _LookView:
    look.closing, look.incident = closing, closing.incident
    if not may("review.write", request.who):
        return _LookView(look)
    mine = sent if sent is not None and sent.kind == look.kind else None
    if look.finished_at is not None:
        return _LookView(look, thought=_thought(request, look, mine))
    if isinstance(mine, LookForm):
        mine.show_beside(record.says)
        return _LookView(look, form=mine)
    if not look.is_open:
        return _LookView(look)
    saved = _draft(request, look)
    form_class = FORMS[look.kind]
    initial = form_class.initial_of(saved.data) if saved else dict(record.initial)
    form = form_class(request=request, initial=initial)
    form.know(saved if saved and saved.author_id == request.actor.id else None)
    form.show_beside(record.says)
    return _LookView(look, form=form, draft=saved)


def _thought(request: HttpRequest, look: LookBack, sent: Any) -> AddendumForm:
    """The form as sent. Answers typed while somebody else finished it become a later thought."""
    if isinstance(sent, AddendumForm):
        return sent
    typed = {f"{look.kind}_thought": sent.typed[:MAX_ANSWER_CHARACTERS]} if sent is not None else {}
    return AddendumForm(request=request, kind=look.kind, initial=typed)


def _draft(request: HttpRequest, look: LookBack) -> LookBackDraft | None:
    """The person's own draft, else the newest of another, to go on from there."""
    rows = list(look.drafts.select_related("author").order_by("-saved_at"))
    mine = (row for row in rows if row.author_id == request.actor.id)
    return next(mine, None) or next(iter(rows), None)
