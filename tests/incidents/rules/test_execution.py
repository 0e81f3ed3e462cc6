"""Starting, finishing and judging: what each accepts and refuses, by rule. As tables."""

from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.rules.execution import (
    CitedProof,
    Progress,
    finish_violations,
    judge_violations,
    start_violations,
)
from incidents.vocabulary import ExecutionState
from kernel.refusal import Violation
from tests.incidents.rules.example_facts import DECLARED

DECIDED_AT = DECLARED + timedelta(minutes=20)
DONE_AT = DECLARED + timedelta(minutes=30)
SECOND = timedelta(seconds=1)

DECIDED = Progress("D-2", ExecutionState.DECIDED, DECIDED_AT)
STARTED = replace(DECIDED, state=ExecutionState.STARTED)
DONE = replace(DECIDED, state=ExecutionState.DONE, done_at=DONE_AT)
PROOF = CitedProof(7, captured_at=DECIDED_AT + SECOND)
RUN = CitedProof(9, captured_at=DONE_AT + SECOND, is_run=True)
FINDING = "401 rate 0.3 %, as in the baseline"


def codes_and_sentences(found: tuple[Violation, ...]) -> list[tuple[str, str]]:
    return [(one.code, one.sentence) for one in found]


# -- X-STATE -----------------------------------------------------------------------------------

STATES: dict[str, tuple[str, str, str]] = {
    ExecutionState.PENDING: (
        "waits for signatures",
        "waits for signatures",
        "waits for signatures",
    ),
    ExecutionState.DECIDED: ("", "is not started yet: start it first", "is not executed yet"),
    ExecutionState.STARTED: ("is being executed already", "", "is still being executed"),
    ExecutionState.DONE: ("is executed already", "is marked as done already", ""),
    ExecutionState.VERIFIED: (
        "is executed and verified already",
        "is verified already",
        "is verified already",
    ),
    ExecutionState.FAILED: (
        "was executed and failed: decide again",
        "was verified, and failed",
        "was called failed already: decide again",
    ),
    ExecutionState.SUPERSEDED: (
        "is superseded by D-3",
        "is superseded by D-3",
        "is superseded by D-3",
    ),
    ExecutionState.WITHDRAWN: ("is withdrawn", "is withdrawn", "is withdrawn"),
}
ENDED = {
    ExecutionState.SUPERSEDED: "is superseded by D-3",
    ExecutionState.WITHDRAWN: "is withdrawn",
}


@pytest.mark.parametrize("state", ExecutionState)
def test_each_state_says_why_not(state: ExecutionState) -> None:
    at = replace(DONE, state=state, ended=ENDED.get(state, ""))

    found = (
        start_violations(at),
        finish_violations(at, (PROOF,)),
        judge_violations(at, RUN, True, FINDING),
    )

    expected = tuple([("X-STATE", f"D-2 {words}.")] if words else [] for words in STATES[state])
    assert tuple(codes_and_sentences(one) for one in found) == expected


# -- X-PROOF -----------------------------------------------------------------------------------

EARLY = replace(PROOF, captured_at=DECIDED_AT - SECOND)
EMPTY = replace(PROOF, has_content=False)
FOREIGN = CitedProof(99, of_incident=False)

PROVEN = {
    "one item": (PROOF,),
    "several": (PROOF, replace(PROOF, number=8)),
    "captured in the moment of the decision": (replace(PROOF, captured_at=DECIDED_AT),),
    "one empty item beside one with content": (EMPTY, replace(PROOF, number=8)),
    "one older item beside it": (EARLY, replace(PROOF, number=8)),
    "a command that failed, which is seen": (replace(PROOF, succeeded=False),),
}


@pytest.mark.parametrize("proof", PROVEN.values(), ids=PROVEN)
def test_it_is_shown_to_be_done(proof: tuple[CitedProof, ...]) -> None:
    assert finish_violations(STARTED, proof) == ()


UNPROVEN: dict[str, tuple[tuple[CitedProof, ...], str]] = {
    "nothing": ((), "Cite evidence that it was done: the output of what you ran."),
    "empty": ((EMPTY,), "E-7: empty. Cite evidence that has content."),
    "a second before the decision": (
        (EARLY,),
        "E-7: captured before D-2 was decided, and cannot show that it was done.",
    ),
    "older with content, newer without": (
        (EARLY, replace(EMPTY, number=8)),
        "E-8: empty. Cite evidence that has content.",
    ),
    "of another incident": ((FOREIGN,), "E-99: not evidence of this incident."),
    "one of them of another incident": (
        (PROOF, FOREIGN),
        "E-99: not evidence of this incident.",
    ),
}


@pytest.mark.parametrize(("proof", "sentence"), UNPROVEN.values(), ids=UNPROVEN)
def test_it_is_not_shown_to_be_done(proof: tuple[CitedProof, ...], sentence: str) -> None:
    (violation,) = finish_violations(STARTED, proof)

    assert (violation.code, violation.field) == ("X-PROOF", "evidence")
    assert violation.sentence == sentence


# -- V-RUN and V-FRESH -------------------------------------------------------------------------

RUNS: dict[str, tuple[CitedProof, bool]] = {
    "it succeeded, verified": (RUN, True),
    "it succeeded, failed all the same": (RUN, False),
    "it did not succeed, failed": (replace(RUN, succeeded=False), False),
    "begun in the moment it was done": (replace(RUN, started_at=DONE_AT), True),
    "begun after it": (replace(RUN, started_at=DONE_AT + SECOND), True),
    "hours later": (replace(RUN, captured_at=DONE_AT + timedelta(hours=9)), True),
}


@pytest.mark.parametrize(("run", "passed"), RUNS.values(), ids=RUNS)
def test_a_run_that_judges(run: CitedProof, passed: bool) -> None:
    assert judge_violations(DONE, run, passed, FINDING) == ()


NO_RUNS: dict[str, tuple[CitedProof | None, bool, list[tuple[str, str]]]] = {
    "none": (
        None,
        True,
        [("V-RUN", "Choose the verification run: the signal, measured after it was done.")],
    ),
    "of another incident": (
        FOREIGN,
        True,
        [("V-RUN", "E-99 is not evidence of this incident.")],
    ),
    "not a verification run": (
        replace(RUN, is_run=False),
        True,
        [("V-RUN", "E-9 is not a verification run: capture one as such.")],
    ),
    "empty": (replace(RUN, has_content=False), False, [("V-RUN", "E-9 is empty.")]),
    "it did not succeed, verified": (
        replace(RUN, succeeded=False),
        True,
        [("V-RUN", "E-9 did not succeed: a run that fails verifies nothing.")],
    ),
    "captured a second before it was done": (
        replace(RUN, captured_at=DONE_AT - SECOND),
        True,
        [("V-FRESH", "E-9 was run before D-2 was done: run it again.")],
    ),
    "captured in the moment it was done": (
        replace(RUN, captured_at=DONE_AT),
        False,
        [("V-FRESH", "E-9 was run before D-2 was done: run it again.")],
    ),
    "begun a second before it was done": (
        replace(RUN, started_at=DONE_AT - SECOND),
        True,
        [("V-FRESH", "E-9 was run before D-2 was done: run it again.")],
    ),
    "everything": (
        CitedProof(9, has_content=False, captured_at=DECIDED_AT, succeeded=False),
        True,
        [
            ("V-RUN", "E-9 is not a verification run: capture one as such."),
            ("V-RUN", "E-9 is empty."),
            ("V-RUN", "E-9 did not succeed: a run that fails verifies nothing."),
            ("V-FRESH", "E-9 was run before D-2 was done: run it again."),
        ],
    ),
}


@pytest.mark.parametrize(("run", "passed", "expected"), NO_RUNS.values(), ids=NO_RUNS)
def test_a_run_that_judges_nothing(
    run: CitedProof | None, passed: bool, expected: list[tuple[str, str]]
) -> None:
    found = judge_violations(DONE, run, passed, FINDING)

    assert codes_and_sentences(found) == expected
    assert {one.field for one in found} == {"run"}


def test_the_verdict_is_said() -> None:
    found = judge_violations(DONE, RUN, None, FINDING)

    assert codes_and_sentences(found) == [("V-RUN", "Say whether it is verified or failed.")]
    assert found[0].field == "verdict"


# -- V-FINDING ---------------------------------------------------------------------------------

FINDINGS = {
    "a sentence": FINDING,
    "two words": "Rate normal",
    "begins with none": "None of the regions fails any more",
    "another script": "частота ошибок упала",
}


@pytest.mark.parametrize("finding", FINDINGS.values(), ids=FINDINGS)
def test_a_finding(finding: str) -> None:
    assert judge_violations(DONE, RUN, True, finding) == ()


NO_FINDINGS = {
    "nothing": ("", "Say what the run showed, beside the signal that was expected."),
    "space": (" \n\t", "Say what the run showed, beside the signal that was expected."),
    "none": ("None.", "“None.” does not say what the run showed."),
    "not applicable": ("N / A", "“N / A” does not say what the run showed."),
    "a dash": ("-", "Say what the run showed, beside the signal that was expected."),
}


@pytest.mark.parametrize(("finding", "sentence"), NO_FINDINGS.values(), ids=NO_FINDINGS)
def test_no_finding(finding: str, sentence: str) -> None:
    (violation,) = judge_violations(DONE, RUN, False, finding)

    assert (violation.code, violation.field) == ("V-FINDING", "finding")
    assert violation.sentence == sentence


def test_everything_that_is_wrong_is_told_at_once() -> None:
    found = judge_violations(STARTED, None, None, "")

    assert [(one.code, one.field) for one in found] == [
        ("X-STATE", "state"),
        ("V-RUN", "verdict"),
        ("V-RUN", "run"),
        ("V-FINDING", "finding"),
    ]
