"""What a decision asks of whom: to sign, execute, verify, and to decide again when it failed."""

from datetime import timedelta

import pytest

from incidents.duties.duty import Duty, duties
from incidents.facts import incident as incident_facts
from incidents.models import Incident, Person
from incidents.vocabulary import Option, RoleName
from tests.helpers.counting import queries
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import declared


def asked(given: DecisionRun, person: Person) -> list[Duty]:
    return duties([incident_facts.read_facts(given.incident)], person, given.now)


def titles(given: DecisionRun, person: Person) -> list[str]:
    """Those that name a decision."""
    return [duty.title for duty in asked(given, person) if "D-1" in duty.title]


def test_who_is_to_sign_is_led_to_the_record(
    ledger: DecisionRun, commander: Person, data_owner: Person
) -> None:
    made = ledger.decide()

    (duty,) = asked(ledger, data_owner)

    assert duty.title == "Sign D-1: Write freeze"
    assert (duty.role, duty.href) == ("signer", made.get_absolute_url())
    assert titles(ledger, commander) == []
    assert titles(ledger, ledger.executor) == []


def test_signed_it_is_the_executors(ledger: DecisionRun, data_owner: Person) -> None:
    made = ledger.decide()
    ledger.sign(data_owner)

    (duty,) = asked(ledger, ledger.executor)

    assert (duty.title, duty.href) == ("Execute D-1", made.get_absolute_url())
    assert asked(ledger, data_owner) == []


def test_a_record_that_changed_is_the_signers_again(
    ledger: DecisionRun, commander: Person, data_owner: Person
) -> None:
    ledger.decide()
    ledger.sign(data_owner)

    ledger.change(scope="All regions")

    assert titles(ledger, ledger.executor) == []
    assert titles(ledger, commander) == ["Sign D-1: Write freeze"]
    assert titles(ledger, data_owner) == ["Sign D-1: Write freeze"]


def test_each_step_passes_it_on(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    made = executing.read()
    both = (executing.executor, executing.verifier)

    seen = [[titles(executing, person) for person in both]]
    executing.start()
    seen.append([titles(executing, person) for person in both])
    (finishing,) = asked(executing, executing.executor)
    executing.finish(executing.capture())
    seen.append([titles(executing, person) for person in both])
    (verifying,) = asked(executing, executing.verifier)
    executing.judge(executing.run())
    seen.append([titles(executing, person) for person in both])

    assert seen == [
        [["Execute D-1"], ["Be ready to verify D-1"]],
        [["Finish D-1"], ["Be ready to verify D-1"]],
        [[], ["Verify D-1"]],
        [[], []],
    ]
    assert finishing.href == f"{made.get_absolute_url()}done/"
    assert verifying.href == f"{made.get_absolute_url()}verify/"


@pytest.mark.parametrize("end", ["withdraw", "supersede"])
def test_what_is_over_asks_nobody(executing: DecisionRun, end: str) -> None:
    executing.decide(Option.FLAG)
    if end == "withdraw":
        executing.withdraw()
    else:
        executing.decide(Option.ROLLBACK, supersede_reason="The flag changed nothing")

    assert titles(executing, executing.executor) == []
    assert titles(executing, executing.verifier) == []


def test_nobody_is_asked_to_execute_a_decision_that_holds(executing: DecisionRun) -> None:
    executing.decide(Option.HOLD)

    assert titles(executing, executing.executor) == []
    assert titles(executing, executing.verifier) == []


# -- After a failure ---------------------------------------------------------------------------


def failed(given: DecisionRun) -> None:
    given.done()
    given.judge(given.run(), False, finding="401 rate still 18 %")


def test_the_commander_decides_again_before_all_else(
    executing: DecisionRun, commander: Person
) -> None:
    executing.decide(Option.FLAG)
    failed(executing)

    first = asked(executing, commander)[0]

    assert first.title == "Decide again: verification of D-1 failed"
    assert first.why == "401 rate still 18 %"
    assert first.href.endswith("/decide/")


def test_but_not_before_a_checkpoint_that_is_overdue(
    executing: DecisionRun, commander: Person
) -> None:
    executing.decide(Option.FLAG)
    failed(executing)
    executing.now += timedelta(hours=1)

    first, second = asked(executing, commander)[:2]

    assert first.overdue
    assert second.title == "Decide again: verification of D-1 failed"


def test_deciding_again_ends_it(executing: DecisionRun, commander: Person) -> None:
    executing.decide(Option.FLAG)
    failed(executing)

    executing.decide(Option.ROLLBACK)

    assert titles(executing, commander) == []


def test_a_failure_is_not_hidden_by_a_later_decision_to_hold(
    executing: DecisionRun, commander: Person
) -> None:
    """D-2 was made before D-1 failed, and answers nothing."""
    executing.decide(Option.FLAG)
    executing.decide(Option.HOLD)

    failed(executing)

    assert titles(executing, commander) == ["Decide again: verification of D-1 failed"]


# -- Many incidents ----------------------------------------------------------------------------


def test_three_pending_decisions_are_asked_for_in_as_many_queries_as_one(
    ledger: DecisionRun, commander: Person, data_owner: Person, lane_owners: dict[str, Person]
) -> None:
    ledger.decide()
    more: list[Incident] = []
    for _ in range(2):
        incident = declared(commander, scenario="billing-state-mismatch")
        other = DecisionRun(incident, commander, lane_owners)
        other.assign(RoleName.DATA_OWNER, data_owner)
        other.decide()
        more.append(incident)

    def ask(incidents: list[Incident]) -> tuple[int, int]:
        with queries() as counted:
            found = duties(incident_facts.read_all_facts(incidents), data_owner, ledger.now)
        return len(found), len(counted)

    one, three = ask([ledger.incident]), ask([ledger.incident, *more])

    assert (one[0], three[0]) == (1, 3)
    assert three[1] == one[1] <= 20
