"""What is answered when the database cannot answer now: 503, with what was typed.

Asks nothing of the database itself, so the page is plain. A form comes back with its fields: sent
once more under its key (``once``) it is recorded once, whatever became of the first try.
"""

import sys
from collections.abc import Iterator
from enum import StrEnum

from django.db import InterfaceError, InternalError, OperationalError, connection, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error
from psycopg import errors
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping
from psycopg_pool import PoolTimeout

from incidents.web.access import View
from kernel import metrics

RETRY_AFTER = 5
"""Seconds after which it is worth asking again."""

PING = 2
"""Seconds within which a server that is there says so; libpq takes no less."""

_SECRET = "password"  # noqa: S105  (part of the name of a field that is not sent back)


class Why(StrEnum):
    BUSY = "busy"
    SLOW = "slow"
    LOCKED = "locked"
    AWAY = "away"
    READ_ONLY = "read_only"


_BY_ERROR = {
    errors.QueryCanceled: Why.SLOW,
    errors.LockNotAvailable: Why.LOCKED,
    errors.DeadlockDetected: Why.LOCKED,
    errors.ReadOnlySqlTransaction: Why.READ_ONLY,
    errors.IdleInTransactionSessionTimeout: Why.SLOW,
}


def broken(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``: what failed for want of the database is told apart."""
    why = reason(sys.exception())
    return server_error(request) if why is None else _not_now(request, why)


def reason(error: BaseException | None) -> Why | None:
    """Why the database did not answer; ``None`` when that is not what went wrong."""
    for cause in _chain(error):
        if isinstance(cause, OperationalError | InterfaceError):
            return _why(cause.__cause__)
        # PostgreSQL counts these with the invalid states of a transaction, not with what may pass.
        if isinstance(cause, InternalError) and isinstance(cause.__cause__, tuple(_BY_ERROR)):
            return _why(cause.__cause__)
    return None


def _why(cause: BaseException | None) -> Why:
    if isinstance(cause, PoolTimeout):
        return Why.BUSY if _answers() else Why.AWAY
    return next((why for kind, why in _BY_ERROR.items() if isinstance(cause, kind)), Why.AWAY)


def _answers() -> bool:
    """Whether the server takes connections. A pool that has none to give says the same of a
    database that is away and of one where all are in use."""
    server = connection.get_connection_params()
    address = {name: server[name] for name in ("host", "port") if name in server}
    info = make_conninfo(**address, connect_timeout=PING)
    return PGconn.ping(info.encode()) == Ping.OK


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _not_now(request: HttpRequest, why: Why) -> HttpResponse:
    metrics.UNAVAILABLE.labels(why).inc()
    if request.headers.get("Accept", "").startswith("application/json"):
        response: HttpResponse = JsonResponse({"unavailable": why}, status=503)
    else:
        page = render_to_string("503.html", _page(request, why))
        response = HttpResponse(page, status=503)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, why: Why) -> dict[str, object]:
    # Not asked for here: a body that nobody has read by now will not be.
    read = hasattr(request, "_post")
    fields = [
        (name, value)
        for name, values in (request.POST.lists() if read else [])
        for value in values
        if _SECRET not in name
    ]
    return {
        "why": why,
        "fields": fields,
        "files": [file.name for file in request.FILES.values()] if read else [],
        "path": request.get_full_path(),
        "sent": request.method == "POST",
    }


class GiveBackMiddleware:
    """Gives the database connection back before the answer is sent, not after.

    Otherwise a browser that reads slowly holds one for as long as it likes.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.streaming:
            for connection in connections.all(initialized_only=True):
                if not connection.in_atomic_block:  # as in a test that undoes all it did
                    connection.close()
        return response
