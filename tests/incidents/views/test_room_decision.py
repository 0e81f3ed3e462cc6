"""What the room shows of the decision that stands: who is missing, proof, run, failure."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from incidents.models import Person
from incidents.vocabulary import Option, Purpose
from kernel import clock
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import PRECHECK
from tests.helpers.decision_run import DecisionRun
from tests.markup import markup

MAX_QUERIES = 30


@pytest.fixture
def room(client: Client, commander: Person) -> Callable[[DecisionRun], str]:
    """The room as the commander sees it, in a bounded number of queries."""

    def shown(given: DecisionRun) -> str:
        client.force_login(commander)
        client.get("/settings/")
        with clock.at(given.now), queries() as asked:
            page: str = markup(client.get(given.incident.get_absolute_url()))
        assert len(asked) <= MAX_QUERIES
        return page

    return shown


type Room = Callable[[DecisionRun], str]


def test_a_pending_decision_waits_visibly_and_says_for_whom(
    ledger: DecisionRun, room: Room
) -> None:
    ledger.decide()

    page = room(ledger)

    assert "Waiting for signatures" in page
    assert "Signature missing</strong> Data Owner, data owner" in page
    assert 'data-code="D-DUAL"' not in page, "a warning that repeats the decision beside it"


def test_signed_it_waits_no_more(ledger: DecisionRun, room: Room, data_owner: Person) -> None:
    ledger.decide()
    ledger.sign(data_owner)

    page = room(ledger)

    assert "Data Owner as data owner" in page
    assert "Not started" in page
    assert "Signature missing" not in page


def test_a_record_that_changed_waits_again(
    ledger: DecisionRun, room: Room, data_owner: Person
) -> None:
    ledger.decide()
    ledger.sign(data_owner)
    ledger.change(scope="All regions")

    assert "Signature missing" in room(ledger)


def test_proof_run_and_baseline_stand_in_the_room(executing: DecisionRun, room: Room) -> None:
    baseline = executing.capture(replace(PRECHECK, purpose=Purpose.BASELINE))
    executing.decide(Option.FLAG)
    executing.start()
    executing.finish(proof := executing.capture())
    executing.judge(run := executing.run(baseline=baseline.number))

    page = room(executing)

    for item in (proof, run, baseline):
        assert f'class="cite" href="{item.get_absolute_url()}">{item.reference}</a>' in page
    assert "401 rate 0.3 %, as in the baseline" in page
    assert "did not hold" not in page


def test_a_failure_asks_the_commander_to_decide_again_at_its_checkpoint(
    executing: DecisionRun, room: Room
) -> None:
    executing.decide(Option.FLAG)
    executing.done()
    executing.judge(run := executing.run(), False, finding="401 rate still 18 %.")

    page = room(executing)

    assert "D-1 did not hold" in page
    assert "401 rate still 18 %." in page
    assert "Decide again: verification of D-1 failed" in page
    assert 'data-code="FAILED"' not in page, "a warning that repeats the decision beside it"
    assert f"Verified: run {run.reference} failed" in page


def test_what_was_superseded_or_withdrawn_is_marked(executing: DecisionRun, room: Room) -> None:
    executing.decide(Option.FLAG)
    executing.decide(Option.ROLLBACK, supersede_reason="The flag changed nothing")
    superseded = room(executing)
    executing.withdraw(number=2, reason="The flag helped after all")

    withdrawn = room(executing)

    assert "D-1 Feature-flag disable</a> (superseded)" in superseded
    assert "<strong>Withdrawn</strong>" in withdrawn
    assert "The flag helped after all" in withdrawn
