"""Ask a worker to do now what the tick would do within a second."""

import logging
import threading

logger = logging.getLogger(__name__)

EXPIRES_SECONDS = 3600
"""After this time without a worker a request is thrown away; the tick asks again for what waits.

A worker reads it by its own clock: with a minute, one whose clock was a minute ahead did nothing.
"""


def ask(name: str, *args: object) -> None:
    """Sends from a thread of its own, so that a broker that is down does not block the caller."""
    threading.Thread(target=_send, args=(name, args), name="ask-worker", daemon=True).start()


def _send(name: str, args: tuple[object, ...]) -> None:
    from celery import current_app

    try:
        current_app.send_task(name, args, retry=False, expires=EXPIRES_SECONDS)
    except Exception as error:  # noqa: BLE001  (the tick looks anyway)
        logger.warning("No worker could be asked for %s: %s", name, error)
