"""Forms that are sent again: an identical one redirects as the first did, a changed one is refused.

An action takes each key (``once``) one time. Beside it each content that was sent under a key has a
row of its own, written before the action runs, so that two presses at one instant know each other.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from incidents.models import Submission
from incidents.web.forms import WarroomForm

TAKEN = "warroom-taken"
"""The cookie that tells the browser which form was taken, so that it can forget what was typed."""

_OURS = {"csrfmiddlewaretoken", "next", *WarroomForm.OWN_FIELDS}
"""Fields that nobody types."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form's content under its key; ``again`` when it was sent before."""

    key: UUID
    again: bool


def note(request: HttpRequest, now: datetime) -> Sent | None:
    """Remember what this form carries; ``None`` when it has no key."""
    try:
        once = UUID(request.POST.get("once", ""))
    except ValueError:
        return None
    key = uuid5(once, _digest(request))
    row = {"person_id": request.user.pk, "at": now}
    _, created = Submission.objects.get_or_create(key=key, defaults=row)
    return Sent(key, again=not created)


def forget(sent: Sent | None) -> None:
    """What was not taken may come again, and is then as new as now."""
    if sent is not None and not sent.again:
        Submission.objects.filter(pk=sent.key).delete()


def answer(request: HttpRequest, href: str) -> HttpResponse:
    """To where the first led; or, when more was written since, that this was not stored."""
    sent: Sent | None = getattr(request, "sent", None)
    if sent is None or sent.again:
        return redirect(href)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"first": href}, status=409)
    context = {"href": href, "typed": _typed(request), "files": _files(request)}
    return render(request, "already_sent.html", context, status=409)


def acknowledged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A form that was taken answers with a redirect: say so to the page that comes next."""
    try:
        once = UUID(request.POST.get("once", ""))
    except ValueError:
        return response
    if response.status_code in {302, 303}:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(TAKEN, str(once), max_age=600, secure=secure, samesite="Lax")
    return response


def _digest(request: HttpRequest) -> str:
    """Of everything that was typed or chosen, files by their bytes."""
    digest = hashlib.sha256()
    for name, values in sorted(request.POST.lists()):
        if name not in _OURS:
            digest.update(repr((name, values)).encode())
    for name, file in sorted(request.FILES.items()):
        digest.update(repr((name, file.name, file.size)).encode())
        digest.update(file.read())
        file.seek(0)
    return digest.hexdigest()


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name.replace("_", " ").capitalize(), value)
        for name, values in request.POST.lists()
        for value in values
        if name not in _OURS and value.strip()
    ]


def _files(request: HttpRequest) -> list[str]:
    return [file.name for file in request.FILES.values()]
