"""Anti-patterns as an incident lives them: each is noticed, mended, and stays on record."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from incidents.models import Incident, Person
from incidents.panels import renderers as render
from incidents.panels.room import next_moment
from incidents.vocabulary import LaneKind, Option, RoleName, Severity, Status
from kernel import clock
from lanes import actions
from lanes.actions.patterns import observe
from lanes.anti_patterns import record_patterns
from lanes.models import PatternSpan
from tests.helpers.closable import set_status
from tests.helpers.counting import queries
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START, declared
from tests.helpers.messages import published
from tests.helpers.recommendations import run_concurrently

INVESTIGATION, MITIGATION, _, VERIFICATION = LaneKind


class Lived(DecisionRun):
    """An incident in SEV-2 that the tick looks at whenever a test does."""

    ticking: clock.Clock

    def look(self, minutes: int = 0) -> set[tuple[str, str]]:
        """Let minutes pass, run the step of the tick, and read what is on record as lasting."""
        self.now += timedelta(minutes=minutes)
        self.ticking.advance(seconds=(self.now - clock.now()).total_seconds())
        record_patterns.observe_all(clock.now())
        spans = PatternSpan.objects.filter(incident=self.incident).open()
        return set(spans.values_list("code", "subject"))

    def bound(self, lane: LaneKind, *included: str) -> None:
        actions.set_boundary(
            self.commander.as_actor(),
            self.incident.pk,
            lane=lane,
            included=included,
            excluded=[],
            now=self.now,
        )

    def tell(self, audience: str = "internal") -> None:
        published(self.commander, self.incident, self.now, audience=audience)

    def spans(self, code: str) -> list[tuple[datetime, datetime | None]]:
        rows = PatternSpan.objects.filter(incident=self.incident, code=code)
        return list(rows.values_list("began_at", "ended_at"))

    def told(self, code: str) -> list[tuple[str, datetime]]:
        rows = self.incident.timeline.filter(kind__startswith="pattern.", subject=code)
        return list(rows.order_by("seq").values_list("kind", "at"))


@pytest.fixture
def lived(commander: Person, lane_owners: dict[LaneKind, Person]) -> Iterator[Lived]:
    incident = declared(commander, severity=Severity.SEV2)
    with clock.at(START) as ticking:
        found = Lived(incident, commander, lane_owners)
        found.ticking = ticking
        assert found.look() == set()
        yield found


def on_record(lived: Lived, code: str, raised: datetime, cleared: datetime) -> None:
    """Once, from when it was first seen until it was first seen to be over, and told both times."""
    assert lived.spans(code) == [(raised, cleared)]
    assert lived.told(code) == [("pattern.raised", raised), ("pattern.cleared", cleared)]


def test_three_lanes_of_one_person(lived: Lived) -> None:
    hero = lived.executor
    lived.assign(RoleName.LANE_OWNER, hero, INVESTIGATION)
    two = lived.look(1)
    lived.assign(RoleName.LANE_OWNER, hero, VERIFICATION)
    three, raised = lived.look(1), lived.now
    lived.look(5)
    lived.assign(RoleName.LANE_OWNER, lived.verifier, VERIFICATION)

    assert (two, three, lived.look(1)) == (set(), {("HERO", f"person {hero.pk}")}, set())
    on_record(lived, "HERO", raised, lived.now)


def test_one_person_executes_and_verifies(lived: Lived) -> None:
    lived.verifier = lived.executor
    lived.decide(Option.FLAG)
    raised = lived.look(), lived.now
    lived.done()
    lived.tell()
    lived.judge(lived.run())

    assert raised[0] == {("HERO", "D-1")}
    assert lived.look() == set()
    on_record(lived, "HERO", raised[1], lived.now)


def test_a_change_after_the_last_verification_run(lived: Lived) -> None:
    lived.decide(Option.FLAG)
    lived.done()
    lived.judge(lived.run(), passed=False, finding="Still 4 %")
    lived.tell()
    before = lived.look()
    lived.decide(Option.ROLLBACK)
    lived.done(2)
    lived.tell()
    after, raised = lived.look(), lived.now
    lived.judge(lived.run(), number=2)

    assert (before, after, lived.look()) == (set(), {("STALE", "D-2")}, set())
    on_record(lived, "STALE", raised, lived.now)


def test_two_mitigations_at_once(lived: Lived) -> None:
    lived.decide(Option.FLAG)
    lived.start()
    lived.decide(Option.ROLLBACK, supersede_reason="Writes go on elsewhere")
    before = lived.look()
    lived.start(number=2)
    both, raised = lived.look(), lived.now
    lived.finish(lived.capture(), number=2)
    lived.tell()
    lived.judge(lived.run(), number=2)

    assert (before, both, lived.look()) == (set(), {("PARALLEL", "D-2")}, set())
    on_record(lived, "PARALLEL", raised, lived.now)


def test_the_same_thing_in_two_boundaries(lived: Lived) -> None:
    lived.bound(INVESTIGATION, "edge cache", "key set")
    one = lived.look(1)
    lived.bound(MITIGATION, "flags", "Edge  Cache")
    two, raised = lived.look(1), lived.now
    lived.bound(INVESTIGATION, "key set")

    assert (one, two, lived.look(1)) == (set(), {("OVERLAP", "edge cache")}, set())
    on_record(lived, "OVERLAP", raised, lived.now)


def test_a_mitigation_that_nobody_is_told_of(lived: Lived) -> None:
    lived.decide(Option.FLAG)
    lived.done()
    early = lived.look(14)
    late, raised = lived.look(1), lived.now
    lived.look(10)
    lived.tell()

    assert (early, late, lived.look(1)) == (set(), {("UNANNOUNCED", "D-1")}, set())
    on_record(lived, "UNANNOUNCED", raised, lived.now)


def test_the_room_moves_by_itself_when_nobody_was_told(lived: Lived) -> None:
    lived.decide(Option.FLAG)
    lived.done()
    done, incident = lived.now, Incident.objects.get(pk=lived.incident.pk)
    turns = done + timedelta(minutes=15, seconds=1)

    seen, at = [], done
    while at < turns:
        before = render.panel("warnings", Incident.objects.get(pk=incident.pk), at)
        found = next_moment(incident, at)
        assert found is not None
        at = found.at
        seen.append("UNANNOUNCED" in before)

    assert at == turns
    assert not any(seen)
    assert "UNANNOUNCED" in render.panel("warnings", incident, at)


def test_looking_twice_records_once(lived: Lived) -> None:
    lived.bound(INVESTIGATION, "edge cache")
    lived.bound(MITIGATION, "edge cache")
    lived.look(1)
    for _ in range(3):
        assert lived.look(1) == {("OVERLAP", "edge cache")}
        assert observe(lived.incident.pk, now=lived.now) is False

    assert [kind for kind, _ in lived.told("OVERLAP")] == ["pattern.raised"]


def test_what_comes_again_is_on_record_again(lived: Lived) -> None:
    lived.bound(INVESTIGATION, "edge cache")
    for included in ("edge cache", "flags", "edge cache"):
        lived.bound(MITIGATION, included)
        lived.look(2)

    first, second = lived.spans("OVERLAP")
    assert (first[1], second[1]) == (lived.now - timedelta(minutes=2), None)


@pytest.mark.parametrize("status", [Status.WATCHING, Status.CLOSED])
def test_an_incident_that_is_over_ends_what_lasted(lived: Lived, status: str) -> None:
    lived.bound(INVESTIGATION, "edge cache")
    lived.bound(MITIGATION, "edge cache")
    lived.look(1)
    raised = lived.now
    set_status(lived.incident.pk, status)

    assert lived.look(3) == set()
    on_record(lived, "OVERLAP", raised, lived.now)


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_the_same_instant_record_once(incident: Incident, commander: Person) -> None:
    def bound(lane: LaneKind, item: str, now: datetime) -> None:
        actions.set_boundary(
            commander.as_actor(), incident.pk, lane=lane, included=[item], excluded=[], now=now
        )

    def tick(now: datetime) -> str:
        return str(observe(incident.pk, now=now))

    now = START + timedelta(minutes=1)
    bound(INVESTIGATION, "edge cache", now)
    for item in ("edge cache", "flags") * 5:
        now += timedelta(minutes=1)
        bound(MITIGATION, item, now)
        assert sorted(run_concurrently(tick, now, now)) == ["False", "True"]

    told = incident.timeline.filter(kind__startswith="pattern.").values_list("kind", flat=True)
    assert sorted(told) == ["pattern.cleared"] * 5 + ["pattern.raised"] * 5
    assert PatternSpan.objects.filter(ended_at__isnull=False).count() == 5


def test_twenty_incidents_are_looked_at_with_as_many_queries_as_one(
    commander: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    def lived() -> Incident:
        found = DecisionRun(declared(commander), commander, lane_owners)
        found.decide(Option.FLAG)
        found.done()
        return found.incident

    def asked(now: datetime) -> int:
        with queries() as counted:
            assert record_patterns.changed_incidents(list(Incident.objects.all()), now) == []
        return len(counted)

    now = START + timedelta(minutes=20)
    lived()
    one = asked(now)
    for _ in range(19):
        lived()

    assert asked(now) == one <= 20
