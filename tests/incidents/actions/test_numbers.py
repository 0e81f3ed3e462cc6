"""Numbers of what all may see have no gap for what is restricted."""

from itertools import pairwise

import pytest

from comms.delivery.public_name import name_of
from incidents.actions import lifecycle
from incidents.actions.lifecycle import Declaration
from incidents.actions.numbers import RESTRICTED_FROM, RESTRICTED_TO, draw_number
from incidents.models import Incident, Person, Surface
from incidents.vocabulary import Severity
from retros.backlog import actions as backlog
from retros.backlog.steps import WorkInput
from retros.models import BacklogItem
from tests.helpers.factories import START, SurfaceFactory, declared


@pytest.fixture
def surface(db: None) -> Surface:
    return SurfaceFactory()


def declare(commander: Person, surface: Surface, *, restricted: bool) -> Incident:
    declaration = Declaration(
        title="Tokens refused after release",
        severity=Severity.SEV2,
        surfaces=(surface,),
        restricted=restricted,
    )
    return lifecycle.declare(commander.as_actor(), declaration, now=START)


@pytest.mark.django_db(transaction=True)
def test_open_incidents_count_up_whatever_is_restricted_between_them(
    commander: Person, surface: Surface
) -> None:
    sorts = [False, True, True, False, True, False]
    rows = [declare(commander, surface, restricted=restricted) for restricted in sorts]

    seen = [row.pk for row in rows if not row.restricted]
    hidden = [row.pk for row in rows if row.restricted]
    assert [later - earlier for earlier, later in pairwise(seen)] == [1, 1]
    assert all(RESTRICTED_FROM <= number <= RESTRICTED_TO for number in hidden)
    assert len(set(hidden)) == 3


@pytest.mark.django_db(transaction=True)
def test_work_of_an_open_incident_counts_up_whatever_is_restricted_between(
    commander: Person,
) -> None:
    rows = [
        backlog.add(
            commander.as_actor(),
            declared(commander, restricted=restricted).pk,
            WorkInput(title="Edge nodes honour key-set expiry", owner=commander),
            now=START,
        )
        for restricted in (False, True, False)
    ]

    assert rows[2].pk - rows[0].pk == 1
    assert RESTRICTED_FROM <= rows[1].pk <= RESTRICTED_TO


@pytest.mark.django_db
def test_a_number_that_is_taken_is_not_drawn(
    incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = iter([incident.pk - RESTRICTED_FROM, 7])
    monkeypatch.setattr("incidents.actions.numbers.secrets.randbelow", lambda limit: next(draws))

    assert draw_number(Incident, restricted=True) == RESTRICTED_FROM + 7
    assert draw_number(BacklogItem, restricted=False) is None


def test_a_delivery_is_named_the_same_at_each_attempt_and_counts_nothing() -> None:
    names = [name_of("delivery", key) for key in (41, 42, 42, 43)]

    assert names[1] == names[2]
    assert len(set(names)) == 3
    assert all(len(name) == len("delivery-") + 24 for name in names)
    assert names[0] != name_of("notice", 41).replace("notice", "delivery")
