"""Access to views: each declares its action, and finds its incident only for those who may know."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from incidents.models import Incident
from incidents.permissions import TABLE, Who, incident_roles, may, require
from incidents.web import kept_forms, resubmission
from kernel.refusal import AlreadyDone, NotPermitted, Refused

type View = Callable[..., HttpResponse]


def requires(
    action: str, *, enter: str = "room.view", keeps: bool = True
) -> Callable[[View], View]:
    """Declare the action that a view is for, and admit only people who may do it.

    With ``number`` in the URL the view is given the ``incident``: one that the person may not know
    of answers exactly as one that does not exist. ``enter`` is what seeing the page takes; the
    action itself is required for writing, and is checked again under the incident's lock.
    ``keeps`` is false where a script sends by itself what still stands in its page: what was typed
    is then not put aside when the session has ended.
    """
    if action not in TABLE:
        raise ValueError(f"{action} is not in the table of permissions")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if Who.ANYONE in TABLE[action]:
                return view(request, *args, **kwargs)
            if not request.user.is_authenticated:
                return _ask_to_sign_in(request, keeps)
            request.actor = request.user.as_actor()
            if "number" not in kwargs:
                require(action, request.actor)
                return _send(view, keeps, request, *args, **kwargs)
            incident = find(request, kwargs.pop("number"))
            lane = kwargs.get("lane", "")
            request.who = incident_roles(request.actor, incident, lane)
            if not may(enter, request.who):
                raise NotPermitted(
                    "The room is for responders. Ask an admin if you should be one; "
                    "what is published stands on the status page."
                )
            if not may(action, request.who):
                require(action, request.actor, incident, lane)
            return _send(view, keeps, request, incident, *args, **kwargs)

        guarded.door = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def _send(view: View, keeps: bool, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The view's answer, while it is noted what a form carries."""
    if not keeps or request.method != "POST":
        return view(request, *args, **kwargs)
    with resubmission.noted(request):
        response = view(request, *args, **kwargs)
    return resubmission.acknowledged(request, response)


def find(request: HttpRequest, number: int) -> Incident:
    """The incident, or 404 in the same words whether it is hidden or does not exist."""
    incident = Incident.objects.known_to(request.user).filter(pk=number).first()
    if incident is None:
        raise Http404(f"There is no INC-{number}")
    return incident


def _ask_to_sign_in(request: HttpRequest, keeps: bool) -> HttpResponse:
    """A page leads to signing in; a form sent after the session ended keeps what was typed."""
    sign_in = f"{reverse('account_login')}?next={request.path}"
    if request.method != "POST":
        return HttpResponseRedirect(sign_in)
    outcome = kept_forms.keep(request) if keeps else kept_forms.Outcome.NOTHING_TYPED
    return render(request, "401.html", {"sign_in": sign_in, "kept": outcome.value}, status=401)


class SessionCookieMiddleware:
    """Drops a session cookie that no server of ours has made, before it is looked up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.COOKIES.get(settings.SESSION_COOKIE_NAME, "").isalnum():
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return self.get_response(request)


class RefusalMiddleware:
    """Turns what actions raise into responses: not permitted, refused, or already submitted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NotPermitted):
            return render(request, "403.html", {"sentence": error.sentence}, status=403)
        if isinstance(error, AlreadyDone):
            return resubmission.acknowledged(request, resubmission.answer(request, error.href))
        if isinstance(error, Refused):
            return render(request, "409.html", {"violations": error.violations}, status=409)
        return None
