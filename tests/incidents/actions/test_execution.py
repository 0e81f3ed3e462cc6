"""Started, done with proof, verified or failed by a fresh run: on real rows and at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.facts.as_of import incident_at
from incidents.facts.incident import cached_facts
from incidents.models import Evidence, Incident, Notice, Person, TimelineEntry
from incidents.rules.evidence import Capture
from incidents.vocabulary import EvidenceKind, ExecutionState, Option, Purpose, RoleName
from kernel.refusal import AlreadyDone, NotPermitted, Refused
from tests.helpers.decision_inputs import PRECHECK, capture_evidence
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import declared
from tests.helpers.recommendations import run_concurrently
from tests.helpers.tiers import in_tier

BASELINE = replace(PRECHECK, command="probe sign-in", purpose=Purpose.BASELINE)


def entry(incident: Incident, kind: str) -> TimelineEntry:
    return incident.timeline.filter(kind=kind).latest("seq")


def notified(kind: str) -> set[str]:
    rows = Notice.objects.filter(kind=kind).values_list("person__username", flat=True)
    return set(rows)


def codes(attempt: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refusal:
        attempt()
    return [violation.code for violation in refusal.value.violations]


# -- The way of a decision ---------------------------------------------------------------------


def test_a_mitigation_is_started_done_and_verified(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)

    executing.start()
    started_at = executing.now
    executing.finish(proof := executing.capture())
    done_at = executing.now
    executing.judge(run := executing.run())

    made = executing.read().execution
    assert (made.state, made.started_at, made.done_at) == (
        ExecutionState.VERIFIED,
        started_at,
        done_at,
    )
    assert (list(made.proof.all()), made.run, made.judged_at) == ([proof], run, executing.now)
    assert made.finding == "401 rate 0.3 %, as in the baseline"


def test_what_was_done_earlier_is_dated_so_and_a_run_since_then_counts(
    executing: DecisionRun,
) -> None:
    executing.decide(Option.FLAG)
    executing.start()
    done_at = executing.now + timedelta(seconds=30)
    run, proof = executing.run(), executing.capture()
    executing.finish(proof, done_at=done_at)
    noted_at = executing.now

    made = executing.read().execution
    assert (made.done_at, made.done_noted_at, made.is_done_noted_later) == (done_at, noted_at, True)
    assert entry(executing.incident, "execution.done").data["done_at"] == done_at.isoformat()
    past = incident_at(executing.incident, noted_at - timedelta(seconds=1))
    assert cached_facts(past).decisions[0].execution.state == ExecutionState.STARTED
    executing.judge(run)
    assert executing.read().execution.state == ExecutionState.VERIFIED


@pytest.mark.parametrize("minutes", [-20, 10], ids=["before-the-start", "ahead-of-now"])
def test_it_was_done_after_the_start_and_by_now(executing: DecisionRun, minutes: int) -> None:
    executing.decide(Option.FLAG)
    executing.start()
    proof = executing.capture()
    done_at = executing.now + timedelta(minutes=minutes)

    assert codes(lambda: executing.finish(proof, done_at=done_at)) == ["X-TIME"]


def test_each_step_is_told_on_the_timeline_and_to_whom_it_concerns(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.start()
    executing.finish(proof := executing.capture())
    baseline = executing.capture(BASELINE)
    executing.judge(run := executing.run(baseline=baseline.number))

    done, passed = (
        entry(executing.incident, kind) for kind in ("execution.done", "verification.passed")
    )
    assert entry(executing.incident, "execution.started").data["option"] == "Feature-flag disable"
    assert (done.subject, done.data["evidence"]) == ("D-1", [proof.reference])
    assert passed.data["run"] == run.reference
    assert passed.data["baseline"] == baseline.reference
    assert notified("execution.done") == {executing.verifier.username}
    assert notified("verification.passed") == {"commander"}


def test_a_decision_that_holds_may_go_the_same_way(executing: DecisionRun) -> None:
    executing.decide(Option.HOLD)
    executing.done()

    executing.judge(executing.run())

    assert executing.read().execution.state == ExecutionState.VERIFIED


# -- Who ---------------------------------------------------------------------------------------


def test_only_who_is_named_executes(
    executing: DecisionRun, commander: Person, admin: Person, stranger: Person
) -> None:
    executing.decide(Option.FLAG)

    for person in (commander, admin, stranger, executing.verifier):
        with pytest.raises(NotPermitted, match="Only Mitigation Owner executes D-1"):
            executing.start(person)
    executing.start()
    for person in (commander, admin, stranger, executing.verifier):
        with pytest.raises(NotPermitted, match="Only Mitigation Owner executes D-1"):
            executing.finish(executing.cited, by=person)

    assert executing.read().execution.state == ExecutionState.STARTED


def test_only_who_is_named_verifies(
    executing: DecisionRun, commander: Person, admin: Person, stranger: Person
) -> None:
    executing.decide(Option.FLAG)
    executing.done()
    run = executing.run()

    for person in (commander, admin, stranger, executing.executor):
        with pytest.raises(NotPermitted, match="Only Verification Owner verifies D-1"):
            executing.judge(run, by=person)

    assert executing.read().execution.state == ExecutionState.DONE


# -- X-STATE and D-DUAL ------------------------------------------------------------------------


def test_what_waits_for_signatures_is_not_started_and_says_for_whose(
    ledger: DecisionRun, data_owner: Person
) -> None:
    ledger.decide()

    with pytest.raises(Refused) as refusal:
        ledger.start()

    (violation,) = refusal.value.violations
    assert violation.code == "D-DUAL"
    assert violation.sentence == f"D-1 waits for signatures: {data_owner}, data owner."


def test_signed_by_both_it_is_executed(ledger: DecisionRun, data_owner: Person) -> None:
    ledger.decide()
    ledger.sign(data_owner)

    ledger.done()

    assert ledger.read().execution.state == ExecutionState.DONE


def test_what_is_over_is_not_started(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.decide(Option.ROLLBACK, supersede_reason="The flag changed nothing")

    with pytest.raises(Refused, match="D-1 is superseded by D-2"):
        executing.start(number=1)
    executing.withdraw(number=2)
    with pytest.raises(Refused, match="D-2 is withdrawn"):
        executing.start(number=2)


def test_no_step_is_taken_out_of_turn(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    item = executing.capture()

    assert codes(lambda: executing.finish(item)) == ["X-STATE"]
    executing.start()
    assert codes(executing.start) == ["X-STATE"]
    assert codes(lambda: executing.judge(executing.run())) == ["X-STATE"]
    executing.finish(item)
    assert codes(lambda: executing.finish(item)) == ["X-STATE"]


# -- X-PROOF -----------------------------------------------------------------------------------


def test_it_is_not_done_without_proof(executing: DecisionRun, commander: Person) -> None:
    executing.decide(Option.FLAG)
    executing.start()
    other = declared(commander)
    elsewhere = [capture_evidence(other, commander, executing.now) for _ in range(5)][-1]
    silent = executing.capture(Capture(kind=EvidenceKind.COMMAND, command="flag off"))

    for proof in ([], [executing.cited], [elsewhere], [silent]):
        assert codes(lambda: executing.finish(*proof)) == ["X-PROOF"]  # noqa: B023

    assert executing.read().execution.state == ExecutionState.STARTED
    assert not executing.read().execution.proof.exists()


# -- V-RUN, V-FRESH, V-FINDING -----------------------------------------------------------------


def test_no_run_of_before_verifies(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.start()
    early = executing.run()
    executing.finish(executing.capture())
    begun_before = executing.run(started_at=executing.now - timedelta(minutes=5))

    assert codes(lambda: executing.judge(early)) == ["V-FRESH"]
    assert codes(lambda: executing.judge(begun_before)) == ["V-FRESH"]
    assert codes(lambda: executing.judge(executing.capture())) == ["V-RUN"]
    assert codes(lambda: executing.judge(None)) == ["V-RUN"]


def test_a_run_that_failed_verifies_nothing_but_shows_a_failure(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.done()
    run = executing.run(exit_code=1)

    assert codes(lambda: executing.judge(run)) == ["V-RUN"]
    executing.judge(run, False)

    assert executing.read().execution.state == ExecutionState.FAILED


def test_a_run_of_another_incident_shows_nothing(executing: DecisionRun, commander: Person) -> None:
    executing.decide(Option.FLAG)
    executing.done()
    other = declared(commander)
    for _ in range(9):
        run = capture_evidence(
            other, commander, executing.now, replace(PRECHECK, purpose="verification")
        )

    assert codes(lambda: executing.judge(run)) == ["V-RUN"]


def test_everything_that_is_wrong_is_told_at_once(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.done()

    found = codes(lambda: executing.judge(executing.cited, None, finding="None."))

    assert found == ["V-RUN", "V-RUN", "V-FRESH", "V-FINDING"]


def test_a_form_sent_twice_is_done_once(executing: DecisionRun, key: object) -> None:
    executing.decide(Option.FLAG)
    executing.start(once=key)

    with pytest.raises(AlreadyDone):
        executing.start(once=key)


# -- Failed ------------------------------------------------------------------------------------


def test_after_a_failure_a_checkpoint_asks_for_a_decision_within_ten_minutes(
    executing: DecisionRun, deputy: Person
) -> None:
    executing.assign(RoleName.DEPUTY, deputy)
    executing.decide(Option.FLAG)
    executing.done()

    executing.judge(executing.run(), False, finding="401 rate still 18 %")

    due = executing.incident.checkpoints.open().first()
    assert due is not None
    assert due.due_at == executing.now + timedelta(minutes=10)
    assert due.purpose == "Decide again: verification of D-1 failed"
    failed = entry(executing.incident, "verification.failed")
    assert failed.data["finding"] == "401 rate still 18 %"
    assert notified("verification.failed") == {
        "commander",
        "deputy",
        executing.executor.username,
    }


def test_a_checkpoint_that_is_due_by_then_is_enough(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.done()
    run = executing.run()
    executing.now += timedelta(minutes=20)

    executing.judge(run, False)

    points = list(executing.incident.checkpoints.open())
    assert [point.reference for point in points] == ["CP-2"]
    assert points[0].due_at <= executing.now + timedelta(minutes=10)


def test_one_that_is_overdue_is_not(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.done()
    run = executing.run()
    executing.now += timedelta(minutes=40)

    executing.judge(run, False)

    points = list(executing.incident.checkpoints.open())
    assert [point.reference for point in points] == ["CP-2", "CP-3"]
    assert points[1].due_at == executing.now + timedelta(minutes=10)


def test_a_verified_one_asks_for_nothing_more(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.done()

    executing.judge(executing.run())

    assert [c.reference for c in executing.incident.checkpoints.open()] == ["CP-2"]


# -- At once -----------------------------------------------------------------------------------

ROUNDS = in_tier(test=5, prove=50)


@pytest.mark.django_db(transaction=True)
def test_of_two_windows_that_start_and_judge_at_once_one_wins_each_time(
    executing: DecisionRun,
) -> None:
    """Many decisions in a row, each started and judged twice in the same instant."""
    executing.decide(Option.HOLD, deadline=executing.now + timedelta(hours=1))
    for number in range(1, ROUNDS + 1):
        started = run_concurrently(lambda _: state(executing.start(number=number)), 1, 2)  # noqa: B023
        executing.finish(executing.capture(), number=number)
        run: Evidence = executing.run()
        judged = run_concurrently(
            lambda passed: state(executing.judge(run, passed, number=number)),  # noqa: B023
            True,
            False,
        )
        assert sorted(started) == ["X-STATE", "started"]
        assert sorted(judged) in (["X-STATE", "verified"], ["X-STATE", "failed"])
        executing.decide(Option.HOLD, deadline=executing.now + timedelta(hours=1))

    for kinds in (["execution.started"], ["verification.passed", "verification.failed"]):
        assert executing.incident.timeline.filter(kind__in=kinds).count() == ROUNDS


def state(made: object) -> str:
    return str(made.execution.state)  # type: ignore[attr-defined]
