"""Handing the watch over: offered, answered, withdrawn, overtaken, over, and reminded of."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from incidents.actions import roles
from incidents.models import Assignment, Notice, Person
from incidents.vocabulary import LaneKind, RoleName, Status
from kernel.refusal import NotPermitted, Refused
from lanes import due
from lanes.handoff import actions as handoffs
from lanes.handoff.brief import brief_of
from lanes.models import Handoff
from lanes.models.handoff import HandoffState
from tests.helpers.closable import set_status
from tests.helpers.handoffs import terms
from tests.retros.watch.handoffs import WatchRun
from warroom.schedule import tick

pytestmark = pytest.mark.django_db


def state(number: int = 1) -> str:
    return str(Handoff.objects.get(number=number).state)


def codes(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [violation.code for violation in refusal.value.violations]


def sentences_to(person: Person, kind: str) -> list[str]:
    return list(Notice.objects.filter(person=person, kind=kind).values_list("sentence", flat=True))


# -- Offering ----------------------------------------------------------------------------------


def test_an_offer_commits_to_the_next_check_in_and_changes_no_owner(
    watching: WatchRun, stranger: Person
) -> None:
    giver = watching.owner

    offer = watching.offer(stranger)

    closed_at = watching.incident.closings.get().closed_at
    assert (offer.label, offer.lane, offer.giver) == ("the watch", "", giver)
    assert (offer.checkpoint, offer.check_in) == (None, 1)
    assert offer.committed_at == closed_at + timedelta(hours=1)
    assert watching.owner == giver
    entry = watching.incident.timeline.get(kind="handoff.offered")
    assert (entry.data["what"], entry.data["checkpoint"]) == ("the watch", "the check-in after 1 h")
    assert sentences_to(stranger, "handoff.offered") == [
        f"{giver} offers the watch of {watching.incident.reference} to Stranger:"
        " HO-1 waits for an answer."
    ]


def test_all_four_parts_are_asked_for_at_once(watching: WatchRun) -> None:
    with pytest.raises(Refused) as refusal:
        watching.offer(None, included=("none",), unknowns="n/a", checkpoint=None, trigger="-")

    parts = ["H-BOUNDARY", "H-UNKNOWNS", "H-CHECKPOINT", "H-TRIGGER"]
    assert codes(refusal) == ["H-RECEIVER", *parts]
    assert not Handoff.objects.exists()


@pytest.mark.parametrize(
    ("minutes", "chosen", "sentence"),
    [
        pytest.param(30, 6, "The check-in after 1 h comes first", id="a later one"),
        pytest.param(90, 1, "The check-in after 1 h is due", id="one that is due"),
        pytest.param(30, 2, "Choose the check-in", id="one that there is not"),
        pytest.param(30, 24, "The check-in after 1 h comes first", id="the end, too early"),
    ],
)
def test_only_the_next_check_in_is_committed_to(
    watching: WatchRun, stranger: Person, minutes: int, chosen: int, sentence: str
) -> None:
    watching.ending.after(minutes=minutes)

    with pytest.raises(Refused, match=sentence) as refusal:
        watching.offer(stranger, checkpoint=chosen)

    assert codes(refusal) == ["H-CHECKPOINT"]


@pytest.mark.parametrize(("hours", "following"), [(0, 1), (1, 6), (6, 12), (12, 23), (23, 24)])
def test_after_each_check_in_it_is_the_one_that_follows_and_at_last_the_end(
    watching: WatchRun, stranger: Person, hours: int, following: int
) -> None:
    watching.ending.after(hours=hours)

    assert watching.offer(stranger, checkpoint=following).check_in == following


@pytest.mark.parametrize("lost", ["account", "group"])
def test_who_can_no_longer_act_is_not_offered_it(
    watching: WatchRun, stranger: Person, lost: str
) -> None:
    if lost == "account":
        Person.objects.filter(pk=stranger.pk).update(is_active=False)
    else:
        stranger.groups.clear()

    with pytest.raises(Refused) as refusal:
        watching.offer(Person.objects.get(pk=stranger.pk))

    assert codes(refusal) == ["H-RECEIVER"]


def test_a_stakeholder_is_not_offered_it(watching: WatchRun, stakeholder: Person) -> None:
    with pytest.raises(Refused) as refusal:
        watching.offer(stakeholder)

    assert codes(refusal) == ["H-RECEIVER"]


def test_its_owner_the_commander_and_an_admin_offer_it_and_nobody_else(
    watching: WatchRun, commander: Person, admin: Person, stranger: Person, deputy: Person
) -> None:
    owner = watching.owner
    for person in (stranger, deputy, watching.ending.executor):
        with pytest.raises(NotPermitted):
            watching.offer(stranger, by=person)
    for number, person in enumerate((owner, commander, admin), start=1):
        offer = watching.offer(stranger, by=person)
        assert offer.giver == owner
        watching.withdraw(person, number)


def test_the_watch_of_who_left_is_named_anew_by_the_commander_not_handed_over(
    watching: WatchRun, commander: Person, stranger: Person
) -> None:
    Person.objects.filter(pk=watching.owner.pk).update(is_active=False)

    with pytest.raises(Refused) as refusal:
        watching.offer(stranger, by=commander)
    assert codes(refusal) == ["H-GIVER"]
    assert refusal.value.violations[0].href.endswith("?who=watch_owner")

    who = {"role": RoleName.WATCH_OWNER, "person": stranger}
    roles.assign(commander.as_actor(), watching.incident.pk, **who, now=watching.ending.now)
    assert watching.owner == stranger


@pytest.mark.parametrize("lane", ["", LaneKind.MITIGATION.value])
def test_while_it_is_watched_nothing_else_is_handed_over(
    watching: WatchRun, commander: Person, stranger: Person, lane: str
) -> None:
    with pytest.raises(Refused) as refusal:
        handoffs.offer(
            commander.as_actor(),
            watching.incident.pk,
            terms(stranger),
            lane=lane,
            now=watching.ending.now,
        )

    assert codes(refusal) == ["H-OVER"]


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.CLOSED])
def test_without_a_watch_there_is_none_to_hand_over(
    watching: WatchRun, commander: Person, stranger: Person, status: Status
) -> None:
    set_status(watching.incident.pk, status)

    with pytest.raises(Refused, match="no watch to hand over") as refusal:
        watching.offer(stranger, by=commander)

    assert codes(refusal) == ["H-OVER"]


def test_the_database_keeps_a_watch_to_a_check_in(watching: WatchRun, stranger: Person) -> None:
    offer = watching.offer(stranger)
    at = offer.offered_at
    values = {name: getattr(offer, name) for name in ("included", "unknowns", "trigger")}
    values |= {"incident": offer.incident, "giver": offer.giver, "receiver": stranger, "number": 2}
    values |= {"state": "declined", "answer_reason": "No", "offered_at": at, "answered_at": at}

    for wrong in (
        {"role": "watch_owner"},
        {
            "role": "watch_owner",
            "lane": "mitigation",
            "check_in": 1,
            "check_in_at": offer.offered_at,
        },
        {"role": "commander", "check_in": 1, "check_in_at": at},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Handoff.objects.create(**values, **wrong)


# -- Answering ---------------------------------------------------------------------------------


def test_it_counts_when_it_is_accepted(watching: WatchRun, stranger: Person) -> None:
    giver = watching.owner
    watching.offer(stranger)
    watching.ending.after(minutes=3)

    accepted = watching.accept(stranger)

    now = watching.ending.now
    assert (accepted.state, watching.owner) == (HandoffState.ACCEPTED, stranger)
    rows = Assignment.objects.filter(role=RoleName.WATCH_OWNER).order_by("since")
    assert [(row.person, row.until) for row in rows] == [(giver, now), (stranger, None)]
    entry = watching.incident.timeline.get(kind="role.assigned", at=now)
    assert entry.data["role"] == "Watch owner"
    assert entry.data["before"] == f"Before: {giver}."
    for person in (giver, watching.ending.commander):
        sentence = f"Stranger accepted the watch of {watching.incident.reference}."
        assert sentences_to(person, "handoff.accepted") == [sentence]
    # The status is what it was, and the closing too.
    assert watching.ending.status == "watching"


def test_check_ins_go_to_the_new_owner_and_no_more_to_the_old(
    watching: WatchRun, stranger: Person
) -> None:
    giver = watching.owner
    watching.offer(stranger)
    watching.accept(stranger)
    Notice.objects.all().delete()

    tick.run(watching.ending.after(hours=1))

    assert len(sentences_to(stranger, "watch.asked")) == 1
    assert sentences_to(giver, "watch.asked") == []
    with pytest.raises(NotPermitted):
        watching.ending.check_in(by=giver)
    assert watching.ending.check_in(by=stranger).answered_by == stranger
    assert watching.ending.fire(by=stranger)


def test_declined_with_a_reason_it_stays_and_can_be_offered_again(
    watching: WatchRun, stranger: Person, deputy: Person
) -> None:
    giver = watching.owner
    watching.offer(stranger)
    with pytest.raises(Refused) as refusal:
        watching.decline(stranger, reason="n/a")
    assert codes(refusal) == ["H-REASON"]

    watching.decline(stranger)

    assert (state(), watching.owner) == (HandoffState.DECLINED, giver)
    assert sentences_to(giver, "handoff.declined") == [
        f"Stranger declined the watch of {watching.incident.reference},"
        f" {giver} keeps it: I am off shift"
    ]
    watching.offer(deputy)
    watching.accept(deputy, 2)
    assert watching.owner == deputy


def test_only_the_receiver_answers(watching: WatchRun, stranger: Person, admin: Person) -> None:
    watching.offer(stranger)

    for person in (watching.owner, watching.ending.commander, admin):
        with pytest.raises(NotPermitted, match="HO-1 is offered to Stranger"):
            watching.accept(person)


def test_the_giver_and_the_commander_take_it_back(watching: WatchRun, stranger: Person) -> None:
    for number, person in enumerate((watching.owner, watching.ending.commander), start=1):
        watching.offer(stranger)
        watching.withdraw(person, number)
        assert state(number) == HandoffState.WITHDRAWN
    with pytest.raises(Refused, match="HO-2 is over"):
        watching.accept(stranger, 2)


def test_the_commander_who_names_another_ends_the_offer(
    watching: WatchRun, commander: Person, stranger: Person, deputy: Person
) -> None:
    watching.offer(stranger)

    who = {"role": RoleName.WATCH_OWNER, "person": deputy}
    roles.assign(commander.as_actor(), watching.incident.pk, **who, now=watching.ending.now)

    sentence = "Commander gave the watch to Deputy meanwhile."
    assert Handoff.objects.get().answer_reason == sentence
    assert watching.owner == deputy
    with pytest.raises(Refused, match=sentence):
        watching.accept(stranger)


# -- The end of the watch ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "sentence"),
    [
        ("fired", "The rollback trigger fired: the watch is over."),
        ("reopened", "Reopened: the watch is over."),
        ("held", "Held for 24 hours: the watch is over."),
    ],
)
def test_the_end_of_the_watch_ends_the_offer(
    watching: WatchRun, stranger: Person, way: str, sentence: str
) -> None:
    giver = watching.owner
    watching.offer(stranger)
    if way == "held":
        tick.run(watching.ending.after(hours=24))
    else:
        {"fired": watching.ending.fire, "reopened": watching.ending.reopen}[way]()

    offer = Handoff.objects.get()
    assert (offer.state, offer.answer_reason) == (HandoffState.WITHDRAWN, sentence)
    assert watching.owner == giver
    assert sentence in sentences_to(stranger, "handoff.withdrawn")[0]
    with pytest.raises(Refused, match="HO-1 is over") as refusal:
        watching.accept(stranger)
    assert codes(refusal) == ["H-STATE"]


# -- Reminding ---------------------------------------------------------------------------------


def test_after_five_minutes_both_and_the_commander_are_reminded_once(
    watching: WatchRun, stranger: Person
) -> None:
    offer, giver = watching.offer(stranger), watching.owner
    now = watching.ending.now
    assert due.due(now + timedelta(minutes=4, seconds=59)) == []
    Notice.objects.all().delete()

    for seconds in (0, 1, 60):
        tick.run(now + timedelta(minutes=5, seconds=seconds))

    entry = watching.incident.timeline.get(kind=due.WAITING)
    assert (entry.subject, entry.data["what"]) == (offer.reference, "the watch")
    reminded = Notice.objects.filter(kind=due.WAITING)
    everybody = [stranger, giver, watching.ending.commander]
    assert sorted(person.person_id for person in reminded) == sorted(
        person.pk for person in everybody
    )


def test_what_is_answered_or_over_reminds_nobody(watching: WatchRun, stranger: Person) -> None:
    offer = watching.offer(stranger)
    later = watching.ending.now + timedelta(minutes=5)
    set_status(watching.incident.pk, Status.CLOSED)
    assert due.due(later) == []
    assert not handoffs.remind(offer.pk, now=later)

    set_status(watching.incident.pk, Status.WATCHING)
    assert [row.subject for row in due.due(later)] == [str(offer.pk)]
    watching.decline(stranger)
    assert due.due(later) == []


# -- The brief ---------------------------------------------------------------------------------


def test_the_brief_has_what_was_stated_and_the_check_ins(
    watching: WatchRun, stranger: Person
) -> None:
    tick.run(watching.ending.after(hours=1))
    watching.ending.check_in("0.3 % on the board")
    tick.run(watching.ending.after(hours=6))
    offer = watching.offer(stranger, checkpoint=12)

    brief = brief_of(watching.fresh(), offer, watching.ending.now)

    assert brief.watch is not None
    assert brief.watch.happened == "Some edge nodes did not know the new signing key."
    check_ins = [
        (check_in.hour, check_in.answer, check_in.missed) for check_in in brief.watch.check_ins
    ]
    assert check_ins[:3] == [(1, "0.3 % on the board", False), (6, "", True), (12, "", False)]
    assert [check_in.hour for check_in in brief.ahead] == [12, 23, 24]
    assert brief.unknowns == ("Whether old sessions fail at midnight",)
