"""Uploads, limited in size without losing the other fields of their form."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents.rules.evidence import MAX_FILE_BYTES

MAX_REQUEST_BYTES = MAX_FILE_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1024 * 1024
"""Bytes past which a request is not read: one file, all the text a form may hold, and room for
what separates them."""

TOO_LARGE = "warroom.too_large"
"""Key of the ASGI scope: true when the request was longer than that, and its body was dropped."""


class CappedUploadHandler(FileUploadHandler):
    """Keeps files in memory up to one byte over the limit, all of a request together.

    The rest is read and dropped: the form arrives whole, and the rules see that the file is over
    its limit.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.left = MAX_FILE_BYTES + 1
        self.pieces: list[bytes] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.pieces = []

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        piece = raw_data[: self.left]
        self.left -= len(piece)
        if piece:
            self.pieces.append(piece)

    def file_complete(self, file_size: int) -> UploadedFile:
        return SimpleUploadedFile(self.file_name, b"".join(self.pieces))


class UploadLimitMiddleware:
    """Answers a request that is too large with a sentence.

    One that is far too large was dropped on its way in. Forms are read here rather than by whoever
    asks first, so that the answer is still ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request, "scope", {}).get(TOO_LARGE):
            return _not_read(request)
        try:
            request.POST  # noqa: B018  (reading is its effect)
        except RequestDataTooBig:
            return _too_large(request)
        return self.get_response(request)


def _not_read(request: HttpRequest) -> HttpResponse:
    response = _too_large(request)
    if "CONTENT_LENGTH" not in request.META:
        # It may never end; no browser sends such a form.
        response["Connection"] = "close"
    return response


def _too_large(request: HttpRequest) -> HttpResponse:
    request._mark_post_parse_error()  # type: ignore[attr-defined]
    return render(request, "413.html", status=413)
