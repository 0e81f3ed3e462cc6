"""Hypotheses on real rows: stated, decided once by evidence, by who may."""

from datetime import timedelta

import pytest

from incidents.models import Evidence, Incident, Person
from incidents.rules.evidence import Capture
from incidents.vocabulary import EvidenceKind, LaneKind
from kernel.refusal import NotPermitted, Refused
from lanes import actions
from lanes.models import Hypothesis
from lanes.models.hypothesis import HypothesisState
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import START, declared
from tests.helpers.recommendations import run_concurrently
from tests.helpers.tiers import in_tier

LANE = LaneKind.INVESTIGATION
LATER = START + timedelta(minutes=7)
ROUNDS = in_tier(test=5, prove=50)

type Owners = dict[LaneKind, Person]


def stated(by: Person, incident: Incident, text: str = "Clocks differ") -> Hypothesis:
    return actions.state_hypothesis(by.as_actor(), incident.pk, text=text, now=START)


def decide(
    by: Person, incident: Incident, number: int, *cited: int, verdict: str = "ruled_out"
) -> Hypothesis:
    return actions.decide_hypothesis(
        by.as_actor(),
        incident.pk,
        number,
        verdict=verdict,
        evidence=cited,
        finding="Skew is below 40 ms",
        now=LATER,
    )


@pytest.fixture
def skew_evidence(staffed: Incident, lane_owners: Owners) -> Evidence:
    return capture_evidence(staffed, lane_owners[LANE], START)


def test_it_is_of_the_investigation_and_keeps_its_steps(
    staffed: Incident, lane_owners: Owners
) -> None:
    row = actions.state_hypothesis(
        lane_owners[LANE].as_actor(),
        staffed.pk,
        text="The key set is stale",
        reproduction="edgectl key-age euw-edge-07\nprints k-2026-04",
        now=START,
    )

    row.refresh_from_db()
    assert (row.reference, row.lane, row.state) == ("H-1", LANE, HypothesisState.OPEN)
    assert row.reproduction == "edgectl key-age euw-edge-07\nprints k-2026-04"
    assert staffed.timeline.latest("seq").data["reproduction"] == row.reproduction


@pytest.mark.parametrize("verdict", ["confirmed", "ruled_out"])
def test_what_decided_it_stays_with_it(
    staffed: Incident, lane_owners: Owners, skew_evidence: Evidence, verdict: str
) -> None:
    owner = lane_owners[LANE]
    stated(owner, staffed)

    decide(owner, staffed, 1, skew_evidence.number, verdict=verdict)

    row = Hypothesis.objects.get()
    assert (row.state, row.decided_at, row.decided_by) == (verdict, LATER, owner)
    assert (row.finding, list(row.evidence.all())) == ("Skew is below 40 ms", [skew_evidence])
    entry = staffed.timeline.latest("seq")
    assert (entry.kind, entry.lane, entry.subject) == ("hypothesis.decided", LANE, "H-1")
    assert entry.data["state"] == verdict.replace("_", " ")


def test_a_decided_one_stays_so_and_the_second_is_told_by_whom(
    staffed: Incident, commander: Person, lane_owners: Owners, skew_evidence: Evidence
) -> None:
    owner = lane_owners[LANE]
    stated(owner, staffed)
    decide(owner, staffed, 1, skew_evidence.number)

    with pytest.raises(Refused, match=f"H-1 is ruled out already, by {owner}. State a new"):
        decide(commander, staffed, 1, skew_evidence.number, verdict="confirmed")
    assert Hypothesis.objects.get().state == HypothesisState.RULED_OUT
    assert stated(owner, staffed).is_open


def test_empty_or_foreign_evidence_decides_nothing(
    staffed: Incident, commander: Person, lane_owners: Owners, skew_evidence: Evidence
) -> None:
    owner = lane_owners[LANE]
    stated(owner, staffed)
    empty = capture_evidence(
        staffed, owner, START, Capture(kind=EvidenceKind.COMMAND, command="true", exit_code=0)
    )
    other = declared(commander)
    foreign = [capture_evidence(other, commander, START).number for _ in range(3)][-1]

    for cited in ((), (empty.number,), (skew_evidence.number, foreign)):
        with pytest.raises(Refused) as refusal:
            decide(owner, staffed, 1, *cited)
        assert [v.code for v in refusal.value.violations] == ["HY-EVIDENCE"]
    assert Hypothesis.objects.get().is_open


def test_only_the_investigation_and_command_hold_them(
    staffed: Incident, commander: Person, stranger: Person, lane_owners: Owners
) -> None:
    for person in (stranger, lane_owners[LaneKind.MITIGATION]):
        with pytest.raises(NotPermitted):
            stated(person, staffed)
    assert stated(commander, staffed).reference == "H-1"


@pytest.mark.django_db(transaction=True)
def test_two_decide_one_at_the_same_instant_fifty_times(
    staffed: Incident, commander: Person, lane_owners: Owners, skew_evidence: Evidence
) -> None:
    owner = lane_owners[LANE]

    def attempt(given: tuple[Person, int, str]) -> str:
        person, number, verdict = given
        return decide(person, staffed, number, skew_evidence.number, verdict=verdict).reference

    for number in range(1, ROUNDS + 1):
        stated(owner, staffed)
        both = (owner, number, "confirmed"), (commander, number, "ruled_out")
        assert sorted(run_concurrently(attempt, *both)) == sorted([f"H-{number}", "HY-STATE"])
    assert staffed.timeline.filter(kind="hypothesis.decided").count() == ROUNDS
