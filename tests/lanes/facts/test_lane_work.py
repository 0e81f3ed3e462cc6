"""What a lane works on: the newest of it, in few queries, now or at a moment."""

from datetime import timedelta

from incidents.facts import incident as incident_facts
from incidents.models import Evidence, Incident, Person
from incidents.rules.evidence import Capture
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose
from lanes import actions
from lanes.facts.lane_work import MAX_ROWS, MAX_RUNS, checks_of, hypotheses_of, unknowns_of
from lanes.facts.lanes import open_unknowns
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import START

LANE = LaneKind.INVESTIGATION


def at(minute: float):
    return START + timedelta(minutes=minute)


def ask(by: Person, incident: Incident, minute: float, lane: str = LANE) -> int:
    actor = by.as_actor()
    row = actions.raise_unknown(actor, incident.pk, lane=lane, text="Why so?", now=at(minute))
    return row.number


def answer(by: Person, incident: Incident, number: int, minute: float, *cited: int) -> None:
    actions.resolve_unknown(
        by.as_actor(),
        incident.pk,
        number,
        lane=LANE,
        resolution="For this reason",
        evidence=cited,
        now=at(minute),
    )


def suppose(by: Person, incident: Incident, minute: float) -> int:
    actor = by.as_actor()
    return actions.state_hypothesis(actor, incident.pk, text="It leaks", now=at(minute)).number


def decide(by: Person, incident: Incident, number: int, minute: float, *cited: int) -> None:
    actions.decide_hypothesis(
        by.as_actor(),
        incident.pk,
        number,
        verdict="confirmed",
        evidence=cited,
        finding="It does",
        now=at(minute),
    )


def run(by: Person, incident: Incident, purpose: str, minute: float) -> Evidence:
    said = Capture(kind=EvidenceKind.LOG, text="0.3 %", purpose=purpose, lane=LaneKind.VERIFICATION)
    return capture_evidence(incident, by, at(minute), said)


def numbers(listed) -> list[int]:
    return [row.number for row in listed.rows]


def test_open_unknowns_are_counted_by_lane(incident: Incident, commander: Person) -> None:
    for minute in (1, 2):
        ask(commander, incident, minute)
    ask(commander, incident, 3, LaneKind.MITIGATION)
    answer(commander, incident, 1, 4)

    assert open_unknowns(incident) == {"investigation": 1, "mitigation": 1}
    assert open_unknowns(incident, at(3.5)) == {"investigation": 2, "mitigation": 1}
    assert open_unknowns(incident, at(0.5)) == {}


def test_unknowns_are_told_as_they_stood(incident: Incident, commander: Person) -> None:
    for minute in (1, 2, 3):
        ask(commander, incident, minute)
    answer(commander, incident, 2, 5)

    now, before = unknowns_of(incident, LANE), unknowns_of(incident, LANE, at(2.5))

    assert (numbers(now.open), numbers(now.resolved)) == ([3, 1], [2])
    assert (numbers(before.open), numbers(before.resolved)) == ([2, 1], [])


def test_hypotheses_are_told_as_they_stood(incident: Incident, commander: Person) -> None:
    shown = capture_evidence(incident, commander, START)
    for minute in (1, 2, 3):
        suppose(commander, incident, minute)
    decide(commander, incident, 1, 5, shown.number)

    now, before = hypotheses_of(incident), hypotheses_of(incident, at(2.5))

    assert (numbers(now.open), numbers(now.decided)) == ([3, 2], [1])
    assert (numbers(before.open), numbers(before.decided)) == ([2, 1], [])


def test_the_newest_are_shown_and_all_are_counted(incident: Incident, commander: Person) -> None:
    for minute in range(MAX_ROWS + 3):
        ask(commander, incident, minute)
        suppose(commander, incident, minute)

    unknowns, hypotheses = unknowns_of(incident, LANE), hypotheses_of(incident)

    for listed in (unknowns.open, hypotheses.open):
        assert (len(listed.rows), listed.total, listed.more) == (MAX_ROWS, MAX_ROWS + 3, 3)
        assert numbers(listed)[0] == MAX_ROWS + 3
    assert hypotheses.more == 3


def test_it_asks_as_often_for_many_as_for_one(incident: Incident, commander: Person) -> None:
    shown = [capture_evidence(incident, commander, START).number for _ in range(2)]

    def live_through() -> None:
        answer(commander, incident, ask(commander, incident, 1), 2, *shown)
        decide(commander, incident, suppose(commander, incident, 1), 2, *shown)
        ask(commander, incident, 3)
        suppose(commander, incident, 3)
        for purpose in (Purpose.VERIFICATION, Purpose.ROLLBACK_CHECK, Purpose.BASELINE):
            run(commander, incident, purpose, 4)

    def read() -> int:
        standing = incident_facts.read_facts(Incident.objects.get(pk=incident.pk))
        with queries() as asked:
            unknowns_of(incident, LANE)
            hypotheses_of(incident)
            checks_of(standing)
        return len(asked)

    live_through()
    few = read()
    for _ in range(4):
        live_through()

    assert read() == few <= 7


def test_each_run_is_listed_as_what_it_serves(incident: Incident, commander: Person) -> None:
    for minute in range(1, MAX_RUNS + 3):
        run(commander, incident, Purpose.VERIFICATION, minute)
    safe = run(commander, incident, Purpose.ROLLBACK_CHECK, 10)
    before = run(commander, incident, Purpose.BASELINE, 11)
    run(commander, incident, Purpose.GENERAL, 12)

    checks = checks_of(incident_facts.read_facts(incident))

    newest = list(range(MAX_RUNS + 2, 2, -1))
    assert [one.item.number for one in checks.runs] == newest
    assert checks.runs_in_all == MAX_RUNS + 2
    assert (checks.rollback.rows, checks.baselines.rows) == ((safe,), (before,))


def test_checks_are_told_as_they_stood(incident: Incident, commander: Person) -> None:
    for minute in (1, 2):
        run(commander, incident, Purpose.VERIFICATION, minute)

    checks = checks_of(incident_facts.read_facts(incident), at(1.5))

    assert [one.item.number for one in checks.runs] == [1]
