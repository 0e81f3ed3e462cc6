"""Django under ASGI, with each request in one thread from its first middleware to its last."""

from typing import Any

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class Pages(ASGIHandler):
    """Calls the whole chain of middlewares and the view synchronously.

    Middlewares and views here are all synchronous. Django's own handler goes from the thread of the
    middlewares back to the event loop and from there to the thread again for the view, which then
    runs in a ``CurrentThreadExecutor`` of asgiref. When a browser leaves meanwhile, what is left to
    do may be sent there after it has quit, and the end of the request fails. Here there is none.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> Any:
        return await sync_to_async(self._get_whole_response, thread_sensitive=True)(request)

    def _get_whole_response(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)


def get_pages() -> Pages:
    """As ``get_asgi_application()``."""
    django.setup(set_prefix=False)
    return Pages()
