"""The Celery app. Its one beat is in the settings: the tick."""

import os
from typing import Any

from celery import Celery, signals
from django.core.exceptions import ImproperlyConfigured

from warroom.schedule import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "warroom.settings")

broker.install()
app = Celery("warroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # for every thread of a web process too
app.autodiscover_tasks(["warroom.schedule"], related_name="tick")
app.autodiscover_tasks(["warroom.schedule"], related_name="anchoring")
app.autodiscover_tasks(["comms", "retros"])
app.autodiscover_tasks(["warroom.schedule"], related_name="fallback")


@signals.setup_logging.connect
def _log_as_everybody(**_: Any) -> None:
    """Workers and beat write the log that the settings describe, and not Celery's own."""
    from django.conf import settings

    from warroom.settings.logging import configure

    configure(settings.LOGGING)


@signals.worker_init.connect
@signals.beat_init.connect
def _check_settings(**_: Any) -> None:
    from warroom.server.checks import refuse_wrong_settings

    try:
        refuse_wrong_settings()
    except ImproperlyConfigured as error:
        # Of a receiver Celery only logs what is an Exception, and goes on.
        raise SystemExit(str(error)) from error


@signals.task_prerun.connect
def _begun(task_id: str, task: Any, **_: Any) -> None:
    from warroom.operations.context import Task, now_running

    now_running.set(Task(task_id, task.name))


@signals.task_postrun.connect
def _ended(**_: Any) -> None:
    from warroom.operations.context import now_running

    now_running.set(None)
