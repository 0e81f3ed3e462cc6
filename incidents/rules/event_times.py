"""When trouble began and when it was noticed (product, section 5).

``ET-NONE``: at least one of the two times is said.
``ET-SHOWN``: evidence of this incident shows each time.
``ET-ORDER``: both lie in the past, and nothing is noticed before it begins.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel.refusal import Violation

Violations = tuple[Violation, ...]

CLOCK_SLACK = timedelta(minutes=1)
"""A clock may be this much ahead of ours."""


@dataclass(frozen=True, slots=True)
class EventTime:
    """A time, and the reference of the evidence that shows it (``E-3``)."""

    at: datetime
    evidence: str


@dataclass(frozen=True, slots=True)
class EventTimes:
    began: EventTime | None = None
    detected: EventTime | None = None

    @property
    def gap(self) -> timedelta | None:
        """The detection gap; None where one of the two is not known."""
        if self.began is None or self.detected is None:
            return None
        return self.detected.at - self.began.at


def violations(times: EventTimes, known: frozenset[str], now: datetime) -> Violations:
    """``known`` are the references of the cited evidence that is of this incident."""
    named = {"began": times.began, "detected": times.detected}
    if not any(named.values()):
        return (Violation("ET-NONE", "Say when it began, or when it was noticed.", "began_at"),)
    problems = []
    for name, time in named.items():
        if time is None:
            continue
        if time.evidence not in known:
            sentence = "Cite the evidence that shows this time."
            problems.append(Violation("ET-SHOWN", sentence, f"{name}_evidence"))
        if time.at > now + CLOCK_SLACK:
            problems.append(Violation("ET-ORDER", "That is still ahead.", f"{name}_at"))
    if times.gap is not None and times.gap < timedelta():
        sentence = "It cannot have been noticed before it began."
        problems.append(Violation("ET-ORDER", sentence, "detected_at"))
    return tuple(problems)
