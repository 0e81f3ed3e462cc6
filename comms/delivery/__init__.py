"""The delivery channels, one file each. Each calls ``on_handover`` right before its last byte."""

from collections.abc import Callable

type OnHandover = Callable[[], None]


class Refused(Exception):
    """The other side refused for good: trying again would change nothing."""


class Gone(Refused):
    """The address answers that it is gone (410): whoever subscribed it wants nothing more."""

    def __init__(self) -> None:
        super().__init__("The address is gone (410): it gets nothing more.")


class Away(Exception):
    """The server of a whole channel does not answer: nothing on it can be tried now."""

    def __init__(self, why: Exception) -> None:
        super().__init__(str(why))
        self.why = why
