from typing import Any

from django.urls import path

from live.consumers import RoomConsumer, WorkConsumer

websocket_urlpatterns = [
    path("ws/INC-<int:number>/", RoomConsumer.as_asgi()),
    path("ws/mine/", WorkConsumer.as_asgi()),
]

UNKNOWN_ADDRESS = 4404


async def unknown_socket(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """For addresses that lead nowhere. Accepted first: a browser learns no code otherwise."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": UNKNOWN_ADDRESS})
