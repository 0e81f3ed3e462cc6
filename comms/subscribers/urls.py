from django.urls import path

from comms.subscribers import views as subscribers

urlpatterns = [
    path("subscribers/", subscribers.subscribers, name="subscribers"),
    path("subscribers/new/", subscribers.add, name="subscriber-add"),
    path("subscribers/<int:pk>/", subscribers.subscriber, name="subscriber"),
    path("subscribers/<int:pk>/remove/", subscribers.remove, name="subscriber-remove"),
]
