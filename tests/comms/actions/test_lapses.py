"""A promise that lapses is on the record, whoever made it: an update, or an escalation."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from comms.actions import explain_lapse, lapses, publish_escalation, publish_update
from comms.models import Lapse
from comms.models.message import Message
from incidents.models import Incident, Person
from incidents.timeline.row_integrity import row_problems
from incidents.vocabulary import LaneKind
from tests.helpers import messages as saying
from tests.helpers.database import as_application
from tests.helpers.factories import START

pytestmark = pytest.mark.django_db

NOW = START + timedelta(minutes=1)


@pytest.fixture
def owner(lane_owners: dict[LaneKind, Person]) -> Person:
    return lane_owners[LaneKind.COMMUNICATION]


def update(incident: Incident, owner: Person) -> Message:
    wording = saying.update(NOW, incident)
    return publish_update(owner.as_actor(), incident.pk, wording, now=NOW)


def escalation(incident: Incident, owner: Person) -> Message:
    wording = saying.escalation(NOW, owner)
    return publish_escalation(owner.as_actor(), incident.pk, wording, now=NOW)


@pytest.fixture(autouse=True)
def _by_the_application(db: None) -> Iterator[None]:
    """As at a commit: at the end the database compares every row that was changed."""
    with as_application():
        yield


def hold(incident: Incident) -> None:
    assert list(row_problems(Incident.objects.get(pk=incident.pk))) == []


@pytest.mark.parametrize("publish", [update, escalation])
def test_the_tick_records_it_and_it_is_explained(
    staffed: Incident, owner: Person, publish: Callable[[Incident, Person], Any]
) -> None:
    message = publish(staffed, owner)
    (promise,) = [one for one in lapses.promises.of(staffed) if one.key == message.pk]
    later = message.next_at + timedelta(minutes=6)

    assert lapses.remind(staffed.pk, promise.subject, lapses.LAPSED, now=later)
    hold(staffed)
    lapse = Lapse.objects.get()
    explain_lapse(
        owner.as_actor(),
        staffed.pk,
        message.number,
        explanation="We had to wait",
        kind=promise.kind,
        now=later,
    )
    hold(staffed)

    assert (lapse.update_id or lapse.escalation_id) == message.pk


@pytest.mark.parametrize("publish", [update, escalation])
def test_the_next_update_records_it_where_no_tick_did(
    staffed: Incident, owner: Person, publish: Callable[[Incident, Person], Any]
) -> None:
    message = publish(staffed, owner)
    later = message.next_at + timedelta(minutes=6)
    wording = saying.update(later, staffed, progress="mitigating")

    publish_update(owner.as_actor(), staffed.pk, wording, now=later)

    hold(staffed)
    assert Lapse.objects.exists()
