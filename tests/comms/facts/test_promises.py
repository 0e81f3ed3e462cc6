"""Promised updates: reminded of once, kept, lapsed, explained, and seen where it matters."""

from datetime import datetime, timedelta

import pgtrigger
import pytest
from django.db import transaction

from comms.actions import explain_lapse, lapses, publish_escalation
from comms.due import DUE, LAPSED, SOON, promises
from comms.duties import promise_duties
from comms.facts import promises as commitments
from comms.models import Lapse, Update
from comms.rules.commitment import PromiseKind
from comms.vocabulary import Progress
from incidents.actions.lifecycle import change_severity
from incidents.duties.duty import duties
from incidents.facts.incident import read_all_facts
from incidents.housekeeping import postpone
from incidents.locking import lock
from incidents.models import Claim, Incident, Notice, Person
from incidents.panels import renderers as render
from incidents.panels.room import next_moment
from incidents.timeline.record import record
from incidents.vocabulary import LaneKind, Status
from kernel import clock
from kernel.actor import SYSTEM
from kernel.refusal import Refused
from tests.helpers.closable import set_status
from tests.helpers.counting import queries
from tests.helpers.factories import START, declared
from tests.helpers.messages import escalation, published
from tests.helpers.tiers import in_tier
from warroom.schedule import tick

NOW = START + timedelta(minutes=10)
PROMISED = NOW + timedelta(minutes=20)
"""What ``published`` promises."""

Owners = dict[LaneKind, Person]


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.fixture
def owner(lane_owners: Owners) -> Person:
    return lane_owners[LaneKind.COMMUNICATION]


@pytest.fixture
def promised(staffed: Incident, owner: Person) -> Update:
    made = published(owner, staffed, NOW)
    Notice.objects.all().delete()
    return made


TICK_SECONDS = in_tier(test=60, prove=20)


def ticked(start: datetime, end: datetime, step: float = TICK_SECONDS) -> None:
    with clock.at(start) as hands:
        while clock.now() <= end:
            tick.tick()
            hands.advance(seconds=step)


def reminder_entries(kind: str) -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind=kind).order_by("pk")
    return [(str(notice.person), notice.href) for notice in rows]


# -- When it comes due -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        pytest.param(-5.02, "", id="before-the-five-minutes"),
        pytest.param(-5, SOON, id="five-minutes-before"),
        pytest.param(-0.02, SOON, id="just-before"),
        pytest.param(0, DUE, id="at-its-time"),
        pytest.param(4.98, DUE, id="within-five-minutes-after"),
        pytest.param(5, LAPSED, id="five-minutes-after"),
        pytest.param(600, LAPSED, id="after-a-long-stop"),
    ],
)
def test_one_reminder_is_due_at_a_time(promised: Update, after: float, kind: str) -> None:
    found = promises(PROMISED + minutes(after))

    assert [(one.kind, one.subject, one.due_at) for one in found] == (
        [(kind, str(promised.pk), PROMISED)] if kind else []
    )


def test_the_beat_reminds_before_at_and_after(
    staffed: Incident, promised: Update, owner: Person, commander: Person, deputy: Person
) -> None:
    ticked(NOW, PROMISED + minutes(9))

    entries = staffed.timeline.filter(kind__startswith="commitment.").order_by("seq")
    assert [(one.kind, one.at) for one in entries] == [
        (SOON, PROMISED - minutes(5)),
        (DUE, PROMISED),
        (LAPSED, PROMISED + minutes(5)),
    ]
    writing = f"/{staffed.reference}/update/"
    assert reminder_entries(SOON) == reminder_entries(DUE) == [(str(owner), writing)]
    assert reminder_entries(LAPSED) == [
        (str(owner), writing),
        (str(commander), writing),
        (str(deputy), writing),
    ]
    assert Lapse.objects.get().update == promised


def test_after_a_stop_people_are_reminded_once(staffed: Incident, promised: Update) -> None:
    ticked(PROMISED + minutes(40), PROMISED + minutes(42))

    entries = staffed.timeline.filter(kind__startswith="commitment.")
    assert [one.kind for one in entries] == [LAPSED]


def test_a_second_beat_changes_nothing(promised: Update) -> None:
    at = PROMISED + minutes(5)

    assert lapses.remind(promised.incident_id, promised.pk, LAPSED, now=at)
    assert not lapses.remind(promised.incident_id, promised.pk, LAPSED, now=at)
    assert Lapse.objects.count() == 1


def test_an_update_in_time_keeps_the_promise(
    staffed: Incident, promised: Update, owner: Person
) -> None:
    published(owner, staffed, PROMISED + minutes(4))

    assert promises(PROMISED + minutes(6)) == []
    assert not lapses.remind(promised.incident_id, promised.pk, LAPSED, now=PROMISED + minutes(6))
    assert not Lapse.objects.exists()


def test_a_late_update_closes_the_promise_and_the_lapse_stays(
    staffed: Incident, promised: Update, owner: Person
) -> None:
    """Also where no beat has noted it: the worker was away."""
    later = published(owner, staffed, PROMISED + minutes(12))

    assert Lapse.objects.get().update == promised
    kinds = staffed.timeline.order_by("-seq").values_list("kind", flat=True)
    assert list(kinds[:2]) == ["update.published", LAPSED]
    assert [one.key for one in commitments.of(staffed)] == [later.pk]
    assert not lapses.remind(promised.incident_id, promised.pk, LAPSED, now=PROMISED + minutes(13))


def test_the_public_is_not_told_by_an_internal_update(
    staffed: Incident, promised: Update, owner: Person
) -> None:
    within = published(owner, staffed, NOW + minutes(5), audience="internal")

    owed = commitments.of(staffed)
    assert [one.key for one in owed] == [promised.pk, within.pk]
    assert owed[0].next_at == PROMISED


def test_the_commander_is_told_where_nobody_owns_communication(
    incident: Incident, commander: Person
) -> None:
    published(commander, incident, NOW)
    Notice.objects.all().delete()

    ticked(PROMISED - minutes(5), PROMISED - minutes(4))

    assert [person for person, _ in reminder_entries(SOON)] == [str(commander)]


def test_a_closed_incident_promises_nothing(staffed: Incident, promised: Update) -> None:
    set_status(staffed.pk, Status.CLOSED)

    assert promises(PROMISED) == []


def test_one_that_failed_waits_for_its_next_try(promised: Update) -> None:
    postpone(DUE, str(promised.pk), PROMISED, ValueError("no"), PROMISED)

    assert promises(PROMISED) == []
    assert [one.kind for one in promises(PROMISED + timedelta(seconds=5))] == [DUE]
    assert Claim.objects.get().error == "ValueError: no"


@pytest.mark.parametrize("incidents", [1, 3])
def test_three_queries_whatever_is_promised(
    incidents: int, commander: Person, django_assert_num_queries
) -> None:
    for _ in range(incidents):
        published(commander, declared(commander), NOW)

    with django_assert_num_queries(3):
        found = promises(PROMISED)

    assert len(found) == incidents


# -- The first one -------------------------------------------------------------------------------


FIRST_DUE = START + minutes(15)


def kinds_of(incident: Incident, start: str) -> list[str]:
    rows = incident.timeline.filter(kind__startswith=start).order_by("seq")
    return list(rows.values_list("kind", flat=True))


def test_the_first_update_is_asked_for_15_minutes_after_declaring(
    staffed: Incident, owner: Person
) -> None:
    title = "Publish the first update"
    assert duties_of(owner, [staffed], NOW) == [(title, False)]
    assert duties_of(owner, [staffed], FIRST_DUE) == [(title, True)]
    fresh = Incident.objects.get(pk=staffed.pk)
    assert f'data-countdown="{FIRST_DUE.isoformat()}"' in render.panel("lanes", fresh, NOW)
    assert "U-FIRST" in render.panel("warnings", fresh, FIRST_DUE)

    ticked(NOW - minutes(1), FIRST_DUE + minutes(6))

    assert kinds_of(staffed, "update.first") == [
        "update.first_soon",
        "update.first_due",
        "update.first_missed",
    ]
    assert not Lapse.objects.exists()
    published(owner, staffed, FIRST_DUE + minutes(7))
    assert "U-FIRST" not in render.panel(
        "warnings", Incident.objects.get(pk=staffed.pk), FIRST_DUE + minutes(8)
    )


def test_nobody_waits_for_the_first_update_of_a_sev_3(commander: Person) -> None:
    mild = declared(commander, severity="3")

    assert commitments.of(mild) == ()
    assert promises(START + minutes(60)) == []
    assert duties_of(commander, [mild], START + minutes(60)) == []


def test_it_is_due_15_minutes_after_the_severity_was_raised(commander: Person) -> None:
    raised = declared(commander, severity="3")
    at = START + minutes(50)
    change_severity(
        commander.as_actor(), raised.pk, severity="1", reason="All of them fail", now=at
    )

    found = promises(at + minutes(15))

    assert [(one.kind, one.subject, one.due_at) for one in found] == [
        (DUE, f"first-{raised.pk}", at + minutes(15))
    ]


# -- An escalation's, and a recovery that came back ----------------------------------------------


def test_an_escalation_promises_too(staffed: Incident, owner: Person) -> None:
    actor, said = owner.as_actor(), escalation(NOW, owner)
    published(owner, staffed, NOW - minutes(1), next_at=NOW + minutes(29))
    publish_escalation(actor, staffed.pk, said, now=NOW)

    title = "Send the update that the escalation promised"
    assert (title, True) in duties_of(owner, [Incident.objects.get(pk=staffed.pk)], PROMISED)
    ticked(PROMISED - minutes(1), PROMISED + minutes(6))

    lapse = Lapse.objects.get()
    assert (str(lapse.message), lapse.update) == ("Escalation 1", None)
    of_escalation = staffed.timeline.filter(subject="Escalation 1", actor_kind="system")
    kinds = of_escalation.order_by("seq").values_list("kind", flat=True)
    assert list(kinds) == [SOON, DUE, LAPSED]
    late = PROMISED + minutes(7)
    title = "Say why the update after escalation 1 was late"
    assert (title, False) in duties_of(owner, [Incident.objects.get(pk=staffed.pk)], late)
    explain_lapse(
        actor, staffed.pk, 1, kind=PromiseKind.ESCALATION, explanation="A long call", now=late
    )
    lapse.refresh_from_db()
    assert lapse.explained_by == owner


def test_any_message_that_its_readers_get_fulfils_it(staffed: Incident, owner: Person) -> None:
    publish_escalation(owner.as_actor(), staffed.pk, escalation(NOW, owner), now=NOW)
    published(owner, staffed, NOW + minutes(1))

    assert [one.kind for one in commitments.of(staffed)] == [PromiseKind.UPDATE]


def test_a_recovery_that_came_back_is_corrected_at_once(staffed: Incident, owner: Person) -> None:
    published(owner, staffed, NOW)
    back = NOW + minutes(30)
    with pgtrigger.ignore("comms.Update:update_stays"):
        Update.objects.update(progress=Progress.RECOVERED, next_at=None)
    with transaction.atomic():
        record(
            lock(staffed.pk), "incident.reopened", SYSTEM, back, reason="Again", how="", becomes={}
        )

    found = [(one.kind, one.due_at) for one in promises(back)]

    title = "Correct the update that says recovered"
    fresh = Incident.objects.get(pk=staffed.pk)
    assert found == [(DUE, back)]
    assert duties_of(owner, [fresh], back) == [(title, True)]
    assert "U-BACK" in render.panel("warnings", fresh, back)
    ticked(back, back + minutes(6))
    assert kinds_of(staffed, "update.outdated") == ["update.outdated"] * 2
    published(owner, staffed, back + minutes(7))
    assert promises(back + minutes(8)) == []


# -- Explaining it -----------------------------------------------------------------------------


@pytest.fixture
def lapsed(staffed: Incident, promised: Update) -> Lapse:
    lapses.remind(promised.incident_id, promised.pk, LAPSED, now=PROMISED + minutes(5))
    return Lapse.objects.get()


def test_a_lapse_is_explained_once(staffed: Incident, lapsed: Lapse, owner: Person) -> None:
    later, actor = PROMISED + minutes(9), owner.as_actor()

    explain_lapse(actor, staffed.pk, 1, explanation="We waited for CP-2", now=later)

    lapsed.refresh_from_db()
    assert (lapsed.explained_by, lapsed.explained_at) == (owner, later)
    entry = staffed.timeline.order_by("-seq")[0]
    assert (entry.kind, entry.data) == (
        "commitment.explained",
        {"explanation": "We waited for CP-2"},
    )
    with pytest.raises(Refused, match="U-EXPLAINED"):
        explain_lapse(actor, staffed.pk, 1, explanation="Again", now=later)


@pytest.mark.parametrize("words", ["", "none", "n/a", "-", "\u200b"])
def test_an_explanation_says_something(
    staffed: Incident, lapsed: Lapse, owner: Person, words: str
) -> None:
    with pytest.raises(Refused, match="U-EXPLAIN"):
        explain_lapse(owner.as_actor(), staffed.pk, 1, explanation=words, now=PROMISED)

    assert not staffed.timeline.filter(kind="commitment.explained").exists()


# -- Where it is seen --------------------------------------------------------------------------


def duties_of(person: Person, incidents: list[Incident], now: datetime) -> list[tuple[str, bool]]:
    found = duties(read_all_facts(incidents), person, now)
    return [(duty.title, duty.overdue) for duty in found if "update" in duty.title]


def test_its_owner_is_asked_to_keep_it(
    staffed: Incident, promised: Update, owner: Person, commander: Person
) -> None:
    title = "Publish the promised update"

    assert duties_of(owner, [staffed], NOW) == [(title, False)]
    assert duties_of(owner, [staffed], PROMISED) == [(title, True)]
    assert duties_of(commander, [staffed], PROMISED) == []


def test_who_must_explain_is_asked_until_it_is_done(
    staffed: Incident, lapsed: Lapse, owner: Person
) -> None:
    title = "Say why the update after update 1 was late"
    later = PROMISED + minutes(9)
    published(owner, staffed, later)

    before = duties_of(owner, [staffed], later)
    explain_lapse(owner.as_actor(), staffed.pk, 1, explanation="A long call", now=later)

    assert (title, False) in before
    # What an incident object has read of what was said stays with it.
    again = Incident.objects.get(pk=staffed.pk)
    assert (title, False) not in duties_of(owner, [again], later)


@pytest.mark.parametrize("many", [1, 3])
def test_one_query_for_the_duties_of_many_incidents(commander: Person, many: int) -> None:
    incidents = [declared(commander) for _ in range(many)]
    for incident in incidents:
        published(commander, incident, NOW)
    held = read_all_facts(incidents)

    with queries() as asked:
        found = list(promise_duties(held, commander, NOW))

    assert (len(found), len(asked)) == (many, 1)


def test_who_speaks_for_nothing_costs_nothing(promised: Update, stranger: Person) -> None:
    held = read_all_facts([promised.incident])

    with queries() as asked:
        found = list(promise_duties(held, stranger, NOW))

    assert (found, len(asked)) == ([], 0)


def test_the_room_counts_down_and_warns_when_it_is_late(
    staffed: Incident, promised: Update
) -> None:
    def panel(name: str, now: datetime) -> str:
        return render.panel(name, Incident.objects.get(pk=staffed.pk), now)

    iso = PROMISED.isoformat()
    assert f'data-countdown="{iso}"' in panel("lanes", NOW)
    assert "U-LATE" not in panel("warnings", PROMISED - timedelta(seconds=1))
    assert "U-LATE" in panel("warnings", PROMISED)


def test_the_room_moves_by_itself_when_a_promise_is_late(
    staffed: Incident, commander: Person
) -> None:
    """After the first hour nothing else turns."""
    hour = START + minutes(61)
    published(commander, staffed, hour)
    fresh = Incident.objects.get(pk=staffed.pk)

    found = next_moment(fresh, hour + minutes(1))

    assert found is not None
    assert found.at == hour + minutes(20) + timedelta(seconds=1)
