"""Whether this process lives, and whether it can serve: for load balancers, compose and people."""

from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from incidents.web.access import requires
from kernel import clock
from warroom.operations import dependencies
from warroom.schedule import heartbeat


@requires("health.read")
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. It asks nobody else: a restart of it would not mend a database."""
    return HttpResponse("ok\n", content_type="text/plain")


@requires("health.read")
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """``{"status": ok | degraded | down, "database", "redis", "migrations", "tick",
    "status_page"}``.

    Down, 503: no PostgreSQL, one that takes no changes (``"read_only": true``), or one that lacks
    migrations of this version. Degraded, 200: without Valkey pages still work and poll, without a
    tick reminders wait, and what of the status page could not be rendered shows what it showed
    last.
    """
    report = _report()
    return JsonResponse(report, status=503 if report["status"] == "down" else 200)


def _report() -> dict[str, Any]:
    """``migrations`` are those that are pending, ``tick`` the seconds since the last one,
    ``status_page`` what of it could not be rendered."""
    redis = dependencies.redis_seconds() is not None
    takes_changes = dependencies.database_takes_changes()
    if takes_changes is None:
        return {"status": "down", "database": False, "redis": redis}
    if not takes_changes:
        return {"status": "down", "database": True, "read_only": True, "redis": redis}
    try:
        missing = dependencies.pending_migrations()
        tick = None if missing else heartbeat.last()
    except Error:
        return {"status": "down", "database": False, "redis": redis}
    now = clock.now()
    failing = sorted(heartbeat.status_failures(tick))
    whole = redis and not failing and not heartbeat.is_late(tick, now)
    return {
        "status": "down" if missing else "ok" if whole else "degraded",
        "database": True,
        "redis": redis,
        "migrations": missing,
        "tick": round((now - tick.at).total_seconds(), 1) if tick else None,
        "status_page": failing,
    }
