"""The enums of how an incident ends."""

from django.db.models import TextChoices


class End(TextChoices):
    """How a watch ended: nothing happened for 24 h, its trigger fired, or it was opened again."""

    HELD = "held", "Held for 24 hours"
    FIRED = "fired", "The rollback trigger fired"
    REOPENED = "reopened", "Reopened"


class Ending(TextChoices):
    """What an incident ends by: a mitigation of ours, or nobody's doing."""

    MITIGATED = "mitigated", "We mitigated it"
    UNMITIGATED = "alone", "Recovered without mitigation"


CHECK_IN_HOURS = (1, 6, 12, 23)
"""Hours after closing at which the watch owner is asked (product, 9)."""


class BacklogState(TextChoices):
    """How far a piece of hardening work is. The first two are open."""

    OPEN = "open", "Open"
    STARTED = "started", "Started"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped"


OPEN_STATES = (BacklogState.OPEN, BacklogState.STARTED)

TRACKER = r"^https?://[A-Za-z0-9_.-]+(:[0-9]{1,5})?([/?#]\S*)?$"
"""A link to a tracker: nobody's name or password in it."""


class Look(TextChoices):
    """How one looks back at a closing (product, 9)."""

    REVIEW = "review", "Review"
    RETRO = "retro", "Retro"


class Question(TextChoices):
    """What is asked: the playbook's "30-minute post-closure review", then its "retro minimum"."""

    IGNORED = "ignored", "Which signal was seen first, but ignored?"
    LONGEST = "longest", "Which decision checkpoint took longest?"
    AMBIGUOUS = "ambiguous", "Where did ownership become ambiguous?"
    GUARDRAIL = "guardrail", "Which one guardrail would have reduced resolution time most?"
    METRIC = "metric", "Which one metric should be added or redefined?"
    TRIGGER = "trigger", "Trigger and detection gap"
    SLOWED = "slowed", "What slowed mitigation"
    FASTER = "faster", "What made recovery faster"
    PROPOSAL = "proposal", "Guardrail change proposal"


QUESTIONS: dict[str, tuple[Question, ...]] = {
    Look.REVIEW: tuple(Question)[:5],
    Look.RETRO: tuple(Question)[5:],
}


class Follows(TextChoices):
    """What follows from an answer of the review."""

    ITEM = "item", "Make a backlog item"
    NONE = "none", "Say why not"


class PackageState(TextChoices):
    """A package waits for a worker, was made and sealed, or could not be made."""

    WAITING = "waiting", "Being made"
    MADE = "made", "Made"
    FAILED = "failed", "Could not be made"


class Verdict(TextChoices):
    ACCEPTED = "accepted", "Accepted"
    SENT_BACK = "sent_back", "Sent back"


SECTIONS = {
    "note": "Leadership note",
    "picture": "The incident in one picture",
    "times": "Key times and decisions",
    "changes": "Mitigation diff summary",
    "bundle": "Verification command bundle",
    "risks": "Residual risks",
    "backlog": "Hardening backlog",
}
"""The sections of a body by key, in their order; a remark is tied to one."""
