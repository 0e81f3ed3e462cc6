"""May a person send a test of their own notices?

``N-NOWHERE``: at least one way for notices is switched on.
``N-SOON``: the last test was sent at least 30 seconds ago.
"""

from datetime import timedelta

from kernel.refusal import Violation

TEST_INTERVAL = timedelta(seconds=30)


def channel_violations(channels: int) -> tuple[Violation, ...]:
    if channels:
        return ()
    return (Violation("N-NOWHERE", "Nothing is switched on: there is no way to test."),)


def interval_violations(*, sent_lately: bool) -> tuple[Violation, ...]:
    if not sent_lately:
        return ()
    return (Violation("N-SOON", "You have just sent one. Wait half a minute."),)
