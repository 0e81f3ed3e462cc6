"""May this incident be closed? Playbook, "Closure acceptance criteria (hard gate)".

Every condition is judged, met or not, so that a commander sees from the start what closing will
need. No field lets a caller skip one.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from comms.vocabulary import Progress
from incidents.rules.recovery import SteadyRuns, missing_runs
from incidents.rules.wording import counted, duration, listed, quoted
from incidents.vocabulary import Confidence, ExecutionState, Severity
from kernel.refusal import Violation
from kernel.text import has_content, says_nothing

MAX_RUN_AGE = timedelta(minutes=30)
"""A verification run of this age no longer shows how the service is now."""

WATCH_LENGTH = timedelta(hours=24)

_ESCALATED = {Severity.SEV1, Severity.SEV2}


@dataclass(frozen=True, slots=True)
class Mitigation:
    """A decision to mitigate and how far it came: ``done_at`` is when it was executed.

    ``stopped_at`` is when another took its place while it was being executed: some of it is done.
    """

    reference: str
    state: str
    done_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def changed_at(self) -> datetime | None:
        """When it last changed something, as far as is known."""
        return self.done_at or self.stopped_at


@dataclass(frozen=True, slots=True)
class Run:
    """A verification run, E-``number``.

    ``shows_result`` is false for what is no command or check with its result; ``is_chosen`` is true
    where a verification owner captured it or rested a verdict on it.
    """

    number: int
    captured_at: datetime
    started_at: datetime | None = None
    succeeded: bool = True
    has_content: bool = True
    shows_result: bool = True
    is_chosen: bool = True

    @property
    def reference(self) -> str:
        return f"E-{self.number}"

    @property
    def began_at(self) -> datetime:
        return min(self.started_at or self.captured_at, self.captured_at)


@dataclass(frozen=True, slots=True)
class OwnedWork:
    """A risk or a backlog item: ``owner`` is empty where nobody who can act owns it."""

    reference: str
    text: str
    owner: str = ""
    has_due: bool = True
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class PublishedUpdate:
    """A stakeholder update. ``reaches`` are the audiences that read it."""

    reference: str
    at: datetime
    progress: str
    audience: str
    reaches: frozenset[str]


@dataclass(frozen=True, slots=True)
class StatementFacts:
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
class UnmitigatedFacts:
    """Of an incident that recovered without mitigation: ``changes`` are mitigations that were begun
    all the same, ``risk`` says that the cause is open, ``item`` is to find it."""

    changes: tuple[str, ...] = ()
    runs: SteadyRuns | None = None
    risk: str = ""
    item: str = ""

    @property
    def sentence(self) -> str:
        """What the record says of it once nothing is missing."""
        assert self.runs is not None
        return (
            f"Recovered without mitigation: {self.runs.first.reference} and"
            f" {self.runs.last.reference} show it. {self.risk} says that the cause is open,"
            f" {self.item} is to find it."
        )


@dataclass(frozen=True, slots=True)
class LooseEnd:
    """Something left open: a sentence about it, and the page that ends it (``Remedy.to``)."""

    sentence: str
    label: str
    to: str
    arg: int | None = None


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What the gate judges of an incident.

    ``worst_severity`` is the most severe that it ever was. ``decisions`` are those to mitigate.
    ``run`` is the newest run that counts, else the newest of all; ``failed_run`` names a newer one
    that failed, whoever captured it. ``verified_holds`` are the times of holds that were verified.
    ``frozen`` are surfaces whose freeze is neither lifted nor kept on purpose; ``stale`` is the
    sentence of the anti-pattern "stale verification", if it holds. A run, a statement or a recovery
    from before ``reopened_at`` (the last reopening) does not count. ``unmitigated`` is set where
    the statement says that it recovered without mitigation.
    """

    now: datetime
    severity: str
    worst_severity: str = ""
    commander: str = ""
    decisions: tuple[str, ...] = ()
    decided_at: datetime | None = None
    mitigations: tuple[Mitigation, ...] = ()
    verified_holds: tuple[datetime, ...] = ()
    run: Run | None = None
    failed_run: str = ""
    reopened_at: datetime | None = None
    statement: StatementFacts = field(default_factory=StatementFacts)
    unmitigated: UnmitigatedFacts | None = None
    risks: tuple[OwnedWork, ...] = ()
    backlog: tuple[OwnedWork, ...] = ()
    escalations: int = 0
    updates: tuple[PublishedUpdate, ...] = ()
    unexplained: tuple[LooseEnd, ...] = ()
    loose: tuple[LooseEnd, ...] = ()
    frozen: tuple[str, ...] = ()
    stale: str = ""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A link to what would meet a condition: ``to`` names a page of the incident, ``arg`` its
    number."""

    label: str
    to: str
    arg: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: ``says`` tells what meets it, else what is missing."""

    code: str
    title: str
    met: bool
    says: tuple[str, ...]
    remedies: tuple[Remedy, ...] = ()
    is_main: bool = True

    @property
    def sentence(self) -> str:
        return " ".join(self.says)


def judge(facts: GateFacts) -> tuple[Condition, ...]:
    """Every condition: the playbook's five, then the further ones of the product."""
    rules = _RULES if facts.unmitigated is None else (*_RULES, _unmitigated)
    return tuple(rule(facts) for rule in rules)


def active_violations(reference: str, is_active: bool, status: str) -> tuple[Violation, ...]:
    """``C-ACTIVE``: only an active incident has a closing statement and is closed."""
    if is_active:
        return ()
    sentence = f"{reference} is not active: it is {status}."
    return (Violation("C-ACTIVE", sentence, "status"),)


def changed_violations(by: str, changed: Mapping[str, str]) -> tuple[Violation, ...]:
    """``C-CHANGED``: a statement that somebody else saved meanwhile is not written over unseen.

    ``changed`` is what they saved, by the field that differs from what is sent now.
    """
    return tuple(
        Violation(
            "C-CHANGED",
            f"{by} saved this meanwhile: {quoted(text) if text else 'nothing'}. Send again to"
            " replace it.",
            name,
        )
        for name, text in changed.items()
    )


def violations(conditions: Iterable[Condition]) -> tuple[Violation, ...]:
    """The unmet conditions, as a refusal shows them."""
    return tuple(
        Violation(condition.code, f"{condition.title}: {condition.sentence}")
        for condition in conditions
        if not condition.met
    )


def _condition(
    code: str,
    title: str,
    missing: Iterable[str],
    met_sentence: str,
    remedies: Iterable[Remedy] = (),
    *,
    is_main: bool = True,
) -> Condition:
    missing = tuple(missing)
    if missing:
        return Condition(code, title, False, missing, tuple(remedies), is_main)
    return Condition(code, title, True, (met_sentence,), (), is_main)


def _verified(facts: GateFacts) -> Condition:
    """``C-VERIFIED``: every executed mitigation is verified by a run after the last change."""
    missing, remedies = [], []
    for mitigation in facts.mitigations:
        if problem := _unverified(mitigation, facts):
            missing.append(f"{mitigation.reference} {problem}.")
            remedies.append(
                Remedy(f"To {mitigation.reference}", "decision", int(mitigation.reference[2:]))
            )
    missing += _run_problems(facts)
    remedies.append(Remedy("Capture a verification run", "capture-run"))
    met_sentence = f"{facts.run.reference} succeeded after the last change." if facts.run else ""
    title = "Every executed mitigation is verified, freshly"
    return _condition("C-VERIFIED", title, missing, met_sentence, remedies)


def _unverified(mitigation: Mitigation, facts: GateFacts) -> str:
    """What is missing after it changed something; empty where nothing is.

    A failed one, or one that was stopped halfway, is mended by the next that is verified. What was
    stopped may also be shown to do no harm: by a decision to hold that was verified after it.
    """
    changed = mitigation.changed_at
    if changed is None or mitigation.state == ExecutionState.VERIFIED:
        return ""
    if mitigation.state == ExecutionState.DONE:
        return "is not verified"
    later = [m.done_at for m in facts.mitigations if m.state == ExecutionState.VERIFIED]
    if mitigation.done_at is None:
        later += facts.verified_holds
    if any(done_at and done_at > changed for done_at in later):
        return ""
    if mitigation.state == ExecutionState.FAILED:
        return "was executed, and its verification failed"
    if mitigation.done_at is None:
        return "was stopped while it was executed: show that it is undone, or does no harm"
    return "is not verified"


def _run_problems(facts: GateFacts) -> list[str]:
    """Why the newest verification run that counts proves no recovery."""
    if facts.run is None:
        return ["No verification run was captured."]
    problems, name = [], facts.run.reference
    if not facts.run.shows_result:
        problems.append(
            f"{name} is no command or check with its result: it shows nothing by itself."
        )
    elif not facts.run.is_chosen:
        sentence = f"{name} was not captured or judged by who verifies: their run is needed."
        problems.append(sentence)
    if not facts.run.has_content:
        problems.append(f"{name} is empty.")
    if not facts.run.succeeded:
        problems.append(f"The newest verification run, {name}, failed.")
    if facts.failed_run:
        problems.append(f"{facts.failed_run}, captured after {name}, failed.")
    changed = max((m.changed_at for m in facts.mitigations if m.changed_at), default=None)
    if changed and (facts.run.captured_at <= changed or facts.run.began_at < changed):
        problems.append(f"{name} was run before the last change was done.")
    if facts.reopened_at and facts.run.began_at <= facts.reopened_at:
        problems.append(f"{name} was run before the incident was opened again.")
    age = facts.now - facts.run.captured_at
    if age >= MAX_RUN_AGE:
        sentence = (
            f"{name} is {duration(age)} old: it must be less than {duration(MAX_RUN_AGE)} old."
        )
        problems.append(sentence)
    return problems


def _watch(facts: GateFacts) -> Condition:
    """``C-WATCH``: the watch after closing has a rollback trigger and an owner who can act."""
    statement, missing, remedies = facts.statement, [], []
    if says_nothing(statement.trigger):
        missing.append("No rollback trigger is written.")
        remedies.append(Remedy("Write the trigger", "closing-trigger"))
    if not statement.watch_owner:
        missing.append("Nobody who can act is named as watch owner.")
        remedies.append(Remedy("Name the watch owner", "closing-owner"))
    met_sentence = f"{statement.watch_owner} watches for: {statement.trigger}"
    title = "The 24 h watch has a rollback trigger and an owner"
    return _condition("C-WATCH", title, missing, met_sentence, remedies)


def _risks(facts: GateFacts) -> Condition:
    """``C-RISKS``: a residual risk is on record, and each open one has an owner who can act."""
    missing = [] if facts.risks else ["No residual risk is on record."]
    for risk in facts.risks:
        if says_nothing(risk.text):
            missing.append(f"{risk.reference} says only {quoted(risk.text)}.")
        if risk.is_open and not risk.owner:
            missing.append(f"{risk.reference} has no owner who can act.")
    met_sentence = (
        listed(f"{risk.reference} {risk.owner or '(retired)'}" for risk in facts.risks) + "."
    )
    title = "Residual risks are explicit, each with an owner"
    return _condition("C-RISKS", title, missing, met_sentence, [Remedy("Residual risks", "risks")])


def _backlog(facts: GateFacts) -> Condition:
    """``C-BACKLOG``: a hardening item is on record, each with an owner and a due date.

    Finished ones too: whoever reads it later asks who did it.
    """
    missing = [] if facts.backlog else ["No hardening item is on record."]
    for work in facts.backlog:
        lacks = [] if work.owner else ["owner"]
        lacks += [] if work.has_due else ["due date"]
        if lacks:
            name = f"{work.reference} {quoted(work.text)}"
            missing.append(f"{name} has no {listed(lacks, 'and no')}.")
    met_sentence = f"{counted(len(facts.backlog), 'item')}, each with an owner and a due date."
    title = "Hardening backlog: every item has an owner and a due date"
    return _condition(
        "C-BACKLOG", title, missing, met_sentence, [Remedy("Hardening backlog", "backlog")]
    )


def _comms(facts: GateFacts) -> Condition:
    """``C-COMMS``: escalated where needed, every audience read "recovered", lapses explained."""
    missing, remedies = [], []
    worst = facts.worst_severity or facts.severity
    if worst in _ESCALATED and not facts.escalations:
        label = Severity(worst).label
        missing.append(f"{label} needs an internal escalation, and none reached anybody.")
        remedies.append(Remedy("Escalate", "escalation-write"))
    problems = _update_problems(facts)
    missing += problems
    if problems:
        remedies.append(Remedy("Write the update", "update-write"))
    missing += [loose_end.sentence for loose_end in facts.unexplained]
    remedies += [
        Remedy(loose_end.label, loose_end.to, loose_end.arg) for loose_end in facts.unexplained
    ]
    met_sentence = f"{counted(len(facts.updates), 'update')}, the last says recovered."
    title = "Communications timeline is complete"
    return _condition("C-COMMS", title, missing, met_sentence, remedies)


def _update_problems(facts: GateFacts) -> list[str]:
    if not facts.updates:
        return ["No stakeholder update was published."]
    first = facts.updates[0]
    problems = []
    if first.progress == Progress.RECOVERED and len(facts.updates) == 1:
        problems.append(f"{first.reference} is first and last at once: no update came before it.")
    changes = [m.reference for m in facts.mitigations if m.done_at and not _has_update(m, facts)]
    if changes:
        sentence = f"No update follows the execution of {listed(changes)} before the last one."
        problems.append(sentence)
    for audience in sorted({update.audience for update in facts.updates}):
        heard = [update for update in facts.updates if audience in update.reaches]
        newest = max(heard, key=lambda update: update.at)
        if newest.progress != Progress.RECOVERED:
            problems.append(f"{newest.reference}, the last that its readers heard, is no recovery.")
        elif facts.reopened_at and newest.at <= facts.reopened_at:
            sentence = f"{newest.reference} is from before the incident was opened again."
            problems.append(sentence)
    return list(dict.fromkeys(problems))


def _has_update(mitigation: Mitigation, facts: GateFacts) -> bool:
    """Whether one followed its execution that is neither the first of all nor the last."""
    done_at = mitigation.done_at
    return any(done_at and update.at > done_at for update in facts.updates[1:-1])


def _confidence(facts: GateFacts) -> Condition:
    """``C-CONFIDENCE``: the closing statement is complete, at L3, and newer than a reopening."""
    statement, remedies = facts.statement, [Remedy("Closing statement", "closing")]
    texts = {
        "what happened": not says_nothing(statement.happened),
        "why this path was chosen": not says_nothing(statement.path),
        "what remains uncertain, or why nothing does": not says_nothing(statement.uncertain),
        # Leadership may be asked for nothing, as in its note.
        "what you need from leadership": has_content(statement.need),
    }
    empty = [name for name, is_filled in texts.items() if not is_filled]
    missing = [f"The closing statement does not say {listed(empty, 'or')}."] if empty else []
    if statement.confidence != Confidence.L3:
        known = statement.confidence in Confidence.values
        is_now = str(Confidence(statement.confidence).label) if known else "not given"
        missing.append(f"Its confidence is {is_now}: closing needs L3.")
    if facts.reopened_at and statement.written_at and statement.written_at <= facts.reopened_at:
        missing.append("It was written before the incident was opened again.")
    title = "Confidence of the closing statement is L3"
    met_sentence = "L3, with all that leadership asks."
    return _condition("C-CONFIDENCE", title, missing, met_sentence, remedies, is_main=False)


def _recorded(facts: GateFacts) -> Condition:
    """``C-RECORD``: a severity, a commander who can act and a decision are on record."""
    missing, remedies = [], []
    if facts.severity not in Severity.values:
        missing.append("No severity is declared.")
        remedies.append(Remedy("Declare a severity", "severity"))
    if not facts.commander:
        missing.append("Nobody who can act commands.")
        remedies.append(Remedy("Name a commander", "role"))
    if not facts.decisions and facts.unmitigated is None:
        missing.append("No decision on mitigation is recorded.")
        remedies.append(Remedy("Decide", "decide-next"))
        remedies.append(Remedy("It recovered without one", "closing-ending"))
    label = Severity(facts.severity).label if facts.severity in Severity.values else ""
    met_sentence = f"{listed((label, facts.commander, *facts.decisions))}."
    title = "Severity, commander and a mitigation decision are recorded"
    if facts.unmitigated is not None:
        title = "Severity and commander are recorded"
    return _condition("C-RECORD", title, missing, met_sentence, remedies, is_main=False)


def _nothing_open(facts: GateFacts) -> Condition:
    """``C-OPEN``: no contradiction, signature, handoff, decision or overdue checkpoint is open."""
    missing = [loose_end.sentence for loose_end in facts.loose]
    remedies = [Remedy(loose_end.label, loose_end.to, loose_end.arg) for loose_end in facts.loose]
    met_sentence = "No contradiction, signature, handoff, decision or overdue checkpoint is open."
    return _condition(
        "C-OPEN", "Nothing is left open", missing, met_sentence, remedies, is_main=False
    )


def _freezes(facts: GateFacts) -> Condition:
    """``C-FREEZE``: every freeze is lifted, or kept on purpose with an owner."""
    missing = [f"{name} is still frozen." for name in facts.frozen]
    title = "Every freeze is lifted, or kept on purpose with an owner"
    remedies = [Remedy("Freezes", "freeze")]
    return _condition("C-FREEZE", title, missing, "No freeze is left.", remedies, is_main=False)


def _stale(facts: GateFacts) -> Condition:
    """``C-STALE``: the last verification run is newer than the last change."""
    missing = [facts.stale] if facts.stale else []
    title = "Verification is not older than the last change"
    remedies = [Remedy("Capture a verification run", "capture-run")]
    met_sentence = "No change since the last verification run."
    return _condition("C-STALE", title, missing, met_sentence, remedies, is_main=False)


def _unmitigated(facts: GateFacts) -> Condition:
    """``C-UNMITIGATED``: two runs show that it is well, the cause is on record as open.

    Asked only of an incident that ends as recovered without mitigation.
    """
    shown = facts.unmitigated or UnmitigatedFacts()
    missing, remedies = [], []
    if shown.changes:
        was = "was begun or merged" if len(shown.changes) == 1 else "were begun or merged"
        missing.append(f"{listed(shown.changes)} {was}: it was mitigated.")
        remedies.append(Remedy("Say how it ended", "closing-ending"))
    if problem := missing_runs(shown.runs):
        missing.append(problem)
        remedies.append(Remedy("Capture a verification run", "capture-run"))
    if not shown.risk:
        missing.append("No open residual risk is named that says that the cause is open.")
        remedies += [Remedy("Name it", "closing-risk"), Remedy("Add a risk", "risks")]
    if not shown.item:
        missing.append("No open hardening item is named that is to find the cause.")
        remedies += [Remedy("Name it", "closing-item"), Remedy("Add an item", "backlog")]
    title = "Recovered without mitigation: shown twice, the cause still sought"
    met_sentence = "" if missing else shown.sentence
    return _condition("C-UNMITIGATED", title, missing, met_sentence, remedies, is_main=False)


_RULES: tuple[Callable[[GateFacts], Condition], ...] = (
    _verified,
    _watch,
    _risks,
    _backlog,
    _comms,
    _confidence,
    _recorded,
    _nothing_open,
    _freezes,
    _stale,
)
