"""The Celery app. Its one beat is in the settings: the tick."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "warroom.settings")

app = Celery("warroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # for every thread of a web process too
app.autodiscover_tasks(["warroom"], related_name="tick")
app.autodiscover_tasks(["comms", "retros"])
app.autodiscover_tasks(["warroom"], related_name="standby")
