from celery import shared_task

from retros import making
from warroom.kernel import clock


@shared_task(name="retros.make_package")
def make_package(package: int) -> None:
    making.make(package, clock.now())
