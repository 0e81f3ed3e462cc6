"""The usual way: a Channels consumer with ``groups``, one channel per browser, on uvicorn."""

import os
from typing import Any

from django.conf import settings

from benchmarks.peers.names import GROUP, PREFIX

settings.configure(
    SECRET_KEY="benchmark",
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [os.environ["REDIS_URL"]], "prefix": PREFIX},
        }
    },
)

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path


class RoomConsumer(AsyncWebsocketConsumer):
    groups = (GROUP,)

    async def entry(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])


application = ProtocolTypeRouter({"websocket": URLRouter([path("ws/", RoomConsumer.as_asgi())])})
