from celery import shared_task

from comms.status import rendering
from warroom.kernel import clock


@shared_task(name="comms.render_status", expires=60)
def render_status() -> None:
    rendering.keep_current(clock.now())
