"""Whether this process can serve: for load balancers, compose and people."""

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.exceptions import RedisError

from incidents.doors import door

_PATIENCE = {"socket_timeout": 1, "socket_connect_timeout": 1}


@door("health.read")
@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """``{"status": ok | degraded | down, "database": bool, "redis": bool}``.

    Without Redis pages still work and poll, so it is degraded, 200; without PostgreSQL it is 503.
    """
    database, redis = _database(), _redis()
    status = "down" if not database else "ok" if redis else "degraded"
    said = {"status": status, "database": database, "redis": redis}
    return JsonResponse(said, status=200 if database else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _redis() -> bool:
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
        ) as redis:
            redis.ping()
    except (RedisError, OSError):
        return False
    return True
