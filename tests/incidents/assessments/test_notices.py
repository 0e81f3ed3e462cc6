"""A notice leaves by itself when its act is done, or when it is no longer so."""

from datetime import timedelta

import pytest

from comms.actions import explain_lapse, lapses
from comms.rules.commitment import DUE, LAPSED
from incidents.actions import checkpoints, course
from incidents.assessments.notices import ENDINGS, current_notices
from incidents.facts.incident import read_facts
from incidents.facts.notices import unseen
from incidents.models import Incident, Person
from incidents.timeline import kinds
from incidents.vocabulary import LaneKind, Option
from lanes.facts.handoffs import answer_due, open_handoffs
from lanes.handoff import actions as handoffs
from tests.helpers.decision_run import DecisionRun
from tests.helpers.handoffs import HandoffDriver
from tests.helpers.messages import published
from tests.helpers.recommendations import Owners


def shown(incident: Incident, person: Person) -> list[str]:
    """The kinds of the person's unseen notices that still say something."""
    facts = read_facts(Incident.objects.get(pk=incident.pk))
    return [notice.kind for notice in current_notices(facts, unseen(person, incident))]


def test_what_is_to_be_verified_until_it_is_judged(executing: DecisionRun) -> None:
    executing.decide(Option.ROLLBACK)
    executing.done()
    before = shown(executing.incident, executing.verifier)

    executing.judge(executing.run(), passed=False)

    assert "execution.done" in before
    assert "execution.done" not in shown(executing.incident, executing.verifier)


def test_what_failed_until_it_is_decided_again(executing: DecisionRun) -> None:
    executing.decide(Option.ROLLBACK)
    executing.done()
    executing.judge(executing.run(), passed=False)
    before = shown(executing.incident, executing.commander)

    executing.decide(Option.FLAG, next_action="Switch it off")

    assert "verification.failed" in before
    assert "verification.failed" not in shown(executing.incident, executing.commander)


def test_what_is_to_be_signed_until_this_person_signed(
    ledger: DecisionRun, data_owner: Person
) -> None:
    ledger.decide()
    before = shown(ledger.incident, data_owner)

    ledger.sign(data_owner)

    assert "decision.sign" in before
    assert "decision.sign" not in shown(ledger.incident, data_owner)


def test_what_is_to_be_executed_until_it_is_begun(ledger: DecisionRun, data_owner: Person) -> None:
    ledger.decide()
    ledger.sign(data_owner)
    before = shown(ledger.incident, ledger.executor)

    ledger.start()

    assert "decision.signed" in before
    assert "decision.signed" not in shown(ledger.incident, ledger.executor)


def test_a_contradiction_until_another_is_open_or_none(
    opposed: Owners, staffed: Incident, commander: Person
) -> None:
    before = shown(staffed, commander)

    staffed.contradictions.update(closed_at=opposed.now)

    assert "contradiction.opened" in before
    assert "contradiction.opened" not in shown(staffed, commander)


def test_a_missed_checkpoint_until_it_is_cancelled(incident: Incident, commander: Person) -> None:
    actor, now = commander.as_actor(), incident.declared_at
    for minutes in (5, 30):
        due_at = now + timedelta(minutes=minutes)
        checkpoints.schedule(actor, incident.pk, due_at=due_at, purpose="", now=now)
    first = incident.checkpoints.get(number=1)
    late = first.due_at + timedelta(minutes=6)
    checkpoints.remind(first.pk, "checkpoint.missed", now=late)
    before = shown(incident, commander)

    course.cancel(actor, incident.pk, 1, reason="CP-2 looks at it", now=late)

    assert "checkpoint.missed" in before
    assert "checkpoint.missed" not in shown(incident, commander)


def test_an_offer_until_it_is_answered(
    incident: Incident, commander: Person, deputy: Person
) -> None:
    handing = HandoffDriver(incident, commander, incident.declared_at)
    handing.offer(commander, deputy)
    before = shown(incident, deputy)

    handing.decline(deputy)

    assert "handoff.offered" in before
    assert open_handoffs(Incident.objects.get(pk=incident.pk)) == {}
    assert "handoff.offered" not in shown(incident, deputy)


def test_a_reminder_of_an_offer_until_it_is_answered(
    incident: Incident, commander: Person, deputy: Person
) -> None:
    handing = HandoffDriver(incident, commander, incident.declared_at)
    offer = handing.offer(commander, deputy)
    handoffs.remind(offer.pk, now=answer_due(offer))
    before = shown(incident, deputy), shown(incident, commander)

    handing.decline(deputy)

    assert all("handoff.waiting" in kinds for kinds in before)
    assert "handoff.waiting" not in shown(incident, deputy) + shown(incident, commander)


def test_the_first_update_until_it_is_published_though_it_promises_the_next(
    staffed: Incident, lane_owners: dict[LaneKind, Person]
) -> None:
    owner, due_at = lane_owners[LaneKind.COMMUNICATION], staffed.declared_at + timedelta(minutes=15)
    lapses.remind(staffed.pk, f"first-{staffed.pk}", DUE, now=due_at)
    before = shown(staffed, owner)

    published(owner, staffed, due_at + timedelta(minutes=1))

    assert DUE in before
    assert DUE not in shown(staffed, owner)


def test_a_lapse_until_it_is_published_and_explained(
    staffed: Incident, lane_owners: dict[LaneKind, Person]
) -> None:
    owner, now = lane_owners[LaneKind.COMMUNICATION], staffed.declared_at
    update = published(owner, staffed, now)
    late = now + timedelta(minutes=26)
    lapses.remind(staffed.pk, update.pk, LAPSED, now=late)
    seen = [LAPSED in shown(staffed, owner)]

    published(owner, staffed, late, headline="Nearly all can sign in")
    seen.append(LAPSED in shown(staffed, owner))
    explain_lapse(owner.as_actor(), staffed.pk, 1, explanation="A long call", now=late)
    seen.append(LAPSED in shown(staffed, owner))

    assert seen == [True, True, False]


def test_what_has_no_ending_stays(incident: Incident, commander: Person, deputy: Person) -> None:
    handing = HandoffDriver(incident, commander, incident.declared_at)
    handing.offer(commander, deputy)

    handing.decline(deputy)

    assert "handoff.declined" in shown(incident, commander)


@pytest.mark.parametrize("kind", sorted(ENDINGS.keys() - {"draft.kept"}))
def test_every_ending_is_of_a_kind_that_there_is(kind: str) -> None:
    assert kind in kinds.KINDS or kind in {"decision.sign"}
