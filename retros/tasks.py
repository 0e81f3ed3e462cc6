from celery import shared_task

from kernel import clock
from retros.package import worker


@shared_task(name="retros.make_package")
def make_package(package: int) -> None:
    worker.make(package, clock.now())
