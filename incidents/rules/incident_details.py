"""Details of an incident, of which its commander records most on the way.

``K-TITLE``: an incident has a title that can be read.
``K-CHANNEL``: the evidence channel is one named place.
``K-REVISION``: the last known-good revision is a commit, tag or version.
``K-REACH``: the reach of a full rollback comes with the change that decides it.
"""

from kernel.refusal import Violation
from kernel.text import says_nothing

Violations = tuple[Violation, ...]


def title_violations(title: str) -> Violations:
    if title.strip():
        return ()
    return (Violation("K-TITLE", "Say in one sentence what is wrong.", "title"),)


def channel_violations(channel: str) -> Violations:
    if not says_nothing(channel):
        return ()
    sentence = "Name the one place where checkpoint records are written."
    return (Violation("K-CHANNEL", sentence, "channel"),)


def revision_violations(revision: str) -> Violations:
    if not says_nothing(revision):
        return ()
    sentence = "Name a commit, tag or version that was good."
    return (Violation("K-REVISION", sentence, "revision"),)


def reach_violations(reason: str) -> Violations:
    if not says_nothing(reason):
        return ()
    sentence = "Say which migration or data change decides this."
    return (Violation("K-REACH", sentence, "reason"),)
