"""What is shown to one person stays with them: in no cache, and forgotten on signing out."""

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from incidents.web.access import View

LEFT = "warroom-left"
"""The cookie that tells the next page to forget what was typed here (static/js/local_drafts.js)."""

LEFT_MAX_AGE_SECONDS = 24 * 60 * 60


@receiver(user_logged_out, dispatch_uid="private_pages.note_sign_out")
def note_sign_out(request: HttpRequest | None, **_: Any) -> None:
    if request is not None:
        request.has_signed_out = True  # type: ignore[attr-defined]


class PrivatePagesMiddleware:
    """Every page of Django is for one reader, unless its view says otherwise.

    ``no-store``, since *Back* shows what a browser has stored without asking, also after signing
    out. The public status page is served before Django, and may be cached.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        if getattr(request, "has_signed_out", False):
            response.set_cookie(
                LEFT,
                "1",
                max_age=LEFT_MAX_AGE_SECONDS,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )
        return response
