"""Asking a worker to do at once what the tick would do within a second."""

import logging
import threading

logger = logging.getLogger(__name__)


def render_status() -> None:
    _ask("comms.render_status")


def deliver() -> None:
    _ask("comms.deliver")


def _ask(name: str) -> None:
    """In a thread of its own: a broker that is down must not keep the writer waiting."""
    threading.Thread(target=_send, args=(name,), name="ask-worker", daemon=True).start()


def _send(name: str) -> None:
    from celery import current_app

    try:
        current_app.send_task(name, retry=False, expires=60)
    except Exception as error:  # noqa: BLE001  (the tick looks anyway)
        logger.warning("No worker could be asked for %s: %s", name, error)
