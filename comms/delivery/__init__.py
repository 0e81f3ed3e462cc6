"""The ways out of the house, a file each. Each is told what to call right before its last byte."""

from collections.abc import Callable

type Handed = Callable[[], None]


class Refused(Exception):
    """The other side said no for good: trying again would change nothing."""


class Away(Exception):
    """The server that carries a whole channel does not answer: nothing on it can be tried now."""

    def __init__(self, why: Exception) -> None:
        super().__init__(str(why))
        self.why = why
