"""Requests that cannot be read as they are: answered 400 with a sentence, before any view.

Here and not in the views, since what cannot be read can come to each of them.
"""

import codecs
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents.web.access import View

_READABLE = {"utf-8", "ascii"}

NOT_UTF_8 = "Its text is not UTF-8, which is all that Warroom reads. Send it as UTF-8."
NUL_IN_ADDRESS = "No address here has a NUL character in it. Follow a link instead."
UNREADABLE = "What arrived was broken or too large. Go back, shorten it, and send it again."


class UnreadableRequestMiddleware:
    """Refuses other charsets than UTF-8 and NUL in the path; drops NUL from the query string.

    PostgreSQL stores no NUL, and every parameter may reach a query. Reads the form, so that one
    that is broken is refused here too.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            return unreadable(request, NUL_IN_ADDRESS)
        if not _is_readable(request.content_params.get("charset", "")):  # type: ignore[union-attr]
            return unreadable(request, NOT_UTF_8)
        request.encoding = "utf-8"  # under the one name of it that Django takes
        query = request.META.get("QUERY_STRING", "")
        request.META["QUERY_STRING"] = query.replace("%00", "").replace("\x00", "")
        return self.get_response(request)


def _is_readable(charset: str) -> bool:
    try:
        return not charset or codecs.lookup(charset).name in _READABLE
    except (LookupError, ValueError):
        return False


def unreadable(request: HttpRequest, sentence: str) -> HttpResponse:
    # Of a body that cannot be read the page must not ask.
    request._mark_post_parse_error()  # type: ignore[attr-defined]
    request.encoding = "utf-8"
    return render(request, "400.html", {"sentence": sentence}, status=400)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Django's ``handler400``."""
    sentence = NOT_UTF_8 if isinstance(exception, BadRequest) else UNREADABLE
    return unreadable(request, sentence)
