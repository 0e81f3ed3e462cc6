from celery import shared_task

from comms.actions import anchor_posts, outbox
from comms.delivery import fan_out
from comms.status import rendering
from kernel import clock


@shared_task(name="comms.render_status")
def render_status() -> None:
    rendering.keep_current(clock.now())


@shared_task(name="comms.deliver")
def deliver() -> None:
    now = clock.now()
    fan_out.fill(now)
    outbox.deliver(now)


@shared_task(name=anchor_posts.TASK)
def post_anchors() -> None:
    anchor_posts.send_waiting(clock.now())
