"""How a process holds its connections to PostgreSQL, and how long each may be kept waiting."""

from typing import Any

CONNECT = 5
"""Seconds for a new connection."""

_KEEPALIVES = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
"""A server that vanished without a word is noticed within half a minute. Without effect on a Unix
socket."""


def pooled(
    database: dict[str, Any],
    *,
    size: int,
    timeout: int,
    statement: int,
    lock: int,
    idle: int,
) -> dict[str, Any]:
    """The database, with a pool of the process and its limits; all but ``size`` in seconds.

    Under ASGI each request has a thread of its own, so connections are kept by the process and not
    by the thread.
    """
    url_options = database.get("OPTIONS", {})
    limits = {
        "statement_timeout": statement,
        "lock_timeout": lock,
        "idle_in_transaction_session_timeout": idle,
    }
    server_options = [
        url_options.get("options", ""),
        *(f"-c {name}={most}s" for name, most in limits.items()),
    ]
    options = {"connect_timeout": CONNECT, **_KEEPALIVES, **url_options}
    options["options"] = " ".join(word for word in server_options if word)
    # One who tries longer waits ever longer between two tries, and so finds a database that is back
    # up to a minute late; who gave up tries at once for the next request.
    pool_timeouts = {"timeout": timeout, "reconnect_timeout": CONNECT}
    options["pool"] = {"min_size": 1, "max_size": size, **pool_timeouts}
    return {**database, "OPTIONS": options}
