"""Offers that nobody has answered come due once, and the beat writes it."""

from datetime import timedelta

import pytest

from incidents.housekeeping import postpone
from incidents.models import Claim, Incident, Notice, Person
from incidents.vocabulary import LaneKind, Status
from kernel import clock
from lanes.due import WAITING, due
from lanes.handoff import actions as handoffs
from lanes.models import Handoff
from tests.helpers.closable import set_status
from tests.helpers.factories import START, declared
from tests.helpers.handoffs import HandoffDriver
from tests.helpers.tiers import in_tier
from warroom.schedule import tick

NOW = START + timedelta(minutes=10)
LATER = NOW + timedelta(minutes=5)
LANE = LaneKind.MITIGATION
Owners = dict[LaneKind, Person]


@pytest.fixture
def offered(handing: HandoffDriver, stranger: Person, lane_owners: Owners) -> Handoff:
    return handing.offer(lane_owners[LANE], stranger, LANE)


@pytest.mark.parametrize(
    ("minutes", "found"),
    [
        pytest.param(0, 0, id="at-once"),
        pytest.param(4.98, 0, id="within-five-minutes"),
        pytest.param(5, 1, id="after-five-minutes"),
        pytest.param(600, 1, id="after-a-long-stop"),
    ],
)
def test_an_offer_is_due_after_five_minutes(offered: Handoff, minutes: float, found: int) -> None:
    reminders = due(NOW + timedelta(minutes=minutes))

    assert [row.subject for row in reminders] == [str(offered.pk)] * found


def test_an_answer_or_the_end_of_the_incident_ends_it(
    offered: Handoff, handing: HandoffDriver, stranger: Person
) -> None:
    handing.decline(stranger)
    assert due(LATER) == []
    assert not handoffs.remind(offered.pk, now=LATER)

    made = handing.offer(handing.commander, stranger)
    set_status(made.incident_id, Status.WATCHING)
    assert due(LATER) == []
    assert not handoffs.remind(made.pk, now=LATER)


def test_one_that_failed_waits_for_its_next_try(offered: Handoff) -> None:
    postpone(WAITING, str(offered.pk), LATER, ValueError("no"), LATER)

    assert due(LATER) == []
    assert [row.subject for row in due(LATER + timedelta(seconds=5))] == [str(offered.pk)]


@pytest.mark.parametrize("incidents", [1, 3])
def test_one_query_whatever_is_due(
    incidents: int, commander: Person, stranger: Person, django_assert_num_queries
) -> None:
    for _ in range(incidents):
        HandoffDriver(declared(commander), commander, NOW).offer(commander, stranger)

    with django_assert_num_queries(1):
        found = due(LATER)

    assert len(found) == incidents


TICK_SECONDS = in_tier(test=20, prove=5)


def test_the_deputy_is_told_too(staffed: Incident, offered: Handoff, deputy: Person) -> None:
    tick.run(LATER)

    assert Notice.objects.filter(kind=WAITING, person=deputy).count() == 1


def test_the_beat_reminds_once_and_tells_all_concerned(
    staffed: Incident, offered: Handoff, commander: Person, stranger: Person, lane_owners: Owners
) -> None:
    Notice.objects.all().delete()

    with clock.at(NOW) as hands:
        for _ in range(9 * 60 // TICK_SECONDS):
            tick.tick()
            hands.advance(seconds=TICK_SECONDS)

    written = staffed.timeline.filter(kind=WAITING)
    assert [(one.at, one.subject, one.lane) for one in written] == [(LATER, "HO-1", "mitigation")]
    assert written[0].data == {
        "what": "Mitigation",
        "receiver": "Stranger",
        "told": "Stranger, Mitigation Owner, Commander and Deputy were",
    }
    told = Notice.objects.filter(kind=WAITING)
    leaders = set(Person.objects.filter(username__in=["commander", "deputy"]))
    assert {one.person for one in told} == {stranger, lane_owners[LANE], *leaders}
    assert len(told) == 4
    words = "waits: Stranger has not answered whether to take the lane Mitigation."
    assert all(one.sentence == f"HO-1 of {staffed.reference} {words}" for one in told)


def test_an_offer_of_command_reminds_the_commander_once(
    staffed: Incident, handing: HandoffDriver, commander: Person, stranger: Person
) -> None:
    handing.offer(commander, stranger)

    tick.run(LATER)
    tick.run(LATER + timedelta(seconds=1))

    told = staffed.timeline.get(kind=WAITING).data["told"]
    assert told == "Stranger, Commander and Deputy were"
    assert Notice.objects.filter(kind=WAITING).count() == 3


def test_one_that_cannot_be_written_is_marked_and_stops_no_other(
    offered: Handoff, commander: Person, stranger: Person
) -> None:
    other = HandoffDriver(declared(commander), commander, NOW)
    other.offer(commander, stranger)
    Incident.objects.filter(pk=offered.incident_id).update(last_seq=0)

    tick.run(LATER)

    assert other.incident.timeline.filter(kind=WAITING).count() == 1
    claim = Claim.objects.get(claimed_at=None, kind=WAITING)
    assert (claim.kind, claim.subject) == (WAITING, str(offered.pk))
    assert claim.error.startswith("IntegrityError")
