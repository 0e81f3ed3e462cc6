"""Pages are compressed on their way out (docs/decisions/0018-compressed-pages.md)."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

TEXT = ("text/html", "application/json")


class CompressionMiddleware(GZipMiddleware):
    """Pages, their parts and JSON. Files and what is streamed leave as they are.

    Django's own adds up to 100 random bytes, so that a length says nothing of a secret.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.streaming or not response.get("Content-Type", "").startswith(TEXT):
            return response
        return super().process_response(request, response)
