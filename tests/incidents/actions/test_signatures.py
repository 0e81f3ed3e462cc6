"""Two signatures under a decision on billing data, and taking it back, on real rows."""

from datetime import timedelta, timezone

import pgtrigger
import pytest

from incidents.facts.as_of import incident_at
from incidents.facts.incident import cached_facts
from incidents.facts.signed_record import content_hash, record_of
from incidents.models import Incident, Notice, Person, RejectedOption, Signature, TimelineEntry
from incidents.vocabulary import ExecutionState, Option, RoleName, Severity
from kernel.refusal import AlreadyDone, NotPermitted, Refused, Violation
from tests.helpers.decision_run import NOW, DecisionRun


def entry(incident: Incident, kind: str) -> TimelineEntry:
    return incident.timeline.filter(kind=kind).latest("seq")


def notified(kind: str) -> set[str]:
    rows = Notice.objects.filter(kind=kind).values_list("person__username", flat=True)
    return set(rows)


def refused(refusal: pytest.ExceptionInfo[Refused]) -> list[Violation]:
    return list(refusal.value.violations)


# -- Signing -----------------------------------------------------------------------------------


def test_who_decides_as_commander_has_signed_and_the_data_owner_is_asked(
    ledger: DecisionRun, commander: Person, data_owner: Person
) -> None:
    made = ledger.decide()

    assert made.execution.state == ExecutionState.PENDING
    assert [(s.role, s.person) for s in made.signatures.all()] == [("commander", commander)]
    assert notified("decision.sign") == {"data-owner"}
    signed = entry(ledger.incident, "decision.signed")
    assert (signed.subject, signed.data["person"], signed.data["role"]) == (
        "D-1",
        str(commander),
        "Commander",
    )
    assert signed.data["missing"] == f"Still to sign: {data_owner}, data owner."


def test_what_an_admin_decides_is_signed_by_nobody_and_both_are_asked(
    ledger: DecisionRun, admin: Person
) -> None:
    made = ledger.decide(by=admin)

    assert not made.signatures.exists()
    assert made.execution.state == ExecutionState.PENDING
    assert notified("decision.sign") == {"commander", "data-owner"}


def test_the_second_signature_makes_it_executable(ledger: DecisionRun, data_owner: Person) -> None:
    ledger.decide()

    ledger.sign(data_owner)

    execution = ledger.read().execution
    assert (execution.state, execution.signed_at) == (ExecutionState.DECIDED, ledger.now)
    assert entry(ledger.incident, "decision.signed").data["missing"] == (
        "Both have signed: D-1 can be executed."
    )
    assert notified("decision.signed") == {ledger.executor.username}


def test_the_order_of_the_two_does_not_matter(
    ledger: DecisionRun, admin: Person, commander: Person, data_owner: Person
) -> None:
    ledger.decide(by=admin)

    ledger.sign(data_owner)
    between = ledger.read().execution.state
    ledger.sign(commander, "commander")

    assert (between, ledger.read().execution.state) == (
        ExecutionState.PENDING,
        ExecutionState.DECIDED,
    )


def test_a_deadline_typed_in_another_zone_is_the_same_record(
    ledger: DecisionRun, data_owner: Person
) -> None:
    """The commander signs the row that is written, the data owner the one that is read."""
    tokyo = timezone(timedelta(hours=9))

    ledger.decide(deadline=(NOW + timedelta(minutes=40)).astimezone(tokyo))
    ledger.sign(data_owner)

    assert len({s.content_hash for s in ledger.read().signatures.all()}) == 1
    assert ledger.read().execution.state == ExecutionState.DECIDED


def test_signing_what_was_read_before_a_change_is_refused(
    ledger: DecisionRun, data_owner: Person
) -> None:
    seen = content_hash(ledger.decide())
    ledger.change(scope="All regions")

    with pytest.raises(Refused) as refusal:
        ledger.sign(data_owner, seen=seen)

    assert [one.code for one in refused(refusal)] == ["D-DUAL"]
    assert "not what you read any more" in refused(refusal)[0].sentence
    assert Signature.objects.count() == 1


def test_who_holds_both_roles_signs_once(ledger: DecisionRun, commander: Person) -> None:
    ledger.assign(RoleName.DATA_OWNER, commander)
    ledger.decide()

    with pytest.raises(Refused, match="of a second person"):
        ledger.sign(commander)

    assert ledger.read().execution.state == ExecutionState.PENDING
    assert "name a second person" in entry(ledger.incident, "decision.signed").data["missing"]


def test_signing_twice_is_refused(ledger: DecisionRun, data_owner: Person) -> None:
    ledger.decide()
    ledger.sign(data_owner)

    with pytest.raises(Refused, match="has signed already for this role"):
        ledger.sign(data_owner)


def test_who_is_no_longer_data_owner_does_not_sign(
    ledger: DecisionRun, data_owner: Person, stranger: Person
) -> None:
    ledger.decide()
    ledger.assign(RoleName.DATA_OWNER, stranger)

    with pytest.raises(NotPermitted):
        ledger.sign(data_owner)
    ledger.sign(stranger)

    assert ledger.read().execution.state == ExecutionState.DECIDED


@pytest.mark.parametrize("who", ["deputy", "stranger", "admin", "stakeholder"])
def test_nobody_else_signs(
    request: pytest.FixtureRequest, ledger: DecisionRun, deputy: Person, who: str
) -> None:
    ledger.assign(RoleName.DEPUTY, deputy)
    ledger.decide()

    with pytest.raises(NotPermitted):
        ledger.sign(request.getfixturevalue(who))

    assert Signature.objects.count() == 1


def test_looking_back_a_record_has_its_hash_from_its_first_signature_on(
    ledger: DecisionRun, data_owner: Person, admin: Person
) -> None:
    """Also where another record was signed before."""
    first = ledger.decide()
    ledger.withdraw()
    second = ledger.decide(by=admin)
    before = ledger.now
    ledger.sign(data_owner, number=2)

    hashes = {
        moment: cached_facts(incident_at(ledger.incident, moment)).hashes
        for moment in (before, ledger.now)
    }

    assert set(hashes[before]) == {first.pk}
    assert hashes[ledger.now] == {
        d.pk: content_hash(ledger.read(d.number)) for d in (first, second)
    }


def test_where_nobody_must_sign_nobody_can(executing: DecisionRun, commander: Person) -> None:
    executing.decide(Option.FLAG)

    with pytest.raises(Refused, match="D-1 needs no signatures"):
        executing.sign(commander, "commander")


def test_a_form_sent_twice_signs_once(ledger: DecisionRun, data_owner: Person, key: object) -> None:
    ledger.decide()
    ledger.sign(data_owner, once=key)

    with pytest.raises(AlreadyDone):
        ledger.sign(data_owner, once=key)


# -- A record that changed ---------------------------------------------------------------------


def test_what_changed_after_it_was_signed_is_not_started_until_it_is_signed_again(
    ledger: DecisionRun, commander: Person, data_owner: Person
) -> None:
    ledger.decide()
    ledger.sign(data_owner)
    ledger.change(next_action="Freeze the ledger of all regions")

    with pytest.raises(Refused) as refusal:
        ledger.start()
    ledger.sign(commander, "commander")
    ledger.sign(data_owner)
    ledger.start()

    assert [one.code for one in refused(refusal)] == ["D-DUAL"]
    assert "It changed after it was signed, and must be signed again." in (
        refused(refusal)[0].sentence
    )
    assert ledger.read().execution.state == ExecutionState.STARTED
    assert Signature.objects.count() == 4


def test_also_what_hangs_on_a_record_is_part_of_it(ledger: DecisionRun, data_owner: Person) -> None:
    made = ledger.decide()
    before = content_hash(made)

    with pgtrigger.ignore("incidents.RejectedOption:rejected_is_final"):
        RejectedOption.objects.filter(decision=made, option=Option.FLAG).update(reason="Other")

    assert content_hash(ledger.read()) != before


def test_the_record_has_all_that_a_signer_reads(ledger: DecisionRun, commander: Person) -> None:
    record = record_of(ledger.decide(Option.WRITE_FREEZE))

    assert record["severity"] == Severity.SEV1
    assert record["evidence"] == [(ledger.cited.number, ledger.cited.sha256)]
    assert [option for option, _ in record["rejected"]] == ["flag", "hotfix", "rollback"]
    assert [text for _, text in record["risks"]] == [
        "Sessions issued before the rollback may fail until they expire"
    ]
    assert record["commander_id"] == commander.pk
    assert record["deadline"].endswith("+00:00")


# -- Withdrawing -------------------------------------------------------------------------------


@pytest.mark.parametrize("signed", [False, True], ids=["pending", "signed"])
def test_what_nobody_has_begun_is_withdrawn_with_a_reason(
    ledger: DecisionRun, data_owner: Person, signed: bool
) -> None:
    ledger.decide()
    if signed:
        ledger.sign(data_owner)

    ledger.withdraw()

    ended = ledger.read().execution
    assert (ended.state, ended.ended_at, ended.end_reason) == (
        ExecutionState.WITHDRAWN,
        ledger.now,
        "It came too early",
    )
    assert entry(ledger.incident, "decision.withdrawn").data["reason"] == "It came too early"
    assert notified("decision.withdrawn") == {
        "data-owner",
        ledger.executor.username,
        ledger.verifier.username,
    }


def test_after_it_the_next_mitigation_supersedes_nothing(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.withdraw()

    executing.decide(Option.ROLLBACK)

    assert executing.read(2).execution.state == ExecutionState.DECIDED


def test_what_is_begun_is_not_withdrawn(executing: DecisionRun) -> None:
    executing.decide(Option.FLAG)
    executing.start()

    with pytest.raises(Refused) as refusal:
        executing.withdraw()

    assert [(v.code, v.sentence) for v in refused(refusal)] == [
        ("X-STATE", "D-1 can no longer be withdrawn: being executed.")
    ]


@pytest.mark.parametrize("reason", ["", " \n", "None.", "N / A", "-"])
def test_it_is_not_withdrawn_for_no_reason(executing: DecisionRun, reason: str) -> None:
    executing.decide(Option.FLAG)

    with pytest.raises(Refused) as refusal:
        executing.withdraw(reason=reason)

    assert [(v.code, v.field) for v in refused(refusal)] == [("X-REASON", "reason")]
    assert executing.read().execution.state == ExecutionState.DECIDED


def test_an_admin_withdraws_too_and_nobody_else(
    executing: DecisionRun, admin: Person, stranger: Person
) -> None:
    executing.decide(Option.FLAG)

    for person in (stranger, executing.executor, executing.verifier):
        with pytest.raises(NotPermitted):
            executing.withdraw(person)
    executing.withdraw(admin)

    assert executing.read().execution.state == ExecutionState.WITHDRAWN
