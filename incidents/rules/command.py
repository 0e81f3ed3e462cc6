"""Who may take command, and from when: nobody's absence stops an incident.

``R-TAKE``: the deputy takes command after a missed checkpoint, or when the commander is away or
cannot act; another participant when the deputy does not answer either; an admin always.
``R-COMMAND``: the room waits for a commander who does not answer.
``R-CAUSE``: anybody but the deputy says why.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.checkpoint import Fault
from incidents.rules.wording import duration
from kernel.refusal import Violation
from kernel.text import says_nothing

Violations = tuple[Violation, ...]

COMMAND_WAITS = "R-COMMAND"
"""The fault of a room that waits for a commander."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Whether the commander answers.

    ``commander`` is "" when there is none, ``deputy`` when there is none who can act. ``seen_at``
    is when the commander was in the room last; ``missed_at`` is when the oldest open checkpoint
    was missed.
    """

    commander: str
    can_act: bool
    seen_at: datetime
    missed_at: datetime | None
    deputy: str
    away_after: timedelta
    deputy_answers_within: timedelta

    @property
    def since(self) -> datetime:
        """From when on command may be taken by the deputy; it can lie ahead."""
        if not self.commander or not self.can_act:
            return datetime.min.replace(tzinfo=self.seen_at.tzinfo)
        away = self.seen_at + self.away_after
        return min(away, self.missed_at) if self.missed_at else away

    @property
    def open_to_all_since(self) -> datetime:
        """From when on any participant may take it; at once where no deputy can answer."""
        unanswered = self.commander and self.can_act and self.deputy
        return self.since + self.deputy_answers_within if unanswered else self.since

    def sentence(self, now: datetime) -> str:
        """Why command may be taken: "Jonas Weber has not been in the room for 12 minutes"."""
        if not self.commander:
            return "Nobody is commander"
        if not self.can_act:
            return f"{self.commander} can no longer act"
        if self.missed_at is not None and self.missed_at <= now:
            return f"{self.commander} has not decided a checkpoint that was missed"
        return f"{self.commander} has not been in the room for {duration(now - self.seen_at)}"


@dataclass(frozen=True, slots=True)
class Taker:
    """Who wants to take command."""

    is_commander: bool = False
    is_deputy: bool = False
    is_admin: bool = False
    participates: bool = False


def take_violations(absence: Absence, taker: Taker, reason: str, now: datetime) -> Violations:
    """May this person take command now? The first problem with who and when, and the reason's."""
    if taker.is_commander:
        return (Violation("R-TAKE", "You are commander already."),)
    problems = _when(absence, taker, now)
    if not taker.is_deputy and says_nothing(reason):
        problems += (Violation("R-CAUSE", "Say why you take command.", "reason"),)
    return problems


def may_take(absence: Absence, taker: Taker, now: datetime) -> bool:
    """Whether command is this person's to take now, once they say why."""
    return not taker.is_commander and not _when(absence, taker, now)


def take_command_intro(absence: Absence, taker: Taker, now: datetime) -> str:
    """What the page says above the form: who may take command now, or from when."""
    if problems := _when(absence, taker, now):
        return problems[0].sentence
    if absence.since > now:
        return f"{absence.commander} is in command. As an admin you can take it at any time."
    return f"{absence.sentence(now)}. Command comes back to them by a handoff."


def faults(absence: Absence, now: datetime, href: str) -> tuple[Fault, ...]:
    """That command may be taken, while the room waits for the commander.

    Being away is no fault by itself: it is one once a checkpoint is missed or they cannot act.
    """
    waits = absence.missed_at is not None and absence.missed_at <= now
    if absence.commander and absence.can_act and not waits:
        return ()
    wait = absence.open_to_all_since - now
    who = "Whoever takes part can take command now."
    if absence.deputy:
        later = f" in {duration(wait)}" if wait > timedelta(0) else " too"
        who = f"{absence.deputy}, deputy, can take command now; others who take part can{later}."
    return (Fault(COMMAND_WAITS, "Command can be taken", f"{absence.sentence(now)}. {who}", href),)


def why_taken(absence: Absence, taker: Taker, now: datetime) -> str:
    """Why command could be taken, for the record; an admin needs no absence."""
    if absence.since <= now:
        return absence.sentence(now)
    return f"Taken from {absence.commander} by an admin"


def _when(absence: Absence, taker: Taker, now: datetime) -> Violations:
    if taker.is_admin:
        return ()
    if not taker.is_deputy and not taker.participates:
        return (Violation("R-TAKE", "Join the incident first: who takes part can take command."),)
    opens = absence.since if taker.is_deputy else absence.open_to_all_since
    if now >= opens:
        return ()
    wait = duration(opens - now)
    if taker.is_deputy:
        sentence = (
            f"{absence.commander} is in command and was in the room lately. You can take command in"
            f" {wait}, or at once when a checkpoint is missed."
        )
    elif absence.since <= now:
        sentence = f"{absence.deputy} is deputy and can take command. You can in {wait}."
    else:
        sentence = (
            f"{absence.commander} is in command and was in the room lately. You can take command in"
            f" {wait}, if neither they nor the deputy answer."
        )
    return (Violation("R-TAKE", sentence),)
