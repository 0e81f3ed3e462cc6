"""What every page knows: whose it is, where one can go, and what time the server has."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from incidents.models import Assignment, Incident
from incidents.vocabulary import RoleName, Status
from kernel import clock

_NAV_INCIDENTS = 3


def house(request: HttpRequest) -> dict[str, Any]:
    """One's incidents are asked for only by pages that show them."""
    return {
        "organisation": settings.ORGANISATION,
        "server_time": clock.now(),
        "nav_incidents": SimpleLazyObject(lambda: _nav(request)),
    }


def _nav(request: HttpRequest) -> list[Incident]:
    """The active incidents in which the person takes part, worst first, then those they watch."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    mine = Incident.objects.visible_to(user).filter(participations__person=user)
    watched_by_me = Assignment.objects.current().filter(
        incident=OuterRef("pk"), role=RoleName.WATCH_OWNER, person=user
    )
    watched = Q(Exists(watched_by_me), status=Status.WATCHING)
    rows = mine.filter(Q(status=Status.ACTIVE) | watched).order_by("status", "severity", "-pk")
    return list(rows.only("pk", "title", "severity", "status", "declared_at")[:_NAV_INCIDENTS])
