from django.urls import URLPattern, URLResolver, path

from comms.views import reading

urlpatterns: list[URLPattern | URLResolver] = [
    path("INC-<int:number>/updates/<int:message>/", reading.update, name="update"),
    path("INC-<int:number>/escalations/<int:message>/", reading.escalation, name="escalation"),
    path("INC-<int:number>/leadership/<int:message>/", reading.leadership, name="leadership-note"),
]
