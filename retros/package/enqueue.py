"""Ask a worker to build a package now; the tick asks again for packages that still wait."""

from kernel.enqueue import ask


def make_package(package: int) -> None:
    ask("retros.make_package", package)
