"""What arrives with a form, held to its limits without losing what else was in the form."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from incidents.rules.capture import MAX_FILE

LONGEST_REQUEST = 32 * 1024 * 1024
"""Bytes past which a request is not read at all."""


class CappedUploadHandler(FileUploadHandler):
    """Keeps files in memory up to one byte over the limit, all of a request together.

    The rest is read and dropped: the form arrives whole, and the rules see that the file is over
    its limit.
    """

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.left = MAX_FILE + 1
        self.pieces: list[bytes] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.pieces = []

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        kept = raw_data[: self.left]
        self.left -= len(kept)
        if kept:
            self.pieces.append(kept)

    def file_complete(self, file_size: int) -> UploadedFile:
        return SimpleUploadedFile(self.file_name, b"".join(self.pieces))


class UploadLimitMiddleware:
    """Answers a request that is too large with a sentence.

    Forms are read here rather than by whoever asks first, so that the answer is still ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _announced(request) > LONGEST_REQUEST:
            return _too_large(request)
        try:
            request.POST  # noqa: B018  (reading is its effect)
        except RequestDataTooBig:
            return _too_large(request)
        return self.get_response(request)


def _announced(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length) if length.isascii() and length.isdigit() else 0


def _too_large(request: HttpRequest) -> HttpResponse:
    request._mark_post_parse_error()  # type: ignore[attr-defined]
    return render(request, "413.html", status=413)
