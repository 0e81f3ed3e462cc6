from django.contrib import admin
from django.urls import include, path

from warroom.health import healthz

handler500 = "warroom.outage.broken"

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("warroom.account_urls")),
    path("", include("retros.urls")),
    path("", include("comms.urls")),
    path("", include("comms.maintenance_urls")),
    path("", include("comms.notice_urls")),
    path("", include("comms.subscriber_urls")),
    path("", include("lanes.urls")),
    path("", include("incidents.urls")),
]
