"""The Celery app. Its one beat is in the settings: the tick."""

from celery import Celery

app = Celery("warroom")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["warroom"], related_name="tick")
