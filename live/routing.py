from django.urls import path

from live.consumers import RoomConsumer, WorkConsumer

websocket_urlpatterns = [
    path("ws/INC-<int:number>/", RoomConsumer.as_asgi()),
    path("ws/mine/", WorkConsumer.as_asgi()),
]
