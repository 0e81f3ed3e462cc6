# ruff: noqa: B023  (each round is over before its names change)
"""Two at the same instant, on real rows with real threads, many times in a row: one wins, the
other is told why."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import close_old_connections, connection

from incidents.actions import decisions, recommendations, roles, signatures
from incidents.facts.signed_record import content_hash
from incidents.models import Decision, Evidence, Incident, Person, Signature
from incidents.rules.conflict import Scores
from incidents.vocabulary import ExecutionState, LaneKind, Option, RoleName
from kernel.refusal import Refused
from tests.helpers.decision_inputs import decision_input
from tests.helpers.factories import declared
from tests.helpers.tiers import in_tier
from tests.incidents.actions.test_supersede import NOW, ready

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = in_tier(test=5, prove=50)
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


def open_one(incident: Incident) -> int:
    """The number of the checkpoint that is decided next."""
    due = incident.checkpoints.open().first()
    assert due is not None
    return due.number


def decide(
    by: Person,
    incident: Incident,
    cited: Evidence,
    owners: Owners,
    number: int = 1,
    **said: object,
) -> str:
    filled = decision_input(
        cited,
        owners[LaneKind.MITIGATION],
        owners[LaneKind.VERIFICATION],
        LATER,
        **{
            "deviation_reason": "The usual way needs people who sleep",
            "supersede_reason": "The last one changed nothing",
            **said,
        },
    )
    return decisions.decide(by.as_actor(), incident.pk, number, filled, now=LATER).reference


def test_two_who_decide(commander: Person, admin: Person, lane_owners: Owners) -> None:
    incident, cited = prepared(commander, lane_owners)
    for made in range(1, ROUNDS + 1):
        number = open_one(incident)

        came = at_once(
            lambda: decide(commander, incident, cited, lane_owners, number),
            lambda: decide(admin, incident, cited, lane_owners, number),
        )

        told = f"decided CP-{number} while you were writing: D-{made}"
        assert sorted(answer == f"D-{made}" for answer in came) == [False, True], came
        assert any(told in answer for answer in came), came
        assert incident.decisions.count() == made
        assert incident.executions.filter(state=ExecutionState.DECIDED).count() == 1


class Billing:
    """A billing incident whose commander decides again and again, each time asking for a
    signature."""

    def __init__(self, commander: Person, data_owner: Person, owners: Owners) -> None:
        self.commander, self.owners = commander, owners
        self.incident, self.cited = prepared(commander, owners, scenario="billing-state-mismatch")
        roles.assign(
            commander.as_actor(),
            self.incident.pk,
            role=RoleName.DATA_OWNER,
            person=data_owner,
            now=NOW,
        )

    def asks(self) -> Decision:
        reasons = {o: f"Not {o.label}: too slow" for o in (Option.FLAG, Option.HOTFIX)}
        decide(
            self.commander,
            self.incident,
            self.cited,
            self.owners,
            open_one(self.incident),
            option=Option.WRITE_FREEZE,
            choice="continue",
            rejected=reasons | {Option.ROLLBACK: "A migration stands in its way"},
        )
        return Decision.objects.filter(incident=self.incident).latest("number")


def sign(by: Person, decision: Decision, role: str = "data_owner") -> str:
    signatures.sign(
        by.as_actor(),
        decision.incident_id,
        decision.number,
        role=role,
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
    billing = Billing(commander, data_owner, lane_owners)
    for _ in range(ROUNDS):
        decision = billing.asks()

        came = at_once(
            lambda: sign(data_owner, decision),
            lambda: sign(data_owner, decision),
        )

        told = [answer for answer in came if "has signed already for this role" in answer]
        assert sorted(came)[-1] == "signed"
        assert len(told) == 1, came
        assert Signature.objects.filter(decision=decision).count() == 2
        assert state_of(decision) == ExecutionState.DECIDED


def test_the_commander_and_the_data_owner_who_sign(
    commander: Person, admin: Person, data_owner: Person, lane_owners: Owners
) -> None:
    """What an admin decided nobody has signed: whoever comes second makes it executable."""
    billing = Billing(commander, data_owner, lane_owners)
    billing.commander = admin
    entries = billing.incident.timeline.filter(kind="decision.signed")
    for made in range(1, ROUNDS + 1):
        decision = billing.asks()

        came = at_once(
            lambda: sign(commander, decision, "commander"),
            lambda: sign(data_owner, decision),
        )

        assert came == ["signed", "signed"]
        assert Signature.objects.filter(decision=decision).count() == 2
        assert state_of(decision) == ExecutionState.DECIDED
        complete = entries.filter(data__missing__startswith="Both have signed")
        assert (entries.count(), complete.count()) == (2 * made, made)


def test_one_who_signs_while_another_withdraws(
    commander: Person, data_owner: Person, lane_owners: Owners
) -> None:
    billing = Billing(commander, data_owner, lane_owners)
    for _ in range(ROUNDS):
        decision = billing.asks()

        signed, withdrawn = at_once(
            lambda: sign(data_owner, decision),
            lambda: withdraw(commander, decision),
        )

        assert withdrawn == "withdrawn"
        assert signed == "signed" or "can no longer be signed: withdrawn" in signed
        assert state_of(decision) == ExecutionState.WITHDRAWN


def state_of(decision: Decision) -> str:
    return Decision.objects.select_related("execution").get(pk=decision.pk).execution.state


def test_two_who_resolve_a_contradiction(
    commander: Person, admin: Person, lane_owners: Owners
) -> None:
    incident, cited = prepared(commander, lane_owners)
    for made in range(1, ROUNDS + 1):
        number = open_one(incident)
        voices = {}
        for lane, option in ((LaneKind.MITIGATION, "rollback"), (LaneKind.INVESTIGATION, "flag")):
            voice = recommendations.recommend(
                lane_owners[lane].as_actor(),
                incident.pk,
                recommendations.RecommendationInput(
                    option=option,
                    reasons="It takes the cause away",
                    evidence=(cited.number,),
                    reversibility=4,
                    blast_radius=2,
                ),
                lane=lane,
                now=NOW,
            )
            voices[voice.number] = Scores(5 if option == "rollback" else 3, 2)

        came = at_once(
            lambda: decide(
                commander,
                incident,
                cited,
                lane_owners,
                number,
                scores=voices,
            ),
            lambda: decide(admin, incident, cited, lane_owners, number, scores=voices),
        )

        assert sorted(answer == f"D-{made}" for answer in came) == [False, True], came
        assert any("while you were writing" in answer for answer in came), came
        found = incident.contradictions.get(number=made)
        assert found.decision is not None
        assert found.decision.number == made
        assert [side.chosen for side in found.sides.order_by("pk")] == [True, False]
        within = incident.checkpoints.open().filter(due_at__lte=LATER + timedelta(minutes=10))
        assert within.count() == 1
