"""Names of what is handed over: a lane by its kind, command by "", the watch by ``WATCH``."""

from incidents.vocabulary import LaneKind, RoleName

WATCH = "watch"
"""The 24 h watch after closing."""

WATCH_HOURS = 24
"""Hours after closing at which a watch ends: the commitment after its last check-in."""


def role_of(what: str) -> RoleName:
    """The role that passes with it."""
    if what == WATCH:
        return RoleName.WATCH_OWNER
    return RoleName.LANE_OWNER if what else RoleName.COMMANDER


def lane_of(what: str) -> str:
    """The lane that passes, if it is one."""
    return "" if what == WATCH else what


def what_of(role: str, lane: str) -> str:
    """What passes with a role."""
    return WATCH if role == RoleName.WATCH_OWNER else lane


def label_of(what: str) -> str:
    """Its name: "Mitigation", "Command", "the watch"."""
    if what == WATCH:
        return "the watch"
    return str(LaneKind(what).label) if what else "Command"


def owned(what: str) -> str:
    """The same within a sentence: "the lane Mitigation", "command", "the watch"."""
    if what == WATCH:
        return "the watch"
    return f"the lane {label_of(what)}" if what else "command"


def check_in_label(hour: int) -> str:
    """A check-in of the watch by its hour after closing."""
    return "the end of the watch" if hour >= WATCH_HOURS else f"the check-in after {hour} h"
