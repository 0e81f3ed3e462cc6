"""Anchors of the record: each hour, and right after each closing."""

from typing import Any

from celery import shared_task
from django.db import transaction

from incidents.timeline import anchors
from kernel import clock
from kernel.db_timeouts import raised_db_timeouts
from kernel.enqueue import ask

TASK = "warroom.anchor"


@shared_task(name=TASK)
def keep_anchor() -> None:
    with raised_db_timeouts():
        anchors.keep(clock.now())


def ask_after_closing(**_: Any) -> None:
    """A receiver of ``incident_closed``."""
    transaction.on_commit(lambda: ask(TASK))
