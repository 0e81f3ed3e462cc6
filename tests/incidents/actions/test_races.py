"""Two at the same instant, on real rows with real threads, fifty times in a row: one wins, the
other is told why."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import close_old_connections, connection

from incidents.actions import decisions, recommendations, roles, signatures
from incidents.content import content_hash
from incidents.models import Decision, Evidence, Incident, Person, Signature
from incidents.rules.conflict import Scores
from incidents.vocabulary import ExecutionState, LaneKind, Option, RoleName
from tests.factories import declared
from tests.filled import written
from tests.incidents.actions.test_supersede import NOW, ready
from warroom.kernel.refusal import Refused

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 50
LATER = NOW + timedelta(minutes=1)


def at_once(*attempts: Callable[[], str]) -> list[str]:
    """What each of them came to: its own word, or the sentences of its refusal."""
    together = Barrier(len(attempts))

    def run(attempt: Callable[[], str]) -> str:
        together.wait(10)
        try:
            return attempt()
        except Refused as refusal:
            return " ".join(violation.sentence for violation in refusal.violations)
        finally:
            connection.close()

    close_old_connections()
    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))


Owners = dict[LaneKind, Person]


def prepared(commander: Person, owners: Owners, **said: str) -> tuple[Incident, Evidence]:
    incident = declared(commander, **said)
    return incident, ready(incident, commander, owners)


def decide(by: Person, incident: Incident, cited: Evidence, owners: Owners, **said: object) -> str:
    filled = written(
        cited,
        owners[LaneKind.MITIGATION],
        owners[LaneKind.VERIFICATION],
        LATER,
        **{"deviation_reason": "The usual way needs people who sleep", **said},
    )
    return decisions.decide(by.as_actor(), incident.pk, 1, filled, now=LATER).reference


def test_two_who_decide(commander: Person, admin: Person, lane_owners: Owners) -> None:
    for _ in range(ROUNDS):
        incident, cited = prepared(commander, lane_owners)

        came = at_once(
            lambda: decide(commander, incident, cited, lane_owners),  # noqa: B023
            lambda: decide(admin, incident, cited, lane_owners),  # noqa: B023
        )

        won = [answer for answer in came if answer == "D-1"]
        told = [answer for answer in came if "decided CP-1 while you were writing: D-1" in answer]
        assert (len(won), len(told)) == (1, 1), came
        assert incident.decisions.count() == 1
        assert incident.executions.count() == 1


def asked_to_sign(commander: Person, data_owner: Person, owners: Owners) -> Decision:
    incident, cited = prepared(commander, owners, scenario="billing-state-mismatch")
    roles.assign(
        commander.as_actor(), incident.pk, role=RoleName.DATA_OWNER, person=data_owner, now=NOW
    )
    decide(
        commander,
        incident,
        cited,
        owners,
        option=Option.WRITE_FREEZE,
        choice="continue",
        rejected={
            o: f"Not {o.label}: too slow" for o in (Option.FLAG, Option.HOTFIX, Option.ROLLBACK)
        },
    )
    return Decision.objects.get(incident=incident)


def sign(by: Person, decision: Decision) -> str:
    signatures.sign(
        by.as_actor(),
        decision.incident_id,
        decision.number,
        role="data_owner",
        seen=content_hash(decision),
        now=LATER,
    )
    return "signed"


def withdraw(by: Person, decision: Decision) -> str:
    actor, incident = by.as_actor(), decision.incident_id
    signatures.withdraw(actor, incident, decision.number, reason="It came too early", now=LATER)
    return "withdrawn"


def test_one_who_signs_in_two_windows(
    commander: Person, data_owner: Person, lane_owners: Owners
) -> None:
    for _ in range(ROUNDS):
        decision = asked_to_sign(commander, data_owner, lane_owners)

        came = at_once(
            lambda: sign(data_owner, decision),  # noqa: B023
            lambda: sign(data_owner, decision),  # noqa: B023
        )

        told = [answer for answer in came if "has signed already for this role" in answer]
        assert sorted(came)[-1] == "signed"
        assert len(told) == 1, came
        assert Signature.objects.filter(decision=decision).count() == 2
        assert state_of(decision) == ExecutionState.DECIDED


def test_one_who_signs_while_another_withdraws(
    commander: Person, data_owner: Person, lane_owners: Owners
) -> None:
    for _ in range(ROUNDS):
        decision = asked_to_sign(commander, data_owner, lane_owners)

        signed, withdrawn = at_once(
            lambda: sign(data_owner, decision),  # noqa: B023
            lambda: withdraw(commander, decision),  # noqa: B023
        )

        assert withdrawn == "withdrawn"
        assert signed == "signed" or "can no longer be signed: withdrawn" in signed
        assert state_of(decision) == ExecutionState.WITHDRAWN


def state_of(decision: Decision) -> str:
    return Decision.objects.select_related("execution").get(pk=decision.pk).execution.state


def test_two_who_resolve_a_contradiction(
    commander: Person, admin: Person, lane_owners: Owners
) -> None:
    for _ in range(ROUNDS):
        incident, cited = prepared(commander, lane_owners)
        for lane, option in ((LaneKind.MITIGATION, "rollback"), (LaneKind.INVESTIGATION, "flag")):
            recommendations.recommend(
                lane_owners[lane].as_actor(),
                incident.pk,
                recommendations.Proposed(
                    option=option,
                    reasons="It takes the cause away",
                    evidence=(cited.number,),
                    reversibility=4,
                    blast_radius=2,
                ),
                lane=lane,
                now=NOW,
            )
        scores = {1: Scores(5, 2), 2: Scores(3, 2)}

        came = at_once(
            lambda: decide(commander, incident, cited, lane_owners, scores=scores),  # noqa: B023
            lambda: decide(admin, incident, cited, lane_owners, scores=scores),  # noqa: B023
        )

        assert sorted(answer == "D-1" for answer in came) == [False, True], came
        assert any("while you were writing" in answer for answer in came)
        (found,) = incident.contradictions.all()
        assert found.decision is not None
        assert [side.chosen for side in found.sides.order_by("pk")] == [True, False]
        reassessed = incident.checkpoints.filter(purpose="Reassess after X-1")
        assert [c.due_at for c in reassessed] == [LATER + timedelta(minutes=10)]
