from django.urls import path

from incidents.live.consumers import RoomConsumer, WorkConsumer

websocket_urlpatterns = [
    path("ws/INC-<int:number>/", RoomConsumer.as_asgi()),
    path("ws/mine/", WorkConsumer.as_asgi()),
]
