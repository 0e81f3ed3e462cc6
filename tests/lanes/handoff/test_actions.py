"""Handing over through the actions: offered, answered, withdrawn, overtaken, and at once."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from incidents.actions import drafts, roles
from incidents.models import Assignment, Checkpoint, Incident, Notice, Person, TimelineEntry
from incidents.vocabulary import LaneKind, RoleName, Status
from kernel.actor import Actor, ActorKind
from kernel.refusal import AlreadyDone, NotPermitted, Refused
from lanes.actions import unknowns
from lanes.handoff import actions as handoffs
from lanes.models import Handoff
from lanes.models.handoff import HandoffState
from tests.helpers.closable import set_status
from tests.helpers.factories import START, PersonFactory, declared
from tests.helpers.handoffs import HandoffDriver, terms
from tests.helpers.recommendations import run_concurrently
from tests.helpers.tiers import in_tier

NOW = START + timedelta(minutes=10)
LANE = LaneKind.MITIGATION
Owners = dict[LaneKind, Person]


def owner(incident: Incident, lane: str = LANE) -> Person:
    role = RoleName.LANE_OWNER if lane else RoleName.COMMANDER
    return Assignment.objects.current().get(incident=incident, role=role, lane=lane).person


def state(number: int = 1) -> str:
    return Handoff.objects.get(number=number).state


def entry(incident: Incident, kind: str) -> TimelineEntry:
    return incident.timeline.filter(kind=kind).latest("seq")


def notices(person: Person, kind: str) -> list[str]:
    return list(Notice.objects.filter(person=person, kind=kind).values_list("sentence", flat=True))


# -- Offering ----------------------------------------------------------------------------------


def test_an_offer_stands_on_record_and_changes_no_owner(
    staffed: Incident, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    made = handing.offer(lane_owners[LANE], stranger, LANE)

    assert (made.reference, made.label, made.state) == ("HO-1", "Mitigation", "offered")
    assert owner(staffed) == lane_owners[LANE]
    told = entry(staffed, "handoff.offered")
    assert (told.subject, told.lane) == ("HO-1", "mitigation")
    assert told.data == {
        "what": "Mitigation",
        "giver": str(lane_owners[LANE]),
        "receiver": str(stranger),
        "included": ["flags", "deploys of auth-gateway"],
        "excluded": ["other services' deploys"],
        "unknowns": "Why four nodes ignore the expiry",
        "checkpoint": "CP-1",
        "trigger": "401 rate above 10 % for 2 minutes in any region",
        "message": "My shift ends at 14:30.",
    }
    assert notices(stranger, "handoff.offered") == [
        f"{lane_owners[LANE]} offers the lane Mitigation of {staffed.reference} to {stranger}:"
        " HO-1 waits for an answer."
    ]
    assert notices(lane_owners[LANE], "handoff.offered") == []


def test_open_unknowns_of_the_lane_are_handed_over_unasked(
    handing: HandoffDriver, stranger: Person, commander: Person, lane_owners: Owners
) -> None:
    for lane, text in ((LANE, "Does the flag cover refresh?"), (LaneKind.VERIFICATION, "Other")):
        unknowns.raise_unknown(
            commander.as_actor(), handing.incident.pk, lane=lane, text=text, now=NOW
        )

    made = handing.offer(lane_owners[LANE], stranger, LANE)

    assert made.unknowns.splitlines() == [
        "Why four nodes ignore the expiry",
        "U-1: Does the flag cover refresh?",
    ]


def test_command_hands_over_the_unknowns_of_every_lane(
    handing: HandoffDriver, stranger: Person, commander: Person
) -> None:
    for lane in (LANE, LaneKind.VERIFICATION):
        unknowns.raise_unknown(
            commander.as_actor(), handing.incident.pk, lane=lane, text=f"Of {lane}", now=NOW
        )

    made = handing.offer(commander, stranger, unknowns="")

    assert made.unknowns == "U-1: Of mitigation\nU-2: Of verification"


def test_every_unmet_rule_is_told_and_nothing_is_written(
    staffed: Incident, handing: HandoffDriver, lane_owners: Owners
) -> None:
    before = staffed.timeline.count()

    with pytest.raises(Refused) as refusal:
        handing.offer(
            lane_owners[LANE],
            None,
            LANE,
            included=("none",),
            unknowns="n/a",
            checkpoint=9,
            trigger="-",
        )

    codes = [violation.code for violation in refusal.value.violations]
    assert codes == ["H-RECEIVER", "H-BOUNDARY", "H-UNKNOWNS", "H-CHECKPOINT", "H-TRIGGER"]
    assert not staffed.handoffs.exists()
    assert staffed.timeline.count() == before


def refused(offer: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        offer()
    assert len(refusal.value.violations) == 1
    return refusal.value.violations[0].code


@pytest.mark.parametrize("lost", ["account", "group"])
def test_who_can_no_longer_act_is_not_offered_anything(
    handing: HandoffDriver, stranger: Person, lane_owners: Owners, lost: str
) -> None:
    if lost == "account":
        Person.objects.filter(pk=stranger.pk).update(is_active=False)
    else:
        stranger.groups.clear()
    receiver = Person.objects.get(pk=stranger.pk)

    assert refused(lambda: handing.offer(lane_owners[LANE], receiver, LANE)) == "H-RECEIVER"


def test_who_takes_no_part_in_a_restricted_incident_is_not_offered_anything(
    commander: Person, stranger: Person, deputy: Person
) -> None:
    secret = HandoffDriver(declared(commander, restricted=True), commander, NOW)

    assert refused(lambda: secret.offer(commander, stranger)) == "H-RECEIVER"
    roles.add_participant(commander.as_actor(), secret.incident.pk, person=deputy, now=NOW)
    assert secret.offer(commander, deputy).is_open


def test_a_lane_without_owner_is_named_by_the_commander_not_handed_over(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    handing = HandoffDriver(incident, commander, NOW)

    assert refused(lambda: handing.offer(commander, stranger, LANE)) == "H-GIVER"


def test_the_lane_of_a_deactivated_owner_is_ownerless(
    handing: HandoffDriver, commander: Person, stranger: Person, lane_owners: Owners
) -> None:
    Person.objects.filter(pk=lane_owners[LANE].pk).update(is_active=False)

    assert refused(lambda: handing.offer(commander, stranger, LANE)) == "H-GIVER"


def test_a_lane_is_offered_to_one_person_at_a_time(
    handing: HandoffDriver, stranger: Person, deputy: Person, lane_owners: Owners
) -> None:
    handing.offer(lane_owners[LANE], stranger, LANE)

    assert refused(lambda: handing.offer(lane_owners[LANE], deputy, LANE)) == "H-ONE"
    other = LaneKind.VERIFICATION
    assert handing.offer(lane_owners[other], stranger, other).reference == "HO-2"


def test_a_checkpoint_that_is_overdue_or_decided_is_not_committed(
    handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    handing.now = handing.checkpoint.due_at
    assert refused(lambda: handing.offer(lane_owners[LANE], stranger, LANE)) == "H-CHECKPOINT"

    handing.now = NOW
    Checkpoint.objects.filter(pk=handing.checkpoint.pk).update(decided_at=NOW)
    assert refused(lambda: handing.offer(lane_owners[LANE], stranger, LANE)) == "H-CHECKPOINT"


def test_when_the_incident_is_over_nothing_is_handed_over(
    staffed: Incident, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    set_status(staffed.pk, Status.CLOSED)

    assert refused(lambda: handing.offer(lane_owners[LANE], stranger, LANE)) == "H-OVER"


def test_the_commander_and_an_admin_offer_on_behalf_of_the_owner(
    handing: HandoffDriver, commander: Person, admin: Person, stranger: Person, lane_owners: Owners
) -> None:
    by_commander = handing.offer(commander, stranger, LANE)
    other = LaneKind.VERIFICATION
    by_admin = handing.offer(admin, stranger, other)
    of_command = handing.offer(admin, stranger)

    assert [by_commander.giver, by_admin.giver] == [lane_owners[LANE], lane_owners[other]]
    assert of_command.giver == commander
    assert len(notices(lane_owners[LANE], "handoff.offered")) == 1


def test_nobody_else_offers_a_lane_or_command(
    handing: HandoffDriver, stranger: Person, deputy: Person, lane_owners: Owners
) -> None:
    for person in (stranger, deputy, lane_owners[LaneKind.VERIFICATION]):
        with pytest.raises(NotPermitted):
            handing.offer(person, stranger, LANE)
    with pytest.raises(NotPermitted):
        handing.offer(lane_owners[LANE], stranger)


def test_a_form_sent_twice_offers_once(
    staffed: Incident, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    actor, key = lane_owners[LANE].as_actor(), uuid4()
    said = terms(stranger)
    handoffs.offer(actor, staffed.pk, said, lane=LANE, now=NOW, once=key)

    with pytest.raises(AlreadyDone) as done:
        handoffs.offer(actor, staffed.pk, said, lane=LANE, now=NOW, once=key)

    assert done.value.href == f"/{staffed.reference}/HO-1/"


# -- Answering ---------------------------------------------------------------------------------


def test_it_counts_when_the_receiver_accepts(
    staffed: Incident, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    handing.offer(lane_owners[LANE], stranger, LANE)

    made = handing.accept(stranger)

    assert (made.state, made.answered_at) == (HandoffState.ACCEPTED, NOW)
    assert owner(staffed) == stranger
    assert staffed.participations.filter(person=stranger).exists()
    kinds = list(staffed.timeline.order_by("-seq").values_list("kind", flat=True)[:2])
    assert kinds == ["role.assigned", "handoff.accepted"]
    told = entry(staffed, "role.assigned")
    assert told.lane == "mitigation"
    assert told.data == {
        "role": "Mitigation owner",
        "person": str(stranger),
        "person_id": stranger.pk,
        "before": f"Before: {lane_owners[LANE]}.",
    }
    for person in (lane_owners[LANE], handing.commander):
        assert notices(person, "handoff.accepted") == [
            f"{stranger} accepted the lane Mitigation of {staffed.reference}."
        ]


def test_declining_needs_a_reason_and_leaves_it_with_the_giver(
    staffed: Incident, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    handing.offer(lane_owners[LANE], stranger, LANE)
    for nothing in ("", "  ", "None.", "N / A", "-"):
        assert refused(lambda said=nothing: handing.decline(stranger, reason=said)) == "H-REASON"

    handing.decline(stranger, reason="I am on the signer")

    assert state() == HandoffState.DECLINED
    assert owner(staffed) == lane_owners[LANE]
    assert entry(staffed, "handoff.declined").data["reason"] == "I am on the signer"
    assert notices(lane_owners[LANE], "handoff.declined") == [
        f"{stranger} declined the lane Mitigation of {staffed.reference},"
        f" {lane_owners[LANE]} keeps it: I am on the signer"
    ]


def test_what_was_declined_can_be_offered_again(
    staffed: Incident, handing: HandoffDriver, stranger: Person, deputy: Person, lane_owners: Owners
) -> None:
    handing.offer(lane_owners[LANE], stranger, LANE)
    handing.decline(stranger)

    handing.offer(lane_owners[LANE], deputy, LANE)
    handing.accept(deputy, 2)

    assert [state(1), state(2)] == [HandoffState.DECLINED, HandoffState.ACCEPTED]
    assert owner(staffed) == deputy


def test_only_the_receiver_answers(
    handing: HandoffDriver, stranger: Person, admin: Person, lane_owners: Owners
) -> None:
    handing.offer(lane_owners[LANE], stranger, LANE)

    for person in (lane_owners[LANE], handing.commander, admin):
        with pytest.raises(NotPermitted, match="HO-1 is offered to Stranger"):
            handing.accept(person)
        with pytest.raises(NotPermitted):
            handing.decline(person)


def test_an_agent_of_the_receiver_does_not_answer(
    handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    handing.offer(lane_owners[LANE], stranger, LANE)
    agent = Actor(ActorKind.AGENT, "probe", stranger.pk)

    with pytest.raises(NotPermitted):
        handoffs.accept(agent, handing.incident.pk, 1, now=NOW)


def test_who_can_no_longer_act_does_not_accept(
    handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    handing.offer(lane_owners[LANE], stranger, LANE)
    before = stranger.as_actor()
    Person.objects.filter(pk=stranger.pk).update(is_active=False)

    code = refused(lambda: handoffs.accept(before, handing.incident.pk, 1, now=NOW))

    assert code == "H-RECEIVER"
    assert state() == HandoffState.OFFERED


@pytest.mark.parametrize("who", ["giver", "commander", "admin"])
def test_the_giver_and_the_commander_withdraw_it(
    request: pytest.FixtureRequest,
    staffed: Incident,
    handing: HandoffDriver,
    stranger: Person,
    lane_owners: Owners,
    who: str,
) -> None:
    handing.offer(lane_owners[LANE], stranger, LANE)
    by = lane_owners[LANE] if who == "giver" else request.getfixturevalue(who)

    handing.withdraw(by, reason="Not needed now" if who == "giver" else "")

    assert state() == HandoffState.WITHDRAWN
    assert owner(staffed) == lane_owners[LANE]
    told = entry(staffed, "handoff.withdrawn")
    assert told.data["reason"] == ("Not needed now" if who == "giver" else "")
    assert len(notices(stranger, "handoff.withdrawn")) == 1


def test_nobody_else_withdraws_it(
    handing: HandoffDriver, stranger: Person, deputy: Person, lane_owners: Owners
) -> None:
    handing.offer(lane_owners[LANE], stranger, LANE)

    for person in (stranger, deputy, lane_owners[LaneKind.VERIFICATION]):
        with pytest.raises(NotPermitted, match="Only Mitigation Owner or the commander"):
            handing.withdraw(person)


def test_who_comes_second_is_told_how_it_ended(
    handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    giver = lane_owners[LANE]
    handing.offer(giver, stranger, LANE)
    handing.withdraw(giver, reason="Not needed now")
    handing.offer(giver, stranger, LANE)
    handing.decline(stranger, 2, reason="On the signer")
    handing.offer(giver, stranger, LANE)
    handing.accept(stranger, 3)

    sentences = []
    for number in (1, 2, 3):
        with pytest.raises(Refused) as refusal:
            handing.accept(stranger, number)
        assert refusal.value.violations[0].code == "H-STATE"
        sentences.append(refusal.value.violations[0].sentence)

    assert sentences == [
        "HO-1 is over: it was withdrawn. Not needed now",
        "HO-2 is over: Stranger declined it. On the signer",
        "HO-3 is over: Stranger accepted it.",
    ]


# -- Overtaken ---------------------------------------------------------------------------------


def test_what_the_commander_gave_to_somebody_meanwhile_is_closed(
    staffed: Incident, handing: HandoffDriver, stranger: Person, deputy: Person, lane_owners: Owners
) -> None:
    handing.offer(lane_owners[LANE], stranger, LANE)
    who = {"role": RoleName.LANE_OWNER, "lane": LANE, "person": deputy}

    roles.assign(handing.commander.as_actor(), staffed.pk, **who, now=NOW)

    made = Handoff.objects.get()
    words = "Commander gave the lane Mitigation to Deputy meanwhile."
    assert (made.state, made.answer_reason) == (HandoffState.WITHDRAWN, words)
    told = entry(staffed, "handoff.withdrawn")
    assert told.data["overtaken"]
    for person in (stranger, lane_owners[LANE]):
        assert words in notices(person, "handoff.withdrawn")[0]
    with pytest.raises(Refused, match=words):
        handing.accept(stranger)
    assert owner(staffed) == deputy


def test_another_role_that_passes_closes_nothing(
    staffed: Incident, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    handing.offer(lane_owners[LANE], stranger, LANE)
    actor = handing.commander.as_actor()
    verification = {"role": RoleName.LANE_OWNER, "lane": LaneKind.VERIFICATION}

    roles.assign(actor, staffed.pk, role=RoleName.DATA_OWNER, person=stranger, now=NOW)
    roles.assign(actor, staffed.pk, **verification, person=stranger, now=NOW)

    assert state() == HandoffState.OFFERED


def test_an_offer_of_command_ends_when_command_is_given_to_another(
    staffed: Incident, handing: HandoffDriver, stranger: Person, admin: Person
) -> None:
    handing.offer(handing.commander, stranger)

    roles.assign(
        admin.as_actor(),
        staffed.pk,
        role=RoleName.COMMANDER,
        person=PersonFactory(username="another", groups=["responder"]),
        now=NOW,
    )

    assert Handoff.objects.get().answer_reason == "Admin gave command to Another meanwhile."


# -- Command -----------------------------------------------------------------------------------


def test_command_passes_when_it_is_accepted(
    staffed: Incident, handing: HandoffDriver, commander: Person, stranger: Person
) -> None:
    handing.offer(commander, stranger, included=("Sign-in in all regions, until the watch",))
    assert owner(staffed, "") == commander

    handing.accept(stranger)

    assert owner(staffed, "") == stranger
    with pytest.raises(NotPermitted, match="Stranger is commander"):
        handing.offer(commander, commander)


def test_a_deputy_who_takes_command_leaves_the_other_place_empty(
    staffed: Incident, handing: HandoffDriver, commander: Person, deputy: Person
) -> None:
    handing.offer(commander, deputy)

    handing.accept(deputy)

    held = Assignment.objects.current().filter(incident=staffed, lane="")
    assert [(one.role, one.person) for one in held] == [(RoleName.COMMANDER, deputy)]
    told = staffed.timeline.filter(kind="role.assigned").order_by("-seq")[:2]
    assert [(one.data["role"], one.data["person"]) for one in told] == [
        ("Commander", "Deputy"),
        ("Deputy", "nobody"),
    ]


def test_the_author_of_a_draft_is_told_that_it_is_kept(
    staffed: Incident, handing: HandoffDriver, commander: Person, stranger: Person, admin: Person
) -> None:
    for author in (commander, admin):
        drafts.save_draft(author.as_actor(), handing.checkpoint, {"scope": ["Half"]}, now=NOW)
    handing.offer(commander, stranger)
    assert notices(commander, "draft.kept") == []

    handing.accept(stranger)

    for author in (commander, admin):
        assert notices(author, "draft.kept") == [
            f"Your draft for CP-1 of {staffed.reference} is kept;"
            " Stranger commands now and can take it over."
        ]
    assert notices(stranger, "draft.kept") == []


# -- At once -----------------------------------------------------------------------------------

ROUNDS = in_tier(test=5, prove=50)


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_that_accept_at_once_one_does(
    staffed: Incident, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    """Back and forth: what one accepts, the next round offers back."""
    giver, receiver = lane_owners[LANE], stranger
    for number in range(1, ROUNDS + 1):
        handing.offer(giver, receiver, LANE)

        answers = run_concurrently(
            lambda by, n=number: handing.accept(by, n).state, receiver, receiver
        )

        assert sorted(answers) == ["H-STATE", "accepted"]
        assert owner(staffed) == receiver
        giver, receiver = receiver, giver
    assert staffed.timeline.filter(kind="handoff.accepted").count() == ROUNDS


@pytest.mark.django_db(transaction=True)
def test_accepting_against_the_commander_who_names_another(
    staffed: Incident, handing: HandoffDriver, deputy: Person, stranger: Person, lane_owners: Owners
) -> None:
    """Whoever comes second wins the lane or is refused; never do both believe in the offer."""
    commander = handing.commander
    who = {"role": RoleName.LANE_OWNER, "lane": LANE}

    def assign(person: Person) -> str:
        actor = commander.as_actor()
        roles.assign(actor, staffed.pk, **who, person=person, now=NOW)
        return "assigned"

    giver = lane_owners[LANE]
    for number in range(1, ROUNDS + 1):
        handing.offer(giver, stranger, LANE)

        accepted, assigned = run_concurrently(
            lambda do: do(),
            lambda n=number: handing.accept(stranger, n).state,
            lambda: assign(deputy),
        )

        # The commander's word stands either way: before the acceptance, or after it.
        assert assigned == "assigned"
        assert owner(staffed) == deputy
        assert (accepted, state(number)) in {
            ("accepted", HandoffState.ACCEPTED),
            ("H-STATE", HandoffState.WITHDRAWN),
        }
        assign(giver)
    assert Assignment.objects.current().filter(incident=staffed, lane=LANE).count() == 1


@pytest.mark.django_db(transaction=True)
def test_accepting_against_withdrawing_has_one_outcome(
    staffed: Incident, handing: HandoffDriver, stranger: Person, lane_owners: Owners
) -> None:
    giver, receiver = lane_owners[LANE], stranger
    for number in range(1, ROUNDS + 1):
        handing.offer(giver, receiver, LANE)

        answers = run_concurrently(
            lambda do: do(),
            lambda n=number, by=receiver: handing.accept(by, n).state,
            lambda n=number, by=giver: handing.withdraw(by, n).state,
        )

        assert answers.count("H-STATE") == 1
        assert state(number) in answers
        took = state(number) == HandoffState.ACCEPTED
        assert owner(staffed) == (receiver if took else giver)
        if took:
            giver, receiver = receiver, giver
