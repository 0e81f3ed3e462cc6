"""The gate: each condition with what meets it and what does not, the awkward ones among them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from comms.rules.commitment import reaches
from comms.vocabulary import Audience, Progress
from incidents.rules.recovery import SteadyRuns, VerificationRun
from incidents.vocabulary import Confidence, ExecutionState, Severity
from retros.closing import rules as gate
from retros.closing.rules import (
    Condition,
    GateFacts,
    LooseEnd,
    Mitigation,
    OwnedWork,
    PublishedUpdate,
    Run,
    StatementFacts,
    UnmitigatedFacts,
)

NOW = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
DONE = NOW - timedelta(hours=1)


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def published(
    progress: str = Progress.RECOVERED,
    at: datetime = NOW - timedelta(minutes=5),
    audience: str = Audience.PUBLIC,
    number: int = 3,
) -> PublishedUpdate:
    return PublishedUpdate(f"Update {number}", at, progress, audience, reaches(audience))


STATED = StatementFacts(
    happened="Edge nodes did not know the new signing key.",
    path="The release was rolled back: the fastest reversible way.",
    uncertain="Why the staged rollout did not show it.",
    need="Nothing for now.",
    confidence=Confidence.L3,
    trigger="Failed sign-ins above 2 % for five minutes.",
    watch_owner="Tomás Ferreira",
)

FIRST = published(Progress.INVESTIGATING, ago(minutes=80), number=1)
MIDDLE = published(Progress.MITIGATING, ago(minutes=50), number=2)

CLOSABLE = GateFacts(
    now=NOW,
    severity=Severity.SEV1,
    commander="Mara Lindqvist",
    decisions=("D-1",),
    mitigations=(Mitigation("D-1", ExecutionState.VERIFIED, DONE),),
    run=Run(9, ago(minutes=10), ago(minutes=11)),
    statement=STATED,
    risks=(OwnedWork("RISK-1", "Old tokens live for an hour", "Jonas Weber"),),
    backlog=(OwnedWork("HARD-1", "Edge nodes honour key-set expiry", "Priya Raman"),),
    escalations=1,
    updates=(FIRST, MIDDLE, published()),
)


def condition(code: str, **changes: object) -> Condition:
    at = replace(CLOSABLE, **changes)  # type: ignore[arg-type]
    return next(judged for judged in gate.judge(at) if judged.code == code)


def test_what_has_everything_may_be_closed() -> None:
    conditions = gate.judge(CLOSABLE)

    assert [judged.code for judged in conditions if not judged.met] == []
    assert gate.violations(conditions) == ()
    assert [judged.code for judged in conditions if judged.is_main] == [
        "C-VERIFIED",
        "C-WATCH",
        "C-RISKS",
        "C-BACKLOG",
        "C-COMMS",
    ]
    assert all(judged.says and judged.says[0] for judged in conditions)


def test_how_it_recovered_is_asked_only_where_it_is_claimed() -> None:
    codes = [judged.code for judged in gate.judge(CLOSABLE)]
    claimed = gate.judge(replace(CLOSABLE, unmitigated=HEALED))

    assert "C-UNMITIGATED" not in codes
    assert [judged.code for judged in claimed] == [*codes, "C-UNMITIGATED"]
    assert claimed[-1].sentence == (
        "Recovered without mitigation: E-8 and E-9 show it. RISK-1 says that the cause is open,"
        " HARD-1 is to find it."
    )


def test_an_empty_incident_lacks_all_but_what_needs_nothing() -> None:
    met = {judged.code for judged in gate.judge(GateFacts(NOW, "")) if judged.met}

    assert met == {"C-OPEN", "C-FREEZE", "C-STALE"}


FAILED = Mitigation("D-1", ExecutionState.FAILED, ago(minutes=90))
SUPERSEDED = Mitigation("D-1", ExecutionState.SUPERSEDED, ago(minutes=90))
VERIFIED = Mitigation("D-2", ExecutionState.VERIFIED, DONE)
FRESH = Run(9, ago(minutes=10))
STOPPED = Mitigation("D-1", ExecutionState.SUPERSEDED, stopped_at=ago(minutes=90))
LANGUISHED = Mitigation("D-1", ExecutionState.SUPERSEDED, None)

STEADY = SteadyRuns(
    VerificationRun(8, ago(minutes=31), ago(minutes=30)),
    VerificationRun(9, ago(minutes=11), ago(minutes=10)),
)
HEALED = UnmitigatedFacts(runs=STEADY, risk="RISK-1", item="HARD-1")

MET = {
    "verified: run right after": (
        "C-VERIFIED",
        {
            "mitigations": (Mitigation("D-1", ExecutionState.VERIFIED, ago(minutes=10)),),
            "run": Run(9, ago(minutes=10) + timedelta(seconds=1)),
        },
    ),
    "verified: run 29:59 ago": ("C-VERIFIED", {"run": Run(9, ago(minutes=29, seconds=59))}),
    "verified: failed, then another": ("C-VERIFIED", {"mitigations": (FAILED, VERIFIED)}),
    "verified: superseded, then another": ("C-VERIFIED", {"mitigations": (SUPERSEDED, VERIFIED)}),
    "verified: nothing executed, fresh run": ("C-VERIFIED", {"mitigations": ()}),
    "verified: superseded before it began": (
        "C-VERIFIED",
        {"mitigations": (LANGUISHED, VERIFIED)},
    ),
    "verified: stopped halfway, then another": (
        "C-VERIFIED",
        {"mitigations": (STOPPED, VERIFIED)},
    ),
    "verified: stopped halfway, then shown to do no harm": (
        "C-VERIFIED",
        {"mitigations": (STOPPED,), "verified_holds": (ago(minutes=80),)},
    ),
    "verified: run after it was opened again": (
        "C-VERIFIED",
        {"reopened_at": ago(minutes=12), "run": Run(9, ago(minutes=10), ago(minutes=11))},
    ),
    "watch": ("C-WATCH", {}),
    "watch: a short trigger": ("C-WATCH", {"statement": replace(STATED, trigger="5xx > 1 %")}),
    "watch: no rollback possible is said": (
        "C-WATCH",
        {"statement": replace(STATED, trigger="None of the three probes may fail twice")},
    ),
    "risks": ("C-RISKS", {}),
    "risks: retired need no owner": (
        "C-RISKS",
        {"risks": (OwnedWork("RISK-1", "Old tokens", "", is_open=False),)},
    ),
    "risks: two": (
        "C-RISKS",
        {"risks": (*CLOSABLE.risks, OwnedWork("RISK-2", "No rollback before 15:00", "Ken Ito"))},
    ),
    "backlog": ("C-BACKLOG", {}),
    "backlog: done": (
        "C-BACKLOG",
        {"backlog": (OwnedWork("HARD-1", "Alert", "Ken Ito", is_open=False),)},
    ),
    "backlog: two": (
        "C-BACKLOG",
        {"backlog": (*CLOSABLE.backlog, OwnedWork("HARD-2", "Probe the edge", "Ken Ito"))},
    ),
    "comms": ("C-COMMS", {}),
    "comms: sev-3 needs no escalation": ("C-COMMS", {"severity": "3", "escalations": 0}),
    "comms: one update to stakeholders": (
        "C-COMMS",
        {
            "updates": (
                published(Progress.INVESTIGATING, ago(minutes=80), Audience.INTERNAL, 1),
                published(Progress.MITIGATING, ago(minutes=50), Audience.INTERNAL, 2),
                published(audience=Audience.INTERNAL),
            )
        },
    ),
    "comms: the public heard it, and so did stakeholders": (
        "C-COMMS",
        {
            "updates": (
                FIRST,
                published(Progress.MITIGATING, ago(minutes=20), Audience.INTERNAL, 2),
                published(),
            )
        },
    ),
    "comms: recovered again after it was opened again": (
        "C-COMMS",
        {"reopened_at": ago(minutes=6)},
    ),
    "confidence": ("C-CONFIDENCE", {}),
    "confidence: stated after it was opened again": (
        "C-CONFIDENCE",
        {
            "reopened_at": ago(minutes=6),
            "statement": replace(STATED, written_at=ago(minutes=6) + timedelta(seconds=1)),
        },
    ),
    "confidence: asks for nothing in words": (
        "C-CONFIDENCE",
        {"statement": replace(STATED, need="nothing for now")},
    ),
    "confidence: long": (
        "C-CONFIDENCE",
        {"statement": replace(STATED, happened="It broke. " * 100)},
    ),
    "record": ("C-RECORD", {}),
    "record: sev-3": ("C-RECORD", {"severity": Severity.SEV3}),
    "record: several decisions": ("C-RECORD", {"decisions": ("D-1", "D-2", "D-3")}),
    "record: recovered without a decision": (
        "C-RECORD",
        {"decisions": (), "mitigations": (), "unmitigated": HEALED},
    ),
    "unmitigated": ("C-UNMITIGATED", {"unmitigated": HEALED}),
    "open": ("C-OPEN", {}),
    "freeze": ("C-FREEZE", {}),
    "stale": ("C-STALE", {}),
}

UNMET = {
    "unmitigated: something was begun": (
        "C-UNMITIGATED",
        {"unmitigated": replace(HEALED, changes=("D-1",))},
        "D-1 was begun or merged: it was mitigated.",
    ),
    "unmitigated: no runs": (
        "C-UNMITIGATED",
        {"unmitigated": replace(HEALED, runs=None)},
        "Two verification runs, 15 minutes apart or more, must show it.",
    ),
    "unmitigated: runs too near": (
        "C-UNMITIGATED",
        {"unmitigated": replace(HEALED, runs=replace(STEADY, first=STEADY.last))},
        "Two verification runs, 15 minutes apart or more, must show it.",
    ),
    "unmitigated: no risk": (
        "C-UNMITIGATED",
        {"unmitigated": replace(HEALED, risk="")},
        "No open residual risk is named that says that the cause is open.",
    ),
    "unmitigated: no item": (
        "C-UNMITIGATED",
        {"unmitigated": replace(HEALED, item="")},
        "No open hardening item is named that is to find the cause.",
    ),
    "verified: not at all": (
        "C-VERIFIED",
        {"mitigations": (Mitigation("D-1", ExecutionState.DONE, DONE),)},
        "D-1 is not verified.",
    ),
    "verified: failed": (
        "C-VERIFIED",
        {"mitigations": (FAILED,)},
        "D-1 was executed, and its verification failed.",
    ),
    "verified: the later one failed": (
        "C-VERIFIED",
        {
            "mitigations": (
                Mitigation("D-1", ExecutionState.VERIFIED, ago(minutes=90)),
                Mitigation("D-2", ExecutionState.FAILED, DONE),
            )
        },
        "D-2 was executed, and its verification failed.",
    ),
    "verified: stopped halfway, and nothing since": (
        "C-VERIFIED",
        {"mitigations": (STOPPED,)},
        "D-1 was stopped while it was executed: show that it is undone, or does no harm.",
    ),
    "verified: stopped halfway after another": (
        "C-VERIFIED",
        {"mitigations": (STOPPED, replace(VERIFIED, done_at=ago(minutes=91)))},
        "D-1 was stopped while it was executed: show that it is undone, or does no harm.",
    ),
    "verified: stopped halfway after a hold": (
        "C-VERIFIED",
        {"mitigations": (STOPPED,), "verified_holds": (ago(minutes=91),)},
        "D-1 was stopped while it was executed: show that it is undone, or does no harm.",
    ),
    "verified: a failed one is not mended by a hold": (
        "C-VERIFIED",
        {"mitigations": (FAILED,), "verified_holds": (ago(minutes=80),)},
        "D-1 was executed, and its verification failed.",
    ),
    "verified: run from before it was stopped": (
        "C-VERIFIED",
        {"mitigations": (replace(STOPPED, stopped_at=ago(minutes=5)),)},
        "E-9 was run before the last change was done.",
    ),
    "verified: a link": (
        "C-VERIFIED",
        {"run": replace(FRESH, shows_result=False)},
        "E-9 is no command or check with its result: it shows nothing by itself.",
    ),
    "verified: somebody else's run": (
        "C-VERIFIED",
        {"run": replace(FRESH, is_chosen=False)},
        "E-9 was not captured or judged by who verifies: their run is needed.",
    ),
    "verified: a later run failed": (
        "C-VERIFIED",
        {"failed_run": "E-10"},
        "E-10, captured after E-9, failed.",
    ),
    "verified: no run": ("C-VERIFIED", {"run": None}, "No verification run was captured."),
    "verified: run 30:00 ago": (
        "C-VERIFIED",
        {"run": Run(9, ago(minutes=30))},
        "E-9 is 30 minutes old: it must be less than 30 minutes old.",
    ),
    "verified: run at the very moment of the change": (
        "C-VERIFIED",
        {"mitigations": (replace(VERIFIED, done_at=ago(minutes=10)),), "run": FRESH},
        "E-9 was run before the last change was done.",
    ),
    "verified: run begun before the change was done": (
        "C-VERIFIED",
        {
            "mitigations": (replace(VERIFIED, done_at=ago(minutes=11)),),
            "run": Run(9, ago(minutes=10), ago(minutes=12)),
        },
        "E-9 was run before the last change was done.",
    ),
    "verified: run from before it was opened again": (
        "C-VERIFIED",
        {"reopened_at": ago(minutes=5)},
        "E-9 was run before the incident was opened again.",
    ),
    "verified: run begun before it was opened again": (
        "C-VERIFIED",
        {"reopened_at": ago(minutes=11), "run": Run(9, ago(minutes=10), ago(minutes=11))},
        "E-9 was run before the incident was opened again.",
    ),
    "verified: the newest run failed": (
        "C-VERIFIED",
        {"run": Run(10, ago(minutes=2), succeeded=False)},
        "The newest verification run, E-10, failed.",
    ),
    "verified: an empty run": (
        "C-VERIFIED",
        {"run": Run(9, ago(minutes=2), has_content=False)},
        "E-9 is empty.",
    ),
    "watch: no trigger": (
        "C-WATCH",
        {"statement": replace(STATED, trigger="")},
        "No rollback trigger is written.",
    ),
    "watch: a trigger that says nothing": (
        "C-WATCH",
        {"statement": replace(STATED, trigger="N / A")},
        "No rollback trigger is written.",
    ),
    "watch: nobody": (
        "C-WATCH",
        {"statement": replace(STATED, watch_owner="")},
        "Nobody who can act is named as watch owner.",
    ),
    "risks: none": ("C-RISKS", {"risks": ()}, "No residual risk is on record."),
    "risks: “None.”": (
        "C-RISKS",
        {"risks": (OwnedWork("RISK-1", "None.", "Ken Ito"),)},
        "RISK-1 says only “None.”.",
    ),
    "risks: no owner": (
        "C-RISKS",
        {"risks": (*CLOSABLE.risks, OwnedWork("RISK-2", "Old tokens"))},
        "RISK-2 has no owner who can act.",
    ),
    "backlog: none": ("C-BACKLOG", {"backlog": ()}, "No hardening item is on record."),
    "backlog: no owner": (
        "C-BACKLOG",
        {"backlog": (OwnedWork("HARD-1", "Alert on it"),)},
        "HARD-1 “Alert on it” has no owner.",
    ),
    "backlog: no day": (
        "C-BACKLOG",
        {"backlog": (OwnedWork("HARD-1", "Alert on it", "Ken Ito", has_due=False),)},
        "HARD-1 “Alert on it” has no due date.",
    ),
    "backlog: done by nobody": (
        "C-BACKLOG",
        {"backlog": (OwnedWork("HARD-1", "Alert", "", is_open=False),)},
        "HARD-1 “Alert” has no owner.",
    ),
    "backlog: neither, beside a good one": (
        "C-BACKLOG",
        {"backlog": (*CLOSABLE.backlog, OwnedWork("HARD-2", "Alert on it", has_due=False))},
        "HARD-2 “Alert on it” has no owner and no due date.",
    ),
    "comms: no escalation": (
        "C-COMMS",
        {"escalations": 0},
        "SEV-1 needs an internal escalation, and none reached anybody.",
    ),
    "comms: no escalation, and lowered since": (
        "C-COMMS",
        {"severity": Severity.SEV3, "worst_severity": Severity.SEV2, "escalations": 0},
        "SEV-2 needs an internal escalation, and none reached anybody.",
    ),
    "comms: one message is first and last": (
        "C-COMMS",
        {"updates": (published(),), "mitigations": ()},
        "Update 3 is first and last at once: no update came before it.",
    ),
    "comms: the last is the only one after the mitigation": (
        "C-COMMS",
        {"updates": (FIRST, published())},
        "No update follows the execution of D-1 before the last one.",
    ),
    "comms: the first of all came after the mitigation": (
        "C-COMMS",
        {"updates": (replace(FIRST, at=ago(minutes=50)), published())},
        "No update follows the execution of D-1 before the last one.",
    ),
    "comms: one of two mitigations is left out": (
        "C-COMMS",
        {"mitigations": (VERIFIED, replace(VERIFIED, reference="D-3", done_at=ago(minutes=20)))},
        "No update follows the execution of D-3 before the last one.",
    ),
    "comms: nothing said": (
        "C-COMMS",
        {"updates": ()},
        "No stakeholder update was published.",
    ),
    "comms: silence after the mitigation": (
        "C-COMMS",
        {"updates": (published(at=DONE - timedelta(seconds=1)),)},
        "No update follows the execution of D-1 before the last one.",
    ),
    "comms: the last is no recovery": (
        "C-COMMS",
        {"updates": (published(number=2), published(Progress.MITIGATING, ago(minutes=1)))},
        "Update 3, the last that its readers heard, is no recovery.",
    ),
    "comms: only stakeholders heard that it recovered": (
        "C-COMMS",
        {
            "updates": (
                published(Progress.MITIGATING, ago(minutes=20), number=2),
                published(audience=Audience.INTERNAL),
            )
        },
        "Update 2, the last that its readers heard, is no recovery.",
    ),
    "comms: a lapse is not explained": (
        "C-COMMS",
        {"unexplained": (LooseEnd("Why it was late is not explained.", "Explain it", "lapse", 1),)},
        "Why it was late is not explained.",
    ),
    "comms: recovered before it was opened again": (
        "C-COMMS",
        {"reopened_at": ago(minutes=5)},
        "Update 3 is from before the incident was opened again.",
    ),
    "confidence: stated before it was opened again": (
        "C-CONFIDENCE",
        {
            "reopened_at": ago(minutes=6),
            "statement": replace(STATED, written_at=ago(minutes=6)),
        },
        "It was written before the incident was opened again.",
    ),
    "confidence: L2": (
        "C-CONFIDENCE",
        {"statement": replace(STATED, confidence=Confidence.L2)},
        "Its confidence is L2 partial evidence: closing needs L3.",
    ),
    "confidence: not given": (
        "C-CONFIDENCE",
        {"statement": replace(STATED, confidence="")},
        "Its confidence is not given: closing needs L3.",
    ),
    "confidence: says nothing of what happened": (
        "C-CONFIDENCE",
        {"statement": replace(STATED, happened=" - ", path="n/a")},
        "The closing statement does not say what happened or why this path was chosen.",
    ),
    "confidence: whitespace": (
        "C-CONFIDENCE",
        {"statement": replace(STATED, need=" \n ")},
        "The closing statement does not say what you need from leadership.",
    ),
    "record: no severity": ("C-RECORD", {"severity": ""}, "No severity is declared."),
    "record: nobody commands": ("C-RECORD", {"commander": ""}, "Nobody who can act commands."),
    "record: nothing decided": (
        "C-RECORD",
        {"decisions": ()},
        "No decision on mitigation is recorded.",
    ),
    "open: a contradiction": (
        "C-OPEN",
        {"loose": (LooseEnd("Contradiction X-1 is open.", "Resolve X-1", "decide-next"),)},
        "Contradiction X-1 is open.",
    ),
    "open: an overdue checkpoint": (
        "C-OPEN",
        {"loose": (LooseEnd("Checkpoint CP-2 is overdue.", "Decide at CP-2", "decide", 2),)},
        "Checkpoint CP-2 is overdue.",
    ),
    "open: a handoff": (
        "C-OPEN",
        {
            "loose": (
                LooseEnd("The handoff of Command waits for Ken Ito.", "To HO-1", "handoff", 1),
            )
        },
        "The handoff of Command waits for Ken Ito.",
    ),
    "freeze: one": ("C-FREEZE", {"frozen": ("Sign-in",)}, "Sign-in is still frozen."),
    "freeze: two": ("C-FREEZE", {"frozen": ("Sign-in", "API")}, "API is still frozen."),
    "stale": ("C-STALE", {"stale": "D-1 was executed after it."}, "D-1 was executed after it."),
}


@pytest.mark.parametrize(("code", "changes"), MET.values(), ids=MET.keys())
def test_met(code: str, changes: dict[str, object]) -> None:
    judged = condition(code, **changes)

    assert (judged.met, judged.remedies) == (True, ())


@pytest.mark.parametrize(("code", "changes", "says"), UNMET.values(), ids=UNMET.keys())
def test_unmet(code: str, changes: dict[str, object], says: str) -> None:
    judged = condition(code, **changes)

    assert not judged.met
    assert says in judged.says
    assert judged.remedies
    [violation] = gate.violations([judged])
    assert (violation.code, says in violation.sentence) == (code, True)
