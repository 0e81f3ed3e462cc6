"""The server's way in: pages to Django, the room's socket to the live consumers.

A consumer judges the session itself, so a socket carries cookies and no user.
"""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import CookieMiddleware
from django.core.asgi import get_asgi_application
from django.urls import path

from warroom.server.checks import refuse_wrong_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "warroom.settings")
pages = get_asgi_application()
refuse_wrong_settings()

# Only now: these import models.
from comms.status import asgi as status  # noqa: E402
from live.routing import websocket_urlpatterns  # noqa: E402
from warroom.server.request_limit import BodyLimit  # noqa: E402
from warroom.server.sockets import SocketGuard  # noqa: E402
from warroom.server.static_files import StaticFiles  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": status.StatusPages(StaticFiles(BodyLimit(pages))),
        "websocket": SocketGuard(
            CookieMiddleware(URLRouter([path("ws/status/", status.socket), *websocket_urlpatterns]))
        ),
    }
)
