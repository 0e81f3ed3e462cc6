from django.urls import URLPattern, URLResolver, path

from comms.subscribers import subscribing_views
from comms.views import reading, status, writing
from comms.vocabulary import MessageKind
from incidents.vocabulary import LaneKind

_LANE = {"lane": LaneKind.COMMUNICATION.value}
"""Whoever owns it may write."""

_WRITING = (
    (MessageKind.UPDATE, "update"),
    (MessageKind.ESCALATION, "escalation"),
    (MessageKind.LEADERSHIP, "leadership"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("INC-<int:number>/updates/<int:message>/", reading.update, name="update"),
    path(
        "INC-<int:number>/updates/<int:message>/late/",
        writing.lapse,
        _LANE | {"kind": MessageKind.UPDATE.value},
        "lapse",
    ),
    path("INC-<int:number>/updates/<int:message>/text/", reading.update_text, name="update-text"),
    path(
        "INC-<int:number>/escalations/<int:message>/late/",
        writing.lapse,
        _LANE | {"kind": MessageKind.ESCALATION.value},
        "escalation-lapse",
    ),
    path("INC-<int:number>/escalations/<int:message>/", reading.escalation, name="escalation"),
    path(
        "INC-<int:number>/escalations/<int:message>/text/",
        reading.escalation_text,
        name="escalation-text",
    ),
    path("INC-<int:number>/leadership/<int:message>/", reading.leadership, name="leadership-note"),
    path(
        "INC-<int:number>/leadership/<int:message>/text/",
        reading.leadership_text,
        name="leadership-text",
    ),
]

for _kind, _name in _WRITING:
    _of = {"kind": _kind.value} | _LANE
    _at = f"INC-<int:number>/{_name}/"
    urlpatterns += [
        path(_at, writing.write, _of, f"{_name}-write"),
        path(f"{_at}draft/", writing.draft, _of, f"{_name}-draft"),
        path(f"{_at}preview/", writing.preview_message, _of, f"{_name}-preview"),
    ]

urlpatterns += [
    path("status/internal/", status.internal, name="status-internal"),
    path("status/internal/<path:below>", status.internal, name="status-internal-page"),
    path("status/subscribe/", subscribing_views.subscribe, name="status-subscribe"),
    path("status/confirm/<str:token>/", subscribing_views.confirm, name="status-confirm"),
    path("status/leave/<str:token>/", subscribing_views.leave, name="status-leave"),
    # Only where no snapshot could be made: else these are answered in front of Django.
    path("status/", status.public, name="status"),
    path("status/<path:below>", status.public, name="status-page"),
]
