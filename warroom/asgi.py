"""The server's way in: pages to Django, the room's socket to the live consumers.

A consumer judges the session itself, so a socket carries cookies and no user.
"""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import CookieMiddleware
from django.urls import path, re_path

from warroom.server.checks import refuse_wrong_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "warroom.settings")

from warroom.server.pages import get_pages

pages = get_pages()
refuse_wrong_settings()

# Only now: these import models.
from comms.status import asgi as status  # noqa: E402
from live.routing import unknown_socket, websocket_urlpatterns  # noqa: E402
from machines.mcp.asgi import McpEndpoint  # noqa: E402
from warroom.server.request_limit import BodyLimit  # noqa: E402
from warroom.server.sockets import SocketGuard  # noqa: E402
from warroom.server.static_files import StaticFiles  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": status.StatusPages(StaticFiles(BodyLimit(McpEndpoint(pages)))),
        "websocket": SocketGuard(
            CookieMiddleware(
                URLRouter(
                    [
                        path("ws/status/", status.socket),
                        *websocket_urlpatterns,
                        re_path("", unknown_socket),
                    ]
                )
            )
        ),
    }
)
