"""What every page knows: whose it is, where one can go, and what time the server has."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from incidents.models import Incident
from kernel import clock

_NAV_INCIDENTS = 3


def house(request: HttpRequest) -> dict[str, Any]:
    """The active incidents are asked for only by pages that show them."""
    return {
        "organisation": settings.ORGANISATION,
        "server_time": clock.now(),
        "nav_incidents": SimpleLazyObject(lambda: _nav(request)),
    }


def _nav(request: HttpRequest) -> list[Incident]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    active = Incident.objects.visible_to(user).in_progress().worst_first()
    return list(active.only("pk", "title", "severity", "status", "declared_at")[:_NAV_INCIDENTS])
