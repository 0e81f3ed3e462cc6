"""May this stakeholder update go out? Playbook, "Stakeholder update".

Status, customer impact and current mitigation in plain language, the top one or two unknowns, and
the time of the next. Readers act on it, so it may not claim more than the record holds.

``U-AUDIENCE``: the audience fits the incident: participants for a restricted one, no public drill.
``U-STATUS``: the progress is chosen.
``U-RECOVERED``: recovered needs that each executed mitigation is verified, or two runs without one.
``U-HEADLINE``: a headline says what readers notice.
``U-MITIGATION``: the current mitigation is said.
``U-UNKNOWNS``: one or two unknowns are named, or it is said why there are none.
``U-SURFACES``: each impacted surface has a state, and all work once it is recovered.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from comms.rules.message.common import (
    Cadence,
    Correction,
    Violations,
    check_correction,
    check_impact,
    check_promise,
    required_text,
)
from comms.rules.message.plain import plain
from comms.vocabulary import Audience, Progress, SurfaceState
from incidents.rules.recovery import MIN_APART
from incidents.rules.wording import duration, listed, quoted
from kernel.refusal import Violation
from kernel.text import has_content, same_reason, says_nothing

MAX_UNKNOWNS = 2


@dataclass(frozen=True, slots=True)
class Change:
    """A mitigation that was executed: ``D-1``, when it was done, whether a run verified it.

    One that ``ended`` failed or was superseded: a later one that is verified stands for it.
    """

    reference: str
    done_at: datetime
    verified: bool
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Update:
    """An update to publish. ``unknowns`` as typed, without the empty ones; ``surfaces`` maps the
    keys of surfaces to the states that readers are told."""

    audience: str
    progress: str
    headline: str
    impact: str
    mitigation: str
    unknowns: tuple[str, ...] = ()
    no_unknowns: str = ""
    next_at: datetime | None = None
    surfaces: Mapping[int, str] = field(default_factory=dict)
    correction: Correction = field(default_factory=Correction)
    no_names: bool = False

    @property
    def texts(self) -> dict[str, str]:
        """What readers will read, by field."""
        texts = {"headline": self.headline, "impact": self.impact, "mitigation": self.mitigation}
        texts |= {f"unknown_{n}": unknown for n, unknown in enumerate(self.unknowns, start=1)}
        return texts | {
            "no_unknowns": self.no_unknowns,
            "correction": self.correction.explanation,
        }


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts of the incident. ``impacted`` maps the keys of the impacted surfaces to their
    names, ``people`` are the names of the participants, ``colleagues`` those of others that stand
    in the texts. ``is_steady``: two runs show that it is well without mitigation."""

    cadence: Cadence
    restricted: bool = False
    is_drill: bool = False
    impacted: Mapping[int, str] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    is_steady: bool = False
    people: tuple[str, ...] = ()
    colleagues: tuple[str, ...] = ()


def violations(update: Update, situation: Situation) -> Violations:
    """Every reason why this cannot be published, in the order of the form."""
    return tuple(violation for rule in _RULES for violation in rule(update, situation))


def _audience(update: Update, situation: Situation) -> Violations:
    if update.audience not in Audience.values:
        sentence = "Choose who reads it."
    elif situation.restricted and update.audience != Audience.PARTICIPANTS:
        sentence = "This incident is restricted: only its participants may read of it."
    elif situation.restricted:
        return ()
    elif situation.is_drill and update.audience == Audience.PUBLIC:
        sentence = "A drill is never public: choose signed-in stakeholders."
    elif update.audience == Audience.PARTICIPANTS:
        sentence = "This incident is open to all who respond: choose everybody or stakeholders."
    else:
        return ()
    return (Violation("U-AUDIENCE", sentence, "audience"),)


def _status(update: Update, situation: Situation) -> Violations:
    if update.progress not in Progress.values:
        return (Violation("U-STATUS", "Choose how far it is.", "progress"),)
    return ()


def _recovered(update: Update, situation: Situation) -> Violations:
    if update.progress != Progress.RECOVERED:
        return ()
    if not situation.changes and situation.is_steady:
        return ()
    if not situation.changes:
        sentence = (
            "Nothing was executed yet: recovered needs a mitigation that is verified, or two"
            f" verification runs {duration(MIN_APART)} apart that succeeded."
        )
    elif open_changes := unverified(situation.changes):
        names = listed(change.reference for change in open_changes)
        was = "was executed and is" if len(open_changes) == 1 else "were executed and are"
        runs = "its run" if len(open_changes) == 1 else "their runs"
        sentence = f"{names} {was} not verified: recovered needs {runs}."
    else:
        return ()
    return (Violation("U-RECOVERED", sentence, "progress"),)


def unverified(changes: Collection[Change]) -> tuple[Change, ...]:
    """Those that neither a run of their own nor a later verified mitigation shows to work."""
    verified_at = [change.done_at for change in changes if change.verified]
    return tuple(
        change
        for change in changes
        if not change.verified
        and not (change.ended and any(later > change.done_at for later in verified_at))
    )


def _headline(update: Update, situation: Situation) -> Violations:
    missing = "Say in a few plain words what readers notice, like “Some people cannot sign in”."
    return required_text("U-HEADLINE", "headline", update.headline, missing)


def _impact(update: Update, situation: Situation) -> Violations:
    missing = "Say in plain words what people notice, how many, and what still works."
    return check_impact(update.impact, missing)


def _mitigation(update: Update, situation: Situation) -> Violations:
    missing = "Say in plain words what you are doing about it."
    return required_text("U-MITIGATION", "mitigation", update.mitigation, missing)


def _unknowns(update: Update, situation: Situation) -> Violations:
    if not update.unknowns:
        missing = "Name one or two unknowns, or say why none are known."
        return required_text("U-UNKNOWNS", "no_unknowns", update.no_unknowns, missing)
    problems = []
    for number, unknown in enumerate(update.unknowns, start=1):
        if says_nothing(unknown):
            sentence = f"{quoted(unknown)} is not an unknown: leave it empty and say why none are."
            problems.append(Violation("U-UNKNOWNS", sentence, f"unknown_{number}"))
    if len(update.unknowns) > MAX_UNKNOWNS:
        sentence = f"Readers hold two unknowns in mind: choose two of these {len(update.unknowns)}."
        problems.append(Violation("U-UNKNOWNS", sentence, "unknown_1"))
    elif len(update.unknowns) == MAX_UNKNOWNS and same_reason(*update.unknowns):
        sentence = "Both unknowns say the same."
        problems.append(Violation("U-UNKNOWNS", sentence, "unknown_2"))
    if has_content(update.no_unknowns):
        sentence = "Unknowns are named: leave out why there are none."
        problems.append(Violation("U-UNKNOWNS", sentence, "no_unknowns"))
    return tuple(problems)


def _next(update: Update, situation: Situation) -> Violations:
    return check_promise(
        update.next_at, situation.cadence, needed=update.progress != Progress.RECOVERED
    )


def _surfaces(update: Update, situation: Situation) -> Violations:
    problems = []
    for key, name in situation.impacted.items():
        state = update.surfaces.get(key, "")
        if state not in SurfaceState.values:
            sentence = f"Say how {name} is doing."
        elif update.progress == Progress.RECOVERED and state != SurfaceState.OPERATIONAL:
            sentence = f"Recovered means that {name} is working."
        else:
            continue
        problems.append(Violation("U-SURFACES", sentence, f"surface_{key}"))
    if others := [key for key in update.surfaces if key not in situation.impacted]:
        sentence = f"{len(others)} of these surfaces {'is' if len(others) == 1 else 'are'} not"
        problems.append(Violation("U-SURFACES", f"{sentence} impacted by this incident."))
    return tuple(problems)


def _plain(update: Update, situation: Situation) -> Violations:
    return plain(update.texts, situation.people, situation.colleagues, no_names=update.no_names)


def _corrects(update: Update, situation: Situation) -> Violations:
    return check_correction(update.correction)


_RULES: tuple[Callable[[Update, Situation], Violations], ...] = (
    _audience,
    _status,
    _recovered,
    _headline,
    _impact,
    _mitigation,
    _unknowns,
    _next,
    _surfaces,
    _plain,
    _corrects,
)
