"""No sequence of actions breaks the discipline: random incidents lived by the real actions."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from incidents.actions import (
    acts,
    checkpoints,
    course,
    decisions,
    event_times,
    evidence,
    execution,
    lifecycle,
    recommendations,
    replacements,
    restriction,
    roles,
    scenarios,
    signatures,
    together,
)
from incidents.assessments.chosen_option import as_open
from incidents.facts.event_times import read_event_times
from incidents.facts.incident import read_facts
from incidents.facts.signed_record import content_hash
from incidents.models import Contradiction, Decision, Execution, Incident, Person, Side, Surface
from incidents.rules.conflict import Scores
from incidents.rules.decision.option import MAX_BESIDE
from incidents.rules.decision.own_option import Alternative, OwnOption
from incidents.rules.recommendation import contradict
from incidents.timeline.verify import verify
from incidents.vocabulary import (
    UNFINISHED,
    DependencyClass,
    ExecutionRole,
    ExecutionState,
    Group,
    LaneKind,
    Option,
    Reach,
    RoleName,
    SignRole,
)
from kernel.actor import Actor
from kernel.refusal import NotPermitted, Refused
from tests.helpers.database import as_application
from tests.helpers.decision_inputs import (
    PRECHECK,
    VERIFICATION,
    capture_evidence,
    decision_input,
    prepare_decision,
)
from tests.helpers.factories import START, PersonFactory, SurfaceFactory, declared
from tests.helpers.tiers import in_tier

PICK = st.integers(0, 5)
"""Which of the class's options."""

OWN = OwnOption("Fail back to Frankfurt", Reach.REVERSIBLE, "Traffic goes back at once")
"""Named by a commander, an owner, and whoever acts first."""

WHY = "The last one changed nothing"
REASONS = st.sampled_from([WHY, WHY, WHY, "", "None.", "N / A", " \n"])
SELDOM = st.sampled_from([False, False, False, False, True])
MOSTLY = st.sampled_from([True, True, True, True, False])
WHO = st.integers(0, 4)
TARGET = st.sampled_from(["", "eu-west", "EU-West.", "us-east"])
SCORE = st.integers(1, 5)
BACK = st.integers(0, 2)


class Lived(RuleBasedStateMachine):
    """One incident. People act in and out of turn; what is refused leaves it as it was."""

    scenario = ""
    options = (
        Option.FLAG,
        Option.HOTFIX,
        Option.ROLLBACK,
        Option.REVOCATION,
        Option.HOLD,
        Option.OWN,
    )

    def __init__(self) -> None:
        super().__init__()
        # Each life is undone: in one transaction that keeps them all, each is slower than the last.
        self._savepoint = transaction.atomic()
        self._savepoint._from_testcase = True  # actions within may be durable, as in a TestCase
        self._savepoint.__enter__()

    @initialize()
    def declare(self) -> None:
        names = ("commander", "data", "investigation", "mitigation", "verification")
        key = uuid4().hex[:8]
        self.people = [
            PersonFactory(username=f"{name}-{key}", groups=[Group.RESPONDER]) for name in names
        ]
        commander, data, *owners = self.people
        self.now = START
        self.refused = 0
        self.incident = declared(commander, scenario=self.scenario)
        lanes = (LaneKind.INVESTIGATION, LaneKind.MITIGATION, LaneKind.VERIFICATION)
        for lane, person in zip(lanes, owners, strict=True):
            self._assign(RoleName.LANE_OWNER, person, lane)
        self._assign(RoleName.LANE_OWNER, data, LaneKind.COMMUNICATION)
        self._assign(RoleName.DATA_OWNER, data)
        self.cited = prepare_decision(self.incident, commander, self.now)
        due = self.now + timedelta(minutes=20)
        checkpoints.schedule(
            commander.as_actor(), self.incident.pk, due_at=due, purpose="", now=self.now
        )

    def _assign(self, role: RoleName, person: Person, lane: str = "") -> None:
        actor = self.people[0].as_actor()
        roles.assign(actor, self.incident.pk, role=role, lane=lane, person=person, now=self.now)

    def _try(self, do: Callable[..., Any], who: int, *args: Any, **said: Any) -> Any:
        self.now += timedelta(seconds=20)
        try:
            return do(self.people[who].as_actor(), self.incident.pk, *args, now=self.now, **said)
        except (Refused, NotPermitted):
            self.refused += 1
            return None

    def _decision(self, back: int) -> Decision | None:
        made = list(Decision.objects.filter(incident=self.incident)[: back + 1])
        return made[back] if back < len(made) else None

    @rule(
        pick=PICK,
        supersede=REASONS,
        beside=REASONS,
        conflict=REASONS,
        same=SELDOM,
        first=st.tuples(SCORE, SCORE),
        second=st.tuples(SCORE, SCORE),
    )
    def decide(
        self,
        pick: int,
        supersede: str,
        beside: str,
        conflict: str,
        same: bool,
        first: tuple[int, int],
        second: tuple[int, int],
    ) -> None:
        due = self.incident.checkpoints.open().first()
        if due is None:
            return
        option = self.options[pick % len(self.options)]
        _, _, _, executor, verifier = self.people
        voices = self.incident.recommendations.open().order_by("number")
        scores = zip(voices, (first, second) * 3, strict=False)
        said = decision_input(
            self.cited,
            executor,
            executor if same else verifier,
            self.now,
            option=option,
            own=OWN if option == Option.OWN else None,
            alternatives=(Alternative("Restart the nodes", "It comes back within minutes"),),
            choice="rollback" if option == Option.ROLLBACK else "continue",
            rejected={
                Option.FLAG: "The flag does not cover it",
                Option.HOTFIX: "The cause is not known",
                Option.ROLLBACK: "A migration is in the way",
            },
            deviation_reason="The usual way needs people who sleep",
            supersede_reason=supersede,
            beside_reason=beside,
            conflict_reason=conflict,
            conflict_evidence=(self.cited.number,) if conflict else (),
            scores={voice.number: Scores(*given) for voice, given in scores},
        )
        self._try(decisions.decide, 0, due.number, said)

    @rule(who=WHO, pick=PICK, already=st.booleans(), beside=REASONS, supersede=SELDOM)
    def act_first(self, who: int, pick: int, already: bool, beside: str, supersede: bool) -> None:
        option = self.options[pick % len(self.options)]
        done = acts.ActInput(
            what="Off in all regions",
            option=option,
            own=OWN if option == Option.OWN else None,
            executor=self.people[3],
            began_at=self.now if already else None,
            beside_reason=beside,
            supersede_reason=WHY if supersede else "",
        )
        self._try(acts.act_first, who, done)

    @rule(looked=REASONS, fresh=MOSTLY)
    def keep_course(self, looked: str, fresh: bool) -> None:
        due = self.incident.checkpoints.open().first()
        if due is None:
            return
        self.now += timedelta(seconds=20)
        seen = capture_evidence(self.incident, self.people[0], self.now) if fresh else self.cited
        self._try(
            course.keep_course,
            0,
            due.number,
            looked_at=looked,
            evidence=[seen.number],
            next_due=self.now + timedelta(minutes=15),
        )

    @rule(who=WHO, role=st.sampled_from(SignRole.values), back=BACK, seen=MOSTLY)
    def sign(self, who: int, role: str, back: int, seen: bool) -> None:
        if made := self._decision(back):
            read = content_hash(made) if seen else "0" * 64
            self._try(signatures.sign, who, made.number, role=role, seen=read)

    @rule(back=BACK)
    def sign_as_data_owner(self, back: int) -> None:
        if made := self._decision(back):
            read = content_hash(made)
            self._try(signatures.sign, 1, made.number, role=SignRole.DATA_OWNER, seen=read)

    @rule(back=BACK, reason=REASONS)
    def withdraw(self, back: int, reason: str) -> None:
        if made := self._decision(back):
            self._try(signatures.withdraw, 0, made.number, reason=reason)

    @rule(who=st.sampled_from([3, 3, 0]), back=BACK)
    def start(self, who: int, back: int) -> None:
        if made := self._decision(back):
            self._try(execution.start, who, made.number)

    @rule(back=BACK, fresh=MOSTLY)
    def finish(self, back: int, fresh: bool) -> None:
        if made := self._decision(back):
            proof = (
                capture_evidence(self.incident, self.people[3], self.now) if fresh else self.cited
            )
            self._try(execution.finish, 3, made.number, evidence=[proof.number])

    @rule(back=BACK, passed=st.booleans(), fresh=MOSTLY)
    def judge(self, back: int, passed: bool, fresh: bool) -> None:
        if made := self._decision(back):
            item = VERIFICATION if fresh else PRECHECK
            self.now += timedelta(seconds=20)
            run = evidence.capture(self.people[4].as_actor(), self.incident.pk, item, now=self.now)
            said = {"passed": passed, "run": run.number, "finding": "401 rate measured"}
            self._try(execution.judge, 4, made.number, **said)

    @rule()
    def carry_through(self) -> None:
        """What runs is executed and verified by who should, as far as it may be."""
        running = self._executions().filter(mitigates=True, state__in=UNFINISHED).first()
        if running is not None:
            back = Decision.objects.filter(
                incident=self.incident, number__gt=running.decision.number
            ).count()
            self.sign_as_data_owner(back)
            self.start(3, back)
            self.finish(back, True)
            self.judge(back, True, True)

    @rule(
        who=st.integers(2, 3),
        pick=PICK,
        named=TARGET,
        reversibility=SCORE,
        blast=SCORE,
        also=SELDOM,
        to_another=st.booleans(),
    )
    def recommend(
        self,
        who: int,
        pick: int,
        named: str,
        reversibility: int,
        blast: int,
        also: bool,
        to_another: bool,
    ) -> None:
        """As the owner of a lane, or to the lane of another."""
        if not also:
            return
        option = self.options[pick % len(self.options)]
        lanes = {2: LaneKind.INVESTIGATION, 3: LaneKind.MITIGATION, 4: LaneKind.VERIFICATION}
        said = recommendations.RecommendationInput(
            option=option,
            option_detail=named,
            own=OWN if option == Option.OWN else None,
            reasons="It takes the cause away",
            evidence=(self.cited.number,),
            reversibility=reversibility,
            blast_radius=blast,
        )
        if to_another:
            self._try(recommendations.propose, who, said, lane=lanes[5 - who])
        else:
            self._try(recommendations.recommend, who, said, lane=lanes[who])

    @rule(who=st.integers(2, 3), number=st.integers(1, 4), adopts=MOSTLY, reason=REASONS)
    def answer_recommendation(self, who: int, number: int, adopts: bool, reason: str) -> None:
        if self.incident.recommendations.filter(number=number).exists():
            act = recommendations.adopt if adopts else recommendations.decline
            self._try(act, who, number, reason=reason)

    @rule(who=st.integers(2, 3), mine=st.integers(1, 4), other=st.integers(1, 4), apart=SELDOM)
    def pair_recommendations(self, who: int, mine: int, other: int, apart: bool) -> None:
        act = together.withdraw_together if apart else together.state_together
        self._try(act, who, mine=mine, other=other)

    @rule(who=WHO, began=st.integers(-5, 60), noticed=st.integers(-5, 60), proven=MOSTLY)
    def say_when(self, who: int, began: int, noticed: int, proven: bool) -> None:
        """Minutes before now; what is ahead or has no evidence is refused."""
        item = self.cited.number if proven else None
        self._try(
            event_times.set_event_times,
            who,
            began_at=self.now - timedelta(minutes=began),
            began_evidence=item,
            detected_at=self.now - timedelta(minutes=noticed),
            detected_evidence=item,
        )

    @invariant()
    def what_is_not_adopted_is_in_no_contradiction(self) -> None:
        if hasattr(self, "incident"):
            waiting = self.incident.recommendations.filter(proposed=True, adopted_at=None)
            assert not Side.objects.filter(recommendation__in=waiting).exists()

    @invariant()
    def it_began_before_it_was_noticed_and_that_before_it_was_said(self) -> None:
        if hasattr(self, "incident"):
            times = read_event_times(self.incident)
            stated = [one.at for one in (times.began, times.detected) if one is not None]
            assert stated == sorted(stated)
            assert all(at <= self.now + timedelta(minutes=1) for at in stated)

    @rule(who=WHO, number=st.integers(1, 4), reason=REASONS)
    def withdraw_recommendation(self, who: int, number: int, reason: str) -> None:
        if self.incident.recommendations.filter(number=number).exists():
            self._try(recommendations.withdraw, who, number, reason=reason)

    @invariant()
    def one_mitigation_at_a_time_and_others_beside_it(self) -> None:
        running = self._executions().filter(mitigates=True, state__in=UNFINISHED)
        assert running.count() <= MAX_BESIDE
        assert running.filter(beside_reason="").count() <= 1

    @invariant()
    def what_is_not_reversible_is_decided_first_or_marked(self) -> None:
        for one in self._executions().filter(acted_first=True):
            if one.decision.reach != Reach.REVERSIBLE:
                assert one.decision.is_undecided
                assert one.started_at < one.decision.decided_at

    @invariant()
    def an_owed_record_has_its_checkpoint(self) -> None:
        for one in self._executions().filter(decision__owed=True):
            assert one.decision.checkpoint.is_open

    @invariant()
    def nothing_pending_is_executed(self) -> None:
        decided = self._executions().filter(acted_first=False)
        for one in decided.filter(dual=True, started_at__isnull=False):
            signed = {s.role: s.person_id for s in one.decision.signatures.all()}
            assert one.state != ExecutionState.PENDING
            assert set(signed) == set(SignRole.values)
            assert len(set(signed.values())) == 2
            assert one.started_at >= max(s.signed_at for s in one.decision.signatures.all())

    @invariant()
    def what_is_verified_was_run_after_it_was_done(self) -> None:
        judged = (ExecutionState.VERIFIED, ExecutionState.FAILED)
        for one in self._executions().filter(state__in=judged).select_related("run"):
            assert one.run.captured_at > one.done_at
            assert one.proof.exists()

    @invariant()
    def a_contradiction_is_open_exactly_while_owners_differ(self) -> None:
        if not hasattr(self, "incident"):
            return
        rows = self.incident.recommendations.open().with_stated()
        voices = [as_open(one) for one in rows]
        found = Contradiction.objects.filter(incident=self.incident).open()
        assert found.exists() == contradict(voices)

    def _executions(self) -> Any:
        number = self.incident.pk if hasattr(self, "incident") else None
        rows = Execution.objects.filter(incident=number)
        return rows.select_related("decision").prefetch_related("decision__signatures")

    def look_back(self) -> None:
        """What has to hold of the whole life, when it is over."""
        assert verify(Incident.objects.get(pk=self.incident.pk)) is None

    def teardown(self) -> None:
        try:
            if hasattr(self, "incident"):
                self.look_back()
                connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self._savepoint.__exit__(None, None, None)


class Billing(Lived):
    scenario = "billing-state-mismatch"
    options = (Option.WRITE_FREEZE, Option.REPLAY, Option.ROLLBACK, Option.HOLD)


class Bypass(Lived):
    scenario = "permission-leak"
    options = (Option.HOTFIX, Option.ROLLBACK, Option.REVOCATION)

    @invariant()
    def the_first_hotfix_comes_after_rollback_and_revocation(self) -> None:
        hotfix = (
            self._executions()
            .filter(decision__option=Option.HOTFIX, acted_first=False)
            .order_by("decision__number")
            .first()
        )
        if hotfix is None:
            return
        before = self._executions().filter(done_at__lte=hotfix.decision.decided_at)
        options = set(before.values_list("decision__option", flat=True))
        assert {Option.ROLLBACK, Option.REVOCATION} <= options


class Changed(Lived):
    """What the rules hang on changes: surfaces, their class, scenario, severity, restriction."""

    has_touched_money = False
    """By an entry: from then on two must sign, whatever comes later."""

    @rule(ledger=st.booleans(), website=st.booleans())
    def set_surfaces(self, ledger: bool, website: bool) -> None:
        kinds = {"Ledger": DependencyClass.BILLING, "Website": DependencyClass.OTHER}
        wanted = [name for name, wants in zip(kinds, (ledger, website), strict=True) if wants]
        rows = [SurfaceFactory(name=name, dependency_class=kinds[name]) for name in wanted]
        if self._try(lifecycle.set_surfaces, 0, surfaces=rows) is not None:
            self.has_touched_money |= self._touches_money()

    @rule(name=st.sampled_from(["Ledger", "Website"]), kind=st.sampled_from(DependencyClass.values))
    def change_class(self, name: str, kind: str) -> None:
        Surface.objects.filter(name=name).update(dependency_class=kind)

    @rule(scenario=st.sampled_from(["auth-token-failure", "billing-state-mismatch"]), seldom=SELDOM)
    def adopt(self, scenario: str, seldom: bool) -> None:
        if seldom:
            self._try(scenarios.set_scenario, 0, scenario=scenario, reason=WHY)
            self.has_touched_money |= self._touches_money()

    @rule(severity=st.sampled_from(["1", "2", "3"]), reason=REASONS)
    def change_severity(self, severity: str, reason: str) -> None:
        self._try(lifecycle.change_severity, 0, severity=severity, reason=reason)

    @rule(restricted=st.booleans())
    def restrict(self, restricted: bool) -> None:
        self._try(restriction.restrict, 0, restricted=restricted, reason=WHY)

    @rule(who=st.sampled_from([3, 3, 0]), back=BACK)
    def start(self, who: int, back: int) -> None:
        made = self._decision(back)
        if made is None or self._try(execution.start, who, made.number) is None:
            return
        if self.has_touched_money or self._touches_money():
            signed = {one.role: one.person_id for one in made.signatures.all()}
            assert set(signed) == set(SignRole.values)
            assert len(set(signed.values())) == 2

    def _touches_money(self) -> bool:
        incident = Incident.objects.get(pk=self.incident.pk)
        billing = incident.surfaces.filter(dependency_class=DependencyClass.BILLING)
        return billing.exists() or incident.scenario == "billing-state-mismatch"


class Absent(Lived):
    """People leave and come back, the commander among them; others take their places."""

    @rule(who=WHO, gone=st.booleans())
    def leave_or_return(self, who: int, gone: bool) -> None:
        Person.objects.filter(pk=self.people[who].pk).update(is_active=not gone)

    @rule(minutes=st.sampled_from([1, 6, 16]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(who=WHO, reason=REASONS)
    def take_command(self, who: int, reason: str) -> None:
        self._try(roles.take_command, who, reason=reason)

    @rule(who=WHO, lane=st.sampled_from(LaneKind.values))
    def claim_lane(self, who: int, lane: str) -> None:
        self._try(roles.claim_lane, who, lane=lane)

    @rule(by=WHO, who=WHO, role=st.sampled_from(ExecutionRole.values), back=BACK)
    def replace_holder(self, by: int, who: int, role: str, back: int) -> None:
        if made := self._decision(back):
            replacing = {"role": role, "person": self.people[who], "reason": WHY}
            self._try(replacements.replace_holder, by, made.number, **replacing)

    def look_back(self) -> None:
        """Whoever is left takes command, every lane that nobody can answer for, and goes on."""
        self._somebody_goes_on()
        super().look_back()

    def _somebody_goes_on(self) -> None:
        there = Person.objects.filter(pk__in=[one.pk for one in self.people], is_active=True)
        if not there:
            return
        self.now += timedelta(hours=1)
        actor = there[0].as_actor()
        lanes = {(RoleName.LANE_OWNER, lane) for lane in LaneKind.values}
        with suppress(Refused):  # takes part already
            roles.join(actor, self.incident.pk, now=self.now)
        if self._holder((RoleName.COMMANDER, "")) != there[0]:
            roles.take_command(actor, self.incident.pk, reason=WHY, now=self.now)
        for role, lane in sorted(lanes):
            holder = self._holder((role, lane))
            if holder is None or not holder.is_active:
                roles.claim_lane(actor, self.incident.pk, lane=lane, now=self.now)
        due_at = self.now + timedelta(minutes=9)
        checkpoints.schedule(actor, self.incident.pk, due_at=due_at, purpose="", now=self.now)
        for one in self._executions().filter(state__in=UNFINISHED):
            for part in ExecutionRole:
                if not one.holder(part).is_active:
                    self._replaced(actor, one, part, list(there))

    def _holder(self, role: tuple[str, str]) -> Person | None:
        assignment = read_facts(Incident.objects.get(pk=self.incident.pk)).holders.get(role)
        return assignment.person if assignment else None

    def _replaced(self, actor: Actor, one: Execution, part: Any, there: list[Person]) -> None:
        """By somebody else who is there; alone in a SEV-1 nobody can be two people."""
        other = one.holder(part.counterpart)
        free = [person for person in there if person != other]
        if free:
            replacements.replace_holder(
                actor,
                self.incident.pk,
                one.decision.number,
                role=part,
                person=free[0],
                reason=WHY,
                now=self.now,
            )


LONG = settings(
    max_examples=in_tier(test=2, prove=100),
    stateful_step_count=in_tier(test=20, prove=30),
    deadline=None,
    # A shorter example of a failure would cost minutes: each step is a transaction.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


LIVES = (Lived, Billing, Bypass, Changed, Absent)


@pytest.mark.parametrize("lived", LIVES, ids=lambda one: one.__name__)
def test_no_sequence_breaks_the_discipline(db: None, lived: type[Lived]) -> None:
    with as_application():
        run_state_machine_as_test(lived, settings=LONG)
