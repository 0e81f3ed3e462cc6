"""What a worker is asked for: a package now (the tick asks again for those that still wait), and an
anchor once it is sealed."""

from kernel.enqueue import ask


def make_package(package: int) -> None:
    ask("retros.make_package", package)


def keep_anchor() -> None:
    """So that the closing and its package are anchored before the hour is over."""
    ask("warroom.anchor")
