# ruff: noqa: B023  (each round is over before its names change)
"""Two at the same instant at one item, on real rows with real threads: one of them wins."""

from datetime import UTC, date, datetime, timedelta

import pytest

from incidents.models import Incident, Notice, Person
from retros.backlog import actions as backlog
from retros.backlog import reminder_actions
from retros.backlog.reminder_rules import DUE_KIND
from retros.backlog.steps import WorkInput
from retros.models import BacklogItem
from tests.helpers.factories import START
from tests.helpers.tiers import in_tier
from tests.incidents.actions.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = in_tier(test=5, prove=20)
DAY = date(2026, 3, 20)
NINE = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
NOW = START + timedelta(minutes=5)


def noted(incident: Incident, owner: Person) -> BacklogItem:
    work = WorkInput(title="Alert on queue age", owner=owner, due_on=DAY)
    return backlog.add(incident.declared_by.as_actor(), incident.pk, work, now=START)


def test_one_who_ends_it_and_one_who_drops_it(
    incident: Incident, commander: Person, deputy: Person
) -> None:
    for _ in range(ROUNDS):
        item = noted(incident, commander)

        def done() -> str:
            return backlog.finish(commander.as_actor(), incident.pk, item.pk, now=NOW).state

        def drop() -> str:
            actor, why = deputy.as_actor(), "HARD-119 covers it"
            return backlog.drop(actor, incident.pk, item.pk, reason=why, now=NOW).state

        came = at_once(done, drop)

        item.refresh_from_db()
        assert item.state in came
        assert f"{item.reference} is {item.state}: open it again first." in came
        last = incident.timeline.latest("seq")
        assert (last.subject, last.kind) == (item.reference, f"backlog.{item.state}")


def test_two_ticks_that_remind_of_it(incident: Incident, commander: Person, deputy: Person) -> None:
    for _ in range(ROUNDS):
        item = noted(incident, deputy)

        def remind() -> str:
            return str(reminder_actions.remind(item.pk, DUE_KIND, now=NINE))

        came = at_once(remind, remind)

        assert sorted(came) == ["False", "True"]
        assert Notice.objects.filter(kind=DUE_KIND, subject=item.reference).count() == 1
