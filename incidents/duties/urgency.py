"""How urgent each duty is, most urgent first."""

from enum import IntEnum


class Urgency(IntEnum):
    """Two duties with the same number are equally urgent: then what is due earlier comes first."""

    DECIDE_OVERDUE = 0
    TAKE_COMMAND = 1
    RESOLVE_CONTRADICTION = 2
    DECIDE_AGAIN = 3
    PUBLISH_LATE_UPDATE = 3
    ANSWER_HANDOFF = 4
    SIGN = 5
    VERIFY = 6
    EXECUTE = 7
    CHECK_IN = 8
    ANSWER_RECOMMENDATION = 9
    CAPTURE_FIRST_EVIDENCE = 10
    HELP_WITH_FIRST_EVIDENCE = 15
    FREEZE = 20
    NAME_OWNERS = 30
    SCHEDULE_CHECKPOINT = 40
    PUBLISH_UPDATE = 45
    DECIDE = 50
    STAND_IN = 55
    PREPARE_VERIFICATION = 60
    EXPLAIN_LATE_UPDATE = 60
    WRITE_REVIEW = 70
    REVIEW_PACKAGE = 75
    HARDEN = 80

    @property
    def is_never_deferred(self) -> bool:
        """The whole room waits for it: it stays before duties that are overdue."""
        return self < Urgency.SIGN
