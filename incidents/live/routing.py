from django.urls import path

from incidents.live.consumers import RoomConsumer

websocket_urlpatterns = [path("ws/INC-<int:number>/", RoomConsumer.as_asgi())]
