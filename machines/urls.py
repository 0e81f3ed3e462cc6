from django.urls import path

from machines.api.app import api
from machines.tokens import views

urlpatterns = [
    path("api/v1/", api.urls),
    path("settings/tokens/", views.tokens, name="tokens"),
    path("settings/tokens/<int:pk>/revoke/", views.revoke, name="token-revoke"),
]
