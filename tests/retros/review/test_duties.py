"""Looking back as work of a person: of who commanded, and of others when it is late."""

from datetime import datetime, timedelta

import pytest

from incidents.actions import roles
from incidents.duties.duty import outliving
from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind, RoleName
from retros.models import LookBack
from retros.review import actions as reviewing
from tests.helpers.counting import queries
from tests.helpers.factories import declared
from tests.retros.closing.closable import ClosingRun
from tests.retros.review import lookbacks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def closed(ending: ClosingRun, deputy: Person) -> ClosingRun:
    actor, person = ending.commander.as_actor(), {"role": RoleName.DEPUTY, "person": deputy}
    roles.assign(actor, ending.incident.pk, **person, now=ending.now)
    ending.closable().close()
    return ending


def work(person: Person, now: datetime) -> list[tuple[str, bool]]:
    person = Person.objects.get(pk=person.pk)
    duties = [duty for duty in outliving(person, now) if "/retro/" in duty.href]
    return [(f"{duty.role}: {duty.title}", duty.overdue) for duty in duties]


def test_it_is_work_of_who_commands_until_it_is_finished(closed: ClosingRun) -> None:
    name, number = closed.incident.reference, closed.incident.pk
    review = (f"commander: Write the review of {name}", False)
    retro = (f"commander: Write the retro of {name}", False)
    assert work(closed.commander, closed.now) == [review, retro]

    written, actor = lookbacks.review(closed.executor), closed.commander.as_actor()
    reviewing.finish(actor, number, 1, "review", written, now=closed.after(minutes=1))

    assert work(closed.commander, closed.now) == [retro]


def test_when_it_is_late_it_is_the_deputys_too_and_later_the_admins(
    closed: ClosingRun, deputy: Person, admin: Person, stranger: Person
) -> None:
    due = closed.incident.looks_back.get(kind="review").due_at
    title = f"Write the review of {closed.incident.reference}"

    def seen(now: datetime) -> list[list[tuple[str, bool]]]:
        return [work(person, now) for person in (deputy, admin, stranger)]

    assert seen(due - timedelta(seconds=1)) == [[], [], []]
    assert seen(due) == [[(f"deputy: {title}", True)], [], []]
    late = due + timedelta(hours=2)
    assert seen(late - timedelta(seconds=1))[1] == []
    assert seen(late)[1:] == [[(f"admin: {title}", True)], []]


def test_a_retro_comes_before_the_admins_after_a_day(closed: ClosingRun, admin: Person) -> None:
    due = closed.incident.looks_back.get(kind="retro").due_at
    title = f"admin: Write the retro of {closed.incident.reference}"

    before, after = work(admin, due + timedelta(hours=23)), work(admin, due + timedelta(hours=24))

    assert (title, True) not in before
    assert (title, True) in after


def test_while_it_is_fought_again_nobody_is_asked(closed: ClosingRun, admin: Person) -> None:
    closed.fire()

    assert work(closed.commander, closed.now) == []
    assert work(admin, closed.after(days=30)) == []


def test_who_may_no_longer_know_of_it_hears_nothing(
    commander: Person, deputy: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    secret = declared(commander, restricted=True)
    ending = ClosingRun(secret, commander, lane_owners)
    closed_of(ending)
    assert work(commander, ending.now)
    commander.groups.clear()

    assert work(commander, ending.now) == []


def closed_of(ending: ClosingRun) -> None:
    ending.escalate()
    ending.mitigated()
    ending.recovered(audience="participants")
    ending.harden()
    ending.state()
    ending.close()


def test_many_cost_as_many_queries_as_one(
    closed: ClosingRun, commander: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    with queries() as few:
        assert len(work(commander, closed.now)) == 2
    for number in range(2):
        ClosingRun(
            declared(commander, title=f"Again {number}"), commander, lane_owners
        ).closable().close()

    with queries() as many:
        assert len(work(commander, closed.now)) == 6

    assert len(many) == len(few)
    assert LookBack.objects.count() == Incident.objects.count() * 2
