from django.contrib import admin
from django.urls import include, path

from warroom.health import healthz, readyz
from warroom.operations import views as operations

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", operations.metrics, name="metrics"),
    path("operations/", operations.page, name="operations"),
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

handler500 = "warroom.unavailable.broken"
