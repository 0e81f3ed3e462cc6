"""May this incident be closed? Playbook, "Closure acceptance criteria (hard gate)".

Every condition is judged, met or not, so that a commander sees from the start what closing will
need. Nothing here can be skipped: there is no field by which a caller could.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from comms.vocabulary import Progress
from incidents.rules.wording import counted, duration, listed, quoted
from incidents.vocabulary import Confidence, ExecutionState, Severity
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

FRESH = timedelta(minutes=30)
"""A verification run this old proves nothing about now."""

WATCH = timedelta(hours=24)

_ESCALATED = {Severity.SEV1, Severity.SEV2}


@dataclass(frozen=True, slots=True)
class Mitigation:
    """A decision to mitigate, as far as it went: ``done_at`` when it was executed."""

    reference: str
    state: str
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """The newest verification run, E-``number``."""

    number: int
    captured_at: datetime
    started_at: datetime | None = None
    succeeded: bool = True
    has_content: bool = True

    @property
    def reference(self) -> str:
        return f"E-{self.number}"

    @property
    def began_at(self) -> datetime:
        return min(self.started_at or self.captured_at, self.captured_at)


@dataclass(frozen=True, slots=True)
class Owned:
    """A risk, or a backlog item: ``owner`` is empty where nobody who can act answers for it."""

    reference: str
    text: str
    owner: str = ""
    has_due: bool = True
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Said:
    """A stakeholder update. ``reaches`` are the audiences that read it."""

    reference: str
    at: datetime
    progress: str
    audience: str
    reaches: frozenset[str]


@dataclass(frozen=True, slots=True)
class Statement:
    """The closing statement: the leadership note's fields, and the watch."""

    happened: str = ""
    path: str = ""
    uncertain: str = ""
    need: str = ""
    confidence: str = ""
    trigger: str = ""
    watch_owner: str = ""
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Loose:
    """Something left open: what it is called, and the page that ends it (``Mend.to``)."""

    words: str
    label: str
    to: str
    arg: int | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """An incident as the gate sees it. ``frozen`` are surfaces whose freeze is neither lifted nor
    kept on purpose; ``stale`` is the sentence of the anti-pattern, if it holds. ``reopened_at`` is
    when it was last opened again: a run, a statement or a recovery from before then is none."""

    now: datetime
    severity: str
    commander: str = ""
    decisions: tuple[str, ...] = ()
    decided_at: datetime | None = None
    mitigations: tuple[Mitigation, ...] = ()
    run: Run | None = None
    reopened_at: datetime | None = None
    statement: Statement = field(default_factory=Statement)
    risks: tuple[Owned, ...] = ()
    backlog: tuple[Owned, ...] = ()
    escalations: int = 0
    updates: tuple[Said, ...] = ()
    unexplained: tuple[Loose, ...] = ()
    loose: tuple[Loose, ...] = ()
    frozen: tuple[str, ...] = ()
    stale: str = ""


@dataclass(frozen=True, slots=True)
class Mend:
    """A link that mends: ``to`` names a page of the incident, ``arg`` which one."""

    label: str
    to: str
    arg: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: ``says`` what is there when it is met, else what is missing."""

    code: str
    title: str
    met: bool
    says: tuple[str, ...]
    mends: tuple[Mend, ...] = ()
    is_main: bool = True

    @property
    def sentence(self) -> str:
        return " ".join(self.says)


def judge(at: Ending) -> tuple[Condition, ...]:
    """Every condition: the playbook's five, then the further ones of the product."""
    return tuple(rule(at) for rule in _RULES)


def violations(conditions: Iterable[Condition]) -> tuple[Violation, ...]:
    """The unmet ones, as a refusal shows them."""
    return tuple(
        Violation(one.code, f"{one.title}: {one.sentence}") for one in conditions if not one.met
    )


def _condition(
    code: str,
    title: str,
    missing: Iterable[str],
    there: str,
    mends: Iterable[Mend] = (),
    *,
    is_main: bool = True,
) -> Condition:
    missing = tuple(missing)
    if missing:
        return Condition(code, title, False, missing, tuple(mends), is_main)
    return Condition(code, title, True, (there,), (), is_main)


def _verified(at: Ending) -> Condition:
    missing, mends = [], []
    for one in at.mitigations:
        if one.done_at and not _is_proved(one, at.mitigations):
            failed = one.state == ExecutionState.FAILED
            words = "was executed, and its verification failed" if failed else "is not verified"
            missing.append(f"{one.reference} {words}.")
            mends.append(Mend(f"To {one.reference}", "decision", int(one.reference[2:])))
    missing += _fresh(at)
    mends.append(Mend("Capture a verification run", "capture-run"))
    there = f"{at.run.reference} succeeded after the last change." if at.run else ""
    title = "Every executed mitigation is verified, freshly"
    return _condition("C-VERIFIED", title, missing, there, mends)


def _is_proved(one: Mitigation, all_of_them: tuple[Mitigation, ...]) -> bool:
    """Verified itself, or followed by another that was: what failed is mended by the next."""
    if one.state == ExecutionState.VERIFIED:
        return True
    if one.state == ExecutionState.DONE or one.done_at is None:
        return False
    return any(
        later.state == ExecutionState.VERIFIED and later.done_at and later.done_at > one.done_at
        for later in all_of_them
    )


def _fresh(at: Ending) -> list[str]:
    """What speaks against the newest run: it is the one that counts."""
    if at.run is None:
        return ["No verification run was captured."]
    found, name = [], at.run.reference
    if not at.run.has_content:
        found.append(f"{name} is empty.")
    if not at.run.succeeded:
        found.append(f"The newest verification run, {name}, failed.")
    changed = max((one.done_at for one in at.mitigations if one.done_at), default=None)
    if changed and (at.run.captured_at <= changed or at.run.began_at < changed):
        found.append(f"{name} was run before the last change was done.")
    if at.reopened_at and at.run.began_at <= at.reopened_at:
        found.append(f"{name} was run before the incident was opened again.")
    age = at.now - at.run.captured_at
    if age >= FRESH:
        words = f"{name} is {duration(age)} old: it must be less than {duration(FRESH)} old."
        found.append(words)
    return found


def _watch(at: Ending) -> Condition:
    said, missing, mends = at.statement, [], []
    if says_nothing(said.trigger):
        missing.append("No rollback trigger is written.")
        mends.append(Mend("Write the trigger", "closing-trigger"))
    if not said.watch_owner:
        missing.append("Nobody who can act is named as watch owner.")
        mends.append(Mend("Name the watch owner", "closing-owner"))
    there = f"{said.watch_owner} watches for: {said.trigger}"
    title = "The 24 h watch has a rollback trigger and an owner"
    return _condition("C-WATCH", title, missing, there, mends)


def _risks(at: Ending) -> Condition:
    missing = [] if at.risks else ["No residual risk is on record."]
    for one in at.risks:
        if says_nothing(one.text):
            missing.append(f"{one.reference} says only {quoted(one.text)}.")
        if one.is_open and not one.owner:
            missing.append(f"{one.reference} has no owner who can act.")
    there = listed(f"{one.reference} {one.owner or '(retired)'}" for one in at.risks) + "."
    title = "Residual risks are explicit, each with an owner"
    return _condition("C-RISKS", title, missing, there, [Mend("Residual risks", "risks")])


def _backlog(at: Ending) -> Condition:
    missing = [] if at.backlog else ["No hardening item is on record."]
    for one in at.backlog:
        lacks = [] if one.owner or not one.is_open else ["owner"]
        lacks += [] if one.has_due or not one.is_open else ["due date"]
        if lacks:
            name = f"{one.reference} {quoted(one.text)}"
            missing.append(f"{name} has no {listed(lacks, 'and no')}.")
    there = f"{counted(len(at.backlog), 'item')}, each with an owner and a due date."
    title = "Hardening backlog: every item has an owner and a due date"
    return _condition("C-BACKLOG", title, missing, there, [Mend("Hardening backlog", "backlog")])


def _comms(at: Ending) -> Condition:
    missing, mends = [], []
    if at.severity in _ESCALATED and not at.escalations:
        label = Severity(at.severity).label
        missing.append(f"{label} needs an internal escalation, and none was sent.")
        mends.append(Mend("Escalate", "escalation-write"))
    told = _told(at)
    missing += told
    if told:
        mends.append(Mend("Write the update", "update-write"))
    missing += [one.words for one in at.unexplained]
    mends += [Mend(one.label, one.to, one.arg) for one in at.unexplained]
    there = f"{counted(len(at.updates), 'update')}, the last says recovered."
    title = "Communications timeline is complete"
    return _condition("C-COMMS", title, missing, there, mends)


def _told(at: Ending) -> list[str]:
    if not at.updates:
        return ["No stakeholder update was published."]
    last = max(one.at for one in at.updates)
    silent = [one.reference for one in at.mitigations if one.done_at and one.done_at > last]
    found = [f"No update follows the execution of {listed(silent)}."] if silent else []
    for audience in sorted({one.audience for one in at.updates}):
        heard = [one for one in at.updates if audience in one.reaches]
        newest = max(heard, key=lambda one: one.at)
        if newest.progress != Progress.RECOVERED:
            found.append(f"{newest.reference}, the last that its readers heard, is no recovery.")
        elif at.reopened_at and newest.at <= at.reopened_at:
            words = f"{newest.reference} is from before the incident was opened again."
            found.append(words)
    return list(dict.fromkeys(found))


def _confidence(at: Ending) -> Condition:
    said, mends = at.statement, [Mend("Closing statement", "closing")]
    texts = {
        "what happened": not says_nothing(said.happened),
        "why this path was chosen": not says_nothing(said.path),
        "what remains uncertain, or why nothing does": not says_nothing(said.uncertain),
        # Leadership may be asked for nothing, as in its note.
        "what you need from leadership": has_content(said.need),
    }
    empty = [name for name, is_said in texts.items() if not is_said]
    missing = [f"The closing statement does not say {listed(empty, 'or')}."] if empty else []
    if said.confidence != Confidence.L3:
        known = said.confidence in Confidence.values
        is_now = str(Confidence(said.confidence).label) if known else "not given"
        missing.append(f"Its confidence is {is_now}: closing needs L3.")
    if at.reopened_at and said.written_at and said.written_at <= at.reopened_at:
        missing.append("It was written before the incident was opened again.")
    title = "Confidence of the closing statement is L3"
    there = "L3, with all that leadership asks."
    return _condition("C-CONFIDENCE", title, missing, there, mends, is_main=False)


def _recorded(at: Ending) -> Condition:
    missing, mends = [], []
    if at.severity not in Severity.values:
        missing.append("No severity is declared.")
        mends.append(Mend("Declare a severity", "severity"))
    if not at.commander:
        missing.append("Nobody who can act commands.")
        mends.append(Mend("Name a commander", "role"))
    if not at.decisions:
        missing.append("No decision on mitigation is recorded.")
        mends.append(Mend("Decide", "decide-next"))
    label = Severity(at.severity).label if at.severity in Severity.values else ""
    there = f"{label}, {at.commander}, {listed(at.decisions)}."
    title = "Severity, commander and a mitigation decision are recorded"
    return _condition("C-RECORD", title, missing, there, mends, is_main=False)


def _loose(at: Ending) -> Condition:
    missing = [one.words for one in at.loose]
    mends = [Mend(one.label, one.to, one.arg) for one in at.loose]
    there = "No contradiction, signature, handoff, decision or overdue checkpoint is open."
    return _condition("C-OPEN", "Nothing is left open", missing, there, mends, is_main=False)


def _freezes(at: Ending) -> Condition:
    missing = [f"{name} is still frozen." for name in at.frozen]
    title = "Every freeze is lifted, or kept on purpose with an owner"
    mends = [Mend("Freezes", "freeze")]
    return _condition("C-FREEZE", title, missing, "No freeze is left.", mends, is_main=False)


def _stale(at: Ending) -> Condition:
    missing = [at.stale] if at.stale else []
    title = "Verification is not older than the last change"
    mends = [Mend("Capture a verification run", "capture-run")]
    there = "No change since the last verification run."
    return _condition("C-STALE", title, missing, there, mends, is_main=False)


_RULES: tuple[Callable[[Ending], Condition], ...] = (
    _verified,
    _watch,
    _risks,
    _backlog,
    _comms,
    _confidence,
    _recorded,
    _loose,
    _freezes,
    _stale,
)
