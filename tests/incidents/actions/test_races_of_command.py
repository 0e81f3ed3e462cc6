# ruff: noqa: B023  (each round is over before its names change)
"""Two at the same instant who take command, claim a lane, act first or keep course: one wins."""

from datetime import timedelta

import pytest

from incidents.actions import acts, course, decisions, execution, roles
from incidents.facts.incident import read_facts
from incidents.models import Assignment, Incident, Person
from incidents.vocabulary import LaneKind, Option, RoleName
from tests.helpers.decision_inputs import VERIFICATION, capture_evidence, decision_input
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START, declared
from tests.helpers.tiers import in_tier
from tests.incidents.actions.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = in_tier(test=3, prove=50)
AWAY = START + timedelta(minutes=20)


def holders(incident: Incident, role: str, lane: str = "") -> list[Person]:
    rows = Assignment.objects.current().filter(incident=incident, role=role, lane=lane)
    return [assignment.person for assignment in rows]


def test_two_who_take_command(commander: Person, deputy: Person, stranger: Person) -> None:
    for _ in range(ROUNDS):
        incident = declared(commander)
        roles.assign(
            commander.as_actor(), incident.pk, role=RoleName.DEPUTY, person=deputy, now=START
        )
        roles.join(stranger.as_actor(), incident.pk, now=START)

        def take(person: Person) -> str:
            reason = "Nobody answers"
            roles.take_command(person.as_actor(), incident.pk, reason=reason, now=AWAY)
            return "taken"

        came = at_once(lambda: take(deputy), lambda: take(stranger))

        assert came.count("taken") == 1, came
        (winner,) = holders(incident, RoleName.COMMANDER)
        assert winner in (deputy, stranger)
        assert holders(incident, RoleName.DEPUTY) != [winner]


def test_one_claims_a_lane_that_the_commander_gives(
    commander: Person, deputy: Person, stranger: Person
) -> None:
    lane = LaneKind.MITIGATION
    for _ in range(ROUNDS):
        incident = declared(commander)

        def claim() -> str:
            roles.claim_lane(stranger.as_actor(), incident.pk, lane=lane, now=AWAY)
            return "claimed"

        def give() -> str:
            roles.assign(
                commander.as_actor(),
                incident.pk,
                role=RoleName.LANE_OWNER,
                lane=lane,
                person=deputy,
                now=AWAY,
            )
            return "given"

        came = at_once(claim, give)

        # The commander's word stands, whether it came first or second.
        assert came[1] == "given"
        assert holders(incident, RoleName.LANE_OWNER, lane) == [deputy]


def act(run: DecisionRun) -> str:
    done = acts.ActInput(what="token_signer_v2 off", option=Option.FLAG, executor=run.executor)
    return acts.act_first(run.commander.as_actor(), run.incident.pk, done, now=run.now).reference


def test_one_acts_first_while_another_decides(
    commander: Person, admin: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    for _ in range(ROUNDS):
        run = DecisionRun(declared(commander), commander, lane_owners)

        def decide() -> str:
            written = decision_input(run.cited, run.executor, run.verifier, run.now)
            actor = admin.as_actor()
            return decisions.decide(actor, run.incident.pk, 1, written, now=run.now).reference

        came = at_once(lambda: act(run), decide)

        assert sum(answer == "D-1" for answer in came) == 1, came
        assert any("is unfinished" in answer for answer in came), came
        assert len(read_facts(run.incident).mitigations) == 1


def test_course_is_kept_while_a_verification_fails(
    commander: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    for _ in range(ROUNDS):
        run = DecisionRun(declared(commander), commander, lane_owners)
        run.decide(Option.FLAG)
        run.done()
        failing = capture_evidence(
            run.incident, run.verifier, run.now + timedelta(minutes=1), VERIFICATION
        )
        now = run.now + timedelta(minutes=2)
        following = read_facts(run.incident).next_checkpoint
        assert following is not None

        def keep() -> str:
            kept = course.keep_course(
                commander.as_actor(),
                run.incident.pk,
                following.number,
                looked_at="The rate is flat",
                evidence=[failing.number],
                next_due=now + timedelta(minutes=15),
                now=now,
            )
            return kept.decision.reference

        def fail() -> str:
            execution.judge(
                run.verifier.as_actor(),
                run.incident.pk,
                1,
                passed=False,
                run=failing.number,
                finding="The rate is where it was",
                now=now,
            )
            return "failed"

        came = at_once(keep, fail)

        assert came[1] == "failed"
        assert came[0] == "D-1" or "failed: decide anew" in came[0], came
        facts = read_facts(run.incident)
        assert facts.failed is not None
        # Whichever came first, a checkpoint within ten minutes asks for a new decision.
        assert any(c.due_at <= now + timedelta(minutes=10) for c in facts.open_checkpoints)
