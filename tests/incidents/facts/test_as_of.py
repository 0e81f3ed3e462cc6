"""The past is what was: an incident lived by the real actions, remembered step by step, rebuilt."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from comms.actions import (
    explain_lapse,
    lapses,
    publish_escalation,
    publish_leadership_note,
    publish_update,
)
from comms.due import LAPSED
from incidents.actions import (
    branches,
    checkpoints,
    decisions,
    evidence,
    execution,
    freezes,
    lifecycle,
    recommendations,
    restriction,
    risks,
    roles,
    scenarios,
    signatures,
)
from incidents.facts.signed_record import content_hash
from incidents.models import Incident, Person
from incidents.rules.conflict import Scores
from incidents.vocabulary import ExecutionState, LaneKind, RoleName
from lanes.actions import add_note, hypotheses, set_boundary, unknowns
from lanes.handoff import actions as handoffs
from tests.helpers import messages as saying
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import (
    PRECHECK,
    ROLLBACK_CHECK,
    VERIFICATION,
    decision_input,
)
from tests.helpers.factories import START, SurfaceFactory, declared
from tests.helpers.handoffs import terms
from tests.helpers.recommendations import recommendation_input
from tests.helpers.snapshots import (
    Snapshot,
    differences,
    entries_until,
    snapshot_at,
    snapshot_now,
)
from tests.helpers.tiers import in_tier
from tests.incidents.actions.test_sequences import LONG, Lived

INVESTIGATION, MITIGATION = LaneKind.INVESTIGATION, LaneKind.MITIGATION
REJECTED = {
    "flag": "No flag covers it",
    "hotfix": "The cause is not known",
    "rollback": "It loses what was booked since",
}


class Life:
    """One incident, a minute a step; after each step what it is then is kept."""

    def __init__(self, incident: Incident, commander: Person, *, looks: bool, keeps: bool) -> None:
        self.number, self.commander, self.now = incident.pk, commander, START
        self.looks, self.keeps = looks, keeps
        self.kept: list[Snapshot] = []
        self.keep()

    def keep(self) -> None:
        if self.keeps:
            self.kept.append(snapshot_now(self.number, self.now, looks=self.looks))

    def __call__(
        self, do: Callable[..., Any], *args: Any, by: Person | None = None, **said: Any
    ) -> Any:
        self.now += timedelta(minutes=1)
        actor = (by or self.commander).as_actor()
        done = do(actor, self.number, *args, now=self.now, **said)
        self.keep()
        return done

    def later(self, at: datetime) -> datetime:
        """Let the time come."""
        self.now = max(self.now, at + timedelta(minutes=6))
        return self.now

    def remind(self, pk: int, kind: str) -> None:
        self.now += timedelta(minutes=1)
        assert checkpoints.remind(pk, kind, now=self.now)
        self.keep()

    def decide(self, checkpoint: int, executor: Person, verifier: Person, **other: Any) -> Any:
        cited = Incident.objects.get(pk=self.number).evidence.get(number=1)
        why = {"rejected": REJECTED, "deviation_reason": "The usual way needs people who sleep"}
        said = decision_input(cited, executor, verifier, self.now, **(why | other))
        return self(decisions.decide, checkpoint, said)


@pytest.fixture
def live(
    commander: Person,
    deputy: Person,
    data_owner: Person,
    stranger: Person,
    lane_owners: dict[LaneKind, Person],
) -> Callable[..., Life]:
    """Everything that can happen to an incident, in a long hour; ``looks`` keeps its panels too,
    and without ``keeps`` nothing is kept, which takes most of the time.
    """

    def lived(*, looks: bool = False, keeps: bool = True) -> Life:
        sign_in = SurfaceFactory(name="Sign-in", last_known_good="4be90a7")
        api = SurfaceFactory(name="Public API")
        incident = declared(commander, severity="2", known="Since the release", restricted=True)
        life = Life(incident, commander, looks=looks, keeps=keeps)
        _gather(life, lane_owners, deputy, stranger, sign_in, api)
        _decide_and_fail(life, lane_owners)
        _contradict(life, lane_owners)
        _sign(life, lane_owners, data_owner)
        _work_in_lanes(life, lane_owners, deputy)
        _tell_others(life, lane_owners)
        _keep_registers(life, lane_owners, deputy)
        return life

    return lived


def _gather(
    life: Life,
    owners: dict[LaneKind, Person],
    deputy: Person,
    stranger: Person,
    sign_in: Any,
    api: Any,
) -> None:
    life(lifecycle.set_surfaces, surfaces=(sign_in, api))
    life(roles.assign, role=RoleName.DEPUTY, person=stranger)
    life(roles.assign, role=RoleName.DEPUTY, person=deputy)
    for lane, owner in owners.items():
        life(roles.assign, role=RoleName.LANE_OWNER, lane=lane, person=owner)
    life(evidence.capture, PRECHECK)
    life(add_note, text="All regions", lane=INVESTIGATION, by=owners[INVESTIGATION])
    life(add_note, text="Only new sessions", lane=INVESTIGATION, by=owners[INVESTIGATION])
    for included in (["cause", "logs"], ["cause"]):
        said = {"lane": INVESTIGATION, "included": included, "excluded": ["rollback"]}
        life(set_boundary, by=owners[INVESTIGATION], **said)
    life(freezes.freeze, surface=sign_in, scope="auth-gateway", reason="It came with a merge")
    life(freezes.decline_freeze, surface=api, reason="Nothing of it changed")
    life(freezes.freeze, surface=api, scope="", reason="It changed after all")
    life(freezes.lift_freeze, surface=api, reason="Shown to be unaffected")
    life(freezes.keep_freeze, surface=sign_in, owner=deputy, reason="Until the review")
    keeper = {"surface": sign_in, "owner": owners[MITIGATION]}
    life(freezes.keep_freeze, reason="Deputy is away", **keeper)
    life(lifecycle.change_severity, severity="1", reason="Two regions")
    life(lifecycle.change_phase, phase="containment", reason="The cause is in sight")
    life(lifecycle.set_channel, channel="#inc-1")
    life(lifecycle.set_channel, channel="https://chat.example.test/inc-1")
    life(lifecycle.set_revision, revision="4be90a8")
    life(lifecycle.set_rollback_reach, broad=True, reason="A migration ran")
    life(lifecycle.set_rollback_reach, broad=False, reason="It is additive")
    life(evidence.capture, ROLLBACK_CHECK)


def _decide_and_fail(life: Life, owners: dict[LaneKind, Person]) -> None:
    executor, verifier = owners[MITIGATION], owners[LaneKind.VERIFICATION]
    due_at = life.now + timedelta(minutes=15)
    first = life(checkpoints.schedule, due_at=due_at, purpose="First move")
    for kind in ("checkpoint.soon", "checkpoint.due", "checkpoint.missed"):
        life.remind(first.pk, kind)
    life(checkpoints.schedule, due_at=life.now + timedelta(minutes=20), purpose="Another")
    life.decide(1, executor, verifier, option="flag", choice="continue")
    life.decide(2, executor, verifier, supersede_reason="The flag does not reach it")
    life(execution.start, 2, by=executor)
    life(evidence.capture, PRECHECK, by=executor)
    life(execution.finish, 2, by=executor, evidence=[3])
    run = life(evidence.capture, VERIFICATION, by=verifier)
    said = {"run": run.number, "finding": "Still 12 % refused"}
    life(execution.judge, 2, by=verifier, passed=False, **said)
    life(evidence.capture, VERIFICATION, by=verifier)


def _contradict(life: Life, owners: dict[LaneKind, Person]) -> None:
    cited = Incident.objects.get(pk=life.number).evidence.get(number=1)

    def recommend(lane: LaneKind, option: str) -> None:
        said = recommendation_input(cited, option=option)
        life(recommendations.recommend, said, lane=lane, by=owners[lane])

    recommend(INVESTIGATION, "hotfix")
    recommend(MITIGATION, "rollback")
    recommend(LaneKind.VERIFICATION, "flag")
    recommend(INVESTIGATION, "rollback")
    said = {"reason": "The flag is gone", "by": owners[LaneKind.VERIFICATION]}
    life(recommendations.withdraw, 3, **said)
    recommend(INVESTIGATION, "flag")
    life.decide(
        _open_checkpoint(life),
        owners[MITIGATION],
        owners[LaneKind.VERIFICATION],
        scores={2: Scores(4, 2), 5: Scores(5, 1)},
        option="flag",
        choice="continue",
        conflict_reason="Undone at once",
        conflict_evidence=(1,),
    )
    life(signatures.withdraw, 3, reason="The flag is missing in one region")


def _sign(life: Life, owners: dict[LaneKind, Person], data_owner: Person) -> None:
    executor, verifier = owners[MITIGATION], owners[LaneKind.VERIFICATION]
    adopt = "Revenue and ledger diverge"
    life(scenarios.set_scenario, scenario="auth-token-failure", reason="Tokens")
    life(scenarios.set_scenario, scenario="billing-state-mismatch", reason=adopt)
    life(scenarios.serve, 1, serves="mismatch-sample")
    life(roles.assign, role=RoleName.DATA_OWNER, person=data_owner)
    said = {"option": "write_freeze", "choice": "continue"}
    made = life.decide(_open_checkpoint(life), executor, verifier, **said)
    assert made.execution.state == ExecutionState.PENDING
    seen = content_hash(made)
    life(signatures.sign, made.number, role="data_owner", seen=seen, by=data_owner)
    life(execution.start, made.number, by=executor)
    proof = life(evidence.capture, PRECHECK, by=executor)
    life(execution.finish, made.number, by=executor, evidence=[proof.number])
    run = life(evidence.capture, VERIFICATION, by=verifier)
    judged = {"passed": True, "run": run.number, "finding": "Nothing diverges any more"}
    life(execution.judge, made.number, by=verifier, **judged)


def _work_in_lanes(life: Life, owners: dict[LaneKind, Person], deputy: Person) -> None:
    lead, other = owners[INVESTIGATION], owners[LaneKind.VERIFICATION]
    life(unknowns.raise_unknown, lane=INVESTIGATION, text="Which nodes refuse?", by=lead)
    life(unknowns.raise_unknown, lane=MITIGATION, text="Is it undone?", by=owners[MITIGATION])
    said = {"lane": INVESTIGATION, "resolution": "Those in one region", "evidence": [1]}
    life(unknowns.resolve_unknown, 1, by=lead, **said)
    life(hypotheses.state_hypothesis, text="The clocks differ", by=lead)
    judged = {"verdict": "ruled_out", "evidence": [1], "finding": "They agree"}
    life(hypotheses.decide_hypothesis, 1, by=lead, **judged)
    due_at = life.now + timedelta(minutes=15)
    point = life(checkpoints.schedule, due_at=due_at, purpose="Handing over").number
    for to, lane, giver in ((other, INVESTIGATION, lead), (deputy, "", life.commander)):
        offered = terms(to, checkpoint=point)
        first = life(handoffs.offer, offered, lane=lane, by=giver)
        life(handoffs.decline, first.number, reason="I am off shift", by=to)
        second = life(handoffs.offer, offered, lane=lane, by=giver)
        life(handoffs.withdraw, second.number, by=giver)
        third = life(handoffs.offer, offered, lane=lane, by=giver)
        life(handoffs.accept, third.number, by=to)
    life.commander = deputy


def _tell_others(life: Life, owners: dict[LaneKind, Person]) -> None:
    owner, others = owners[LaneKind.COMMUNICATION], {"audience": "participants"}
    incident = Incident.objects.get(pk=life.number)
    said = saying.update(life.now, incident, **others)
    first = life(publish_update, said, by=owner)
    life(publish_escalation, saying.escalation(life.now, owner), by=owner)
    life(publish_leadership_note, saying.note(owner), by=owner)
    assert lapses.remind(first.incident_id, first.pk, LAPSED, now=life.later(first.next_at))
    life.keep()
    said = saying.update(life.now, incident, corrects=1, correction="It is more", **others)
    life(publish_update, said, by=owner)
    life(explain_lapse, 1, explanation="We had to wait", by=owner)


def _keep_registers(life: Life, owners: dict[LaneKind, Person], deputy: Person) -> None:
    owner = owners[MITIGATION]
    life(branches.open_branch, type="hotfix", name="fix/signer", owner=owner, by=owner)
    life(branches.pass_branch, 1, owner=deputy, by=owner)
    life(branches.pass_branch, 1, owner=owners[INVESTIGATION], by=owner)
    life(branches.end_branch, 1, state="abandoned", reason="Not needed", by=owner)
    life(branches.open_branch, type="containment", name="contain/writes", owner=owner, by=owner)
    life(branches.end_branch, 2, state="merged", reason="", by=owner)
    life(risks.add, text="Sessions may fail", owner=None)
    number = Incident.objects.get(pk=life.number).risks.order_by("-number")[0].number
    life(risks.own, number, owner=owner)
    life(risks.own, number, owner=deputy)
    life(risks.retire, number, reason="They expired")
    life(lifecycle.change_severity, severity="3", reason="It is over but for the review")
    life(lifecycle.change_phase, phase="recovery", reason="Verified")
    life(lifecycle.set_surfaces, surfaces=())
    life(restriction.restrict, restricted=False, reason="Nothing personal is left in it")


def _open_checkpoint(life: Life) -> int:
    """The next one that is open, scheduled if there is none."""
    found = Incident.objects.get(pk=life.number).checkpoints.open().first()
    due_at = life.now + timedelta(minutes=15)
    return (found or life(checkpoints.schedule, due_at=due_at, purpose="")).number


def test_every_moment_of_a_life_is_rebuilt_field_by_field(live: Callable[..., Life]) -> None:
    life = live(looks=True)

    assert len(life.kept) > 60
    for then in life.kept[:: in_tier(test=2, prove=1)]:
        assert differences(snapshot_at(life.number, then.at), then) == []


def test_a_moment_between_two_steps_has_the_facts_of_the_first(live: Callable[..., Life]) -> None:
    life = live()
    for then in life.kept[in_tier(test=1, prove=0) :: in_tier(test=6, prove=1)]:
        between = snapshot_at(life.number, then.at + timedelta(seconds=30), looks=False)

        assert differences([between.facts, between.lanes], [then.facts, then.lanes]) == []
        assert between.facts["incident"]["last_seq"] == entries_until(life.number, then.at)
    # Whoever looks back changes nothing.
    assert differences(snapshot_now(life.number, life.now, looks=False), life.kept[-1]) == []


def test_the_past_costs_as_many_queries_however_much_happened(live: Callable[..., Life]) -> None:
    life = live(keeps=False)
    with queries() as whole:
        snapshot_at(life.number, life.now)
    life(add_note, text="Quiet")
    for reason in ("Worse", "Better"):
        for severity in ("1", "2"):
            life(lifecycle.change_severity, severity=severity, reason=reason)
    with queries() as longer:
        snapshot_at(life.number, life.now)

    assert len(whole) == len(longer) <= 32


class RebuiltLife(Lived):
    """Random lives: what was kept after each step is found again at the end."""

    @invariant()
    def keep(self) -> None:
        if not hasattr(self, "incident"):
            return
        kept = self.__dict__.setdefault("kept", [])
        kept.append(snapshot_now(self.incident.pk, self.now, looks=False))
        self.now += timedelta(seconds=1)

    def look_back(self) -> None:
        for then in self.__dict__.get("kept", []):
            rebuilt = snapshot_at(self.incident.pk, then.at, looks=False)
            assert differences(rebuilt, then) == []
        super().look_back()


class RecalledBilling(RebuiltLife):
    scenario = "billing-state-mismatch"
    options = Lived.options


@pytest.mark.parametrize("lived", [RebuiltLife, RecalledBilling], ids=lambda one: one.__name__)
def test_every_moment_of_a_random_life_is_rebuilt(db: None, lived: type[Lived]) -> None:
    run_state_machine_as_test(
        lived, settings=settings(LONG, max_examples=in_tier(test=1, prove=20))
    )
