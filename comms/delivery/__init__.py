"""The delivery channels, one file each. Each calls ``on_handover`` right before its last byte."""

from collections.abc import Callable

type OnHandover = Callable[[], None]


class Refused(Exception):
    """The other side refused for good: trying again would change nothing."""


class Away(Exception):
    """The server of a whole channel does not answer: nothing on it can be tried now."""

    def __init__(self, why: Exception) -> None:
        super().__init__(str(why))
        self.why = why
