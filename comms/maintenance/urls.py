from django.urls import path, re_path

from comms.maintenance import views as maintenance

urlpatterns = [
    path("maintenance/", maintenance.windows, name="maintenances"),
    path("maintenance/new/", maintenance.plan, name="maintenance-plan"),
    path("maintenance/<int:pk>/", maintenance.window, name="maintenance"),
    re_path(
        r"^maintenance/(?P<pk>[0-9]{1,9})/(?P<name>change|begin|end|extend|note|cancel)/$",
        maintenance.step,
        name="maintenance-step",
    ),
]
