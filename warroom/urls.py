from django.contrib import admin
from django.urls import include, path

from warroom.operations import views as operations
from warroom.operations.health import healthz, readyz
from warroom.room import find, home

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", operations.metrics, name="metrics"),
    path("operations/", operations.page, name="operations"),
    path("admin/", admin.site.urls),
    path("accounts/", include("warroom.accounts.urls")),
    path("", include("machines.urls")),
    path("", include("retros.urls")),
    path("", include("comms.urls")),
    path("", include("comms.maintenance.urls")),
    path("", include("comms.notices.urls")),
    path("", include("comms.subscribers.urls")),
    path("", include("lanes.urls")),
    path("", home.home, name="home"),
    path("incidents/", home.incidents, name="incidents"),
    path("find/", find.find, name="find"),
    path("", include("live.urls")),
    path("", include("incidents.urls")),
]

handler400 = "warroom.server.unreadable.bad_request"
handler500 = "warroom.server.database_away.broken"
