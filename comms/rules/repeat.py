"""The same words twice: from a second tab, or after *Back*.

``U-AGAIN``: what somebody published a moment ago is not published again in the same words.
"""

from datetime import timedelta

from kernel.refusal import Violation

REPEAT_WINDOW = timedelta(minutes=1)
"""Later the same words may be news: that nothing has changed."""


def repeat_violations(first: str, href: str) -> tuple[Violation, ...]:
    """``first`` is the reference of the message that says the same; empty if there is none."""
    if not first:
        return ()
    sentence = f"You published this a moment ago, as {first}: it is not sent twice."
    return (Violation("U-AGAIN", sentence, href=href),)
