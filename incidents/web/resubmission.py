"""Forms that are sent again: an identical one redirects as the first did, a changed one is refused.

An action takes each key (``once``) one time, and stores with it what the form said. So it does not
matter which of two requests came first, only which of them was taken: two presses at one instant
are both led to the result.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid5

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from incidents.actions.submissions import content_of_form
from incidents.models import Submission
from incidents.web.forms import WarroomForm

TAKEN = "warroom-taken"
"""The cookie that tells the browser which form was taken, so that it can forget what was typed."""

_OURS = {"csrfmiddlewaretoken", "next", *WarroomForm.OWN_FIELDS}
"""Fields that nobody types."""


@contextmanager
def noted(request: HttpRequest) -> Iterator[None]:
    """An action that takes the key of this form within the block stores what the form says."""
    once = _once(request)
    request.content = _content(request, once) if once is not None else None
    token = content_of_form.set(request.content)
    try:
        yield
    finally:
        content_of_form.reset(token)


def answer(request: HttpRequest, href: str) -> HttpResponse:
    """To where the first led; or, when more was written since, that this was not stored."""
    content: UUID | None = getattr(request, "content", None)
    if content is None or Submission.objects.filter(pk=_once(request), content=content).exists():
        return redirect(href)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"first": href}, status=409)
    context = {"href": href, "typed": _typed(request), "files": _files(request)}
    return render(request, "already_sent.html", context, status=409)


def acknowledged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A form that was taken answers with a redirect: say so to the page that comes next."""
    once = _once(request)
    if once is not None and response.status_code in {302, 303}:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(TAKEN, str(once), max_age=600, secure=secure, samesite="Lax")
    return response


def _once(request: HttpRequest) -> UUID | None:
    """The key of the form; None when it has none."""
    try:
        return UUID(request.POST.get("once", ""))
    except ValueError:
        return None


def _content(request: HttpRequest, once: UUID) -> UUID:
    """A name for everything that was typed or chosen, files by their bytes."""
    digest = hashlib.sha256()
    for name, values in sorted(request.POST.lists()):
        if name not in _OURS:
            digest.update(repr((name, values)).encode())
    for name, file in sorted(request.FILES.items()):
        digest.update(repr((name, file.name, file.size)).encode())
        digest.update(file.read())
        file.seek(0)
    return uuid5(once, digest.hexdigest())


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name.replace("_", " ").capitalize(), value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _OURS and value.strip()
    ]


def _files(request: HttpRequest) -> list[str]:
    return [file.name for file in request.FILES.values()]
