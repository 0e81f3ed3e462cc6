"""One mitigation at a time, and what an access bypass asks for first, on real rows."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from incidents.actions import checkpoints, decisions, lifecycle, roles
from incidents.models import Decision, Evidence, Execution, Incident, Notice, Person
from incidents.vocabulary import ExecutionState, LaneKind, Option, RoleName
from kernel.refusal import Refused
from tests.helpers.decision_inputs import decision_input, prepare_decision
from tests.helpers.factories import START, SurfaceFactory, declared

NOW = START + timedelta(minutes=10)


def ready(
    incident: Incident, commander: Person, owners: dict[LaneKind, Person], now: datetime = NOW
) -> Evidence:
    actor = commander.as_actor()
    for lane, person in owners.items():
        roles.assign(
            actor, incident.pk, role=RoleName.LANE_OWNER, lane=lane, person=person, now=now
        )
    due = now + timedelta(minutes=20)
    checkpoints.schedule(actor, incident.pk, due_at=due, purpose="", now=now)
    return prepare_decision(incident, commander, now)


class Deciding:
    """One incident at its open checkpoint, again and again."""

    def __init__(
        self, incident: Incident, commander: Person, owners: dict[LaneKind, Person]
    ) -> None:
        self.incident, self.commander = incident, commander
        self.executor = owners[LaneKind.MITIGATION]
        self.verifier = owners[LaneKind.VERIFICATION]
        self.cited = ready(incident, commander, owners)
        self.now = NOW

    def decide(self, option: Option, **said: Any) -> Decision:
        self.now += timedelta(minutes=1)
        due = self.incident.checkpoints.open().first()
        assert due is not None
        reasons = {
            Option.FLAG: "The flag does not cover the signer",
            Option.HOTFIX: "The cause is not confirmed",
            Option.ROLLBACK: "Sessions would all end",
        }
        choice = "rollback" if option == Option.ROLLBACK else "continue"
        filled = decision_input(
            self.cited,
            self.executor,
            self.verifier,
            self.now,
            option=option,
            choice=choice,
            rejected=reasons,
            deviation_reason="The usual way needs people who sleep",
            **said,
        )
        actor = self.commander.as_actor()
        return decisions.decide(actor, self.incident.pk, due.number, filled, now=self.now)


@pytest.fixture
def deciding(
    incident: Incident, commander: Person, lane_owners: dict[LaneKind, Person]
) -> Deciding:
    return Deciding(incident, commander, lane_owners)


def states(incident: Incident) -> dict[str, str]:
    rows = Execution.objects.filter(incident=incident).select_related("decision")
    return {row.decision.reference: row.state for row in rows}


def test_a_second_mitigation_without_a_reason_is_refused(deciding: Deciding) -> None:
    deciding.decide(Option.FLAG)

    with pytest.raises(Refused) as refusal:
        deciding.decide(Option.ROLLBACK)

    assert [v.code for v in refusal.value.violations] == ["D-ONE"]
    assert states(deciding.incident) == {"D-1": ExecutionState.DECIDED}


def test_a_second_mitigation_supersedes_the_first_with_its_reason(deciding: Deciding) -> None:
    first = deciding.decide(Option.FLAG)

    second = deciding.decide(Option.ROLLBACK, supersede_reason="The flag changed nothing")

    ended = Execution.objects.get(decision=first)
    assert states(deciding.incident) == {
        "D-1": ExecutionState.SUPERSEDED,
        "D-2": ExecutionState.DECIDED,
    }
    assert (ended.superseded_by, ended.end_reason) == (second, "The flag changed nothing")
    entry = deciding.incident.timeline.get(kind="decision.superseded")
    assert (entry.subject, entry.data["by"]) == ("D-1", "D-2")
    told = Notice.objects.filter(kind="decision.superseded").values_list("person", flat=True)
    assert set(told) == {deciding.executor.pk, deciding.verifier.pk}


def test_holding_leaves_the_mitigation_running(deciding: Deciding) -> None:
    deciding.decide(Option.FLAG)

    deciding.decide(Option.HOLD)

    assert states(deciding.incident) == {
        "D-1": ExecutionState.DECIDED,
        "D-2": ExecutionState.DECIDED,
    }


def test_the_database_itself_refuses_a_second_unfinished_mitigation(deciding: Deciding) -> None:
    first = deciding.decide(Option.FLAG)
    deciding.decide(Option.ROLLBACK, supersede_reason="The flag changed nothing")

    with pytest.raises(IntegrityError, match="execution_one_mitigation"), transaction.atomic():
        Execution.objects.filter(decision=first).update(state=ExecutionState.DECIDED)


@pytest.fixture
def bypass(commander: Person, lane_owners: dict[LaneKind, Person]) -> Deciding:
    incident = declared(commander, scenario="permission-leak")
    return Deciding(incident, commander, lane_owners)


def test_a_hotfix_comes_after_rollback_and_revocation(bypass: Deciding) -> None:
    with pytest.raises(Refused) as refusal:
        bypass.decide(Option.HOTFIX)

    assert [v.code for v in refusal.value.violations] == ["D-FIRST"]
    assert "full rollback is not decided yet" in refusal.value.violations[0].sentence


def test_a_decided_rollback_alone_is_not_enough(bypass: Deciding) -> None:
    bypass.decide(Option.ROLLBACK)

    with pytest.raises(Refused) as refusal:
        bypass.decide(Option.HOTFIX, supersede_reason="The patch is ready")

    assert [v.code for v in refusal.value.violations] == ["D-FIRST"]
    assert "full rollback is decided by D-1" in refusal.value.violations[0].sentence


def test_billing_waits_for_signatures_whatever_the_scenario(
    commander: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    incident = declared(commander)
    lifecycle.set_surfaces(
        commander.as_actor(),
        incident.pk,
        surfaces=(SurfaceFactory(name="Ledger", dependency_class="billing"),),
        now=START,
    )

    made = Deciding(incident, commander, lane_owners).decide(Option.WRITE_FREEZE)

    assert Execution.objects.get(decision=made).state == ExecutionState.PENDING
