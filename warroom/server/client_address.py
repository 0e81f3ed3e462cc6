"""Sets the address of the client, so that limits count people and not the proxy before them."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from incidents.web.access import View
from kernel.client_address import client_address


class ClientAddressMiddleware:
    """``REMOTE_ADDR`` is who asks, by the networks of ``TRUSTED_PROXIES``."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["REMOTE_ADDR"] = client_address(
            request.META.get("REMOTE_ADDR", ""),
            request.META.get("HTTP_X_FORWARDED_FOR", ""),
            settings.TRUSTED_PROXIES,
        )
        return self.get_response(request)
