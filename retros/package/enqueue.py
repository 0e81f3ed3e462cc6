"""Asking a worker to make a package at once; the tick asks again for whatever waits."""

from comms.delivery.enqueue import ask


def make_package(package: int) -> None:
    ask("retros.make_package", package)
