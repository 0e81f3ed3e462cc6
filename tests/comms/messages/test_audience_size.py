"""Who gets a message: counted by kind, by surface and by audience, in one query."""

from datetime import timedelta

import pytest

from comms.facts.receivers import default_receivers
from comms.messages.audience_size import count_readers
from comms.models import Subscriber
from comms.vocabulary import MessageKind
from incidents.facts import incident as incident_facts
from incidents.models import Person, Surface
from incidents.vocabulary import Group
from tests.helpers.factories import START, PersonFactory, SurfaceFactory, declared

UPDATE, ESCALATION = MessageKind.UPDATE, MessageKind.ESCALATION


def follow(
    kind: str = "email", *, confirmed: bool = True, left: bool = False, **said
) -> Subscriber:
    at = START - timedelta(days=1)
    surfaces: list[Surface] = said.pop("surfaces", [])
    made = Subscriber.objects.create(
        kind=kind,
        address=f"{kind}-{Subscriber.objects.count()}@example.test",
        asked_at=at,
        confirmed_at=at if confirmed else None,
        left_at=at if left else None,
        **said,
    )
    made.surfaces.set(surfaces)
    return made


@pytest.fixture
def sign_in(db: None) -> Surface:
    return SurfaceFactory(name="Sign-in")


def counts(commander: Person, sign_in: Surface, kind=UPDATE, audience="public", **said):
    incident = declared(commander, surfaces=[sign_in, SurfaceFactory(name="API")], **said)
    found = count_readers(
        incident_facts.cached_facts(incident), kind, audience, author_id=commander.pk
    )
    return {label: count for label, count in found.counts if count}, found.total


def test_who_follows_is_counted_by_kind(commander: Person, sign_in: Surface) -> None:
    follow(), follow(), follow("webhook"), follow("apprise", audience="internal")
    follow(confirmed=False), follow(left=True)

    assert counts(commander, sign_in) == (
        {"Email": 2, "Webhook": 1, "Chat or paging service": 1},
        4,
    )


def test_internal_updates_reach_who_may_read_them(commander: Person, sign_in: Surface) -> None:
    follow(), follow(audience="internal")

    assert counts(commander, sign_in, audience="internal") == ({"Email": 1}, 1)


def test_a_surface_counts_once(commander: Person, sign_in: Surface) -> None:
    follow(surfaces=[sign_in, SurfaceFactory(name="API")])
    follow(surfaces=[SurfaceFactory(name="Billing")])

    assert counts(commander, sign_in) == ({"Email": 1}, 1)


def test_escalations_reach_who_asked_for_them(commander: Person, sign_in: Surface) -> None:
    follow(), follow(audience="internal", escalations=True)

    assert counts(commander, sign_in, ESCALATION, "") == ({"Email": 1}, 1)


def test_escalations_reach_admins_and_those_who_ask_or_were_named(
    commander: Person, sign_in: Surface
) -> None:
    for group in (Group.RESPONDER, Group.STAKEHOLDER):
        PersonFactory(groups=[group])
        PersonFactory(groups=[group], gets_escalations=True)
        PersonFactory(groups=[group], gets_escalations=True, is_active=False)
    PersonFactory(groups=[Group.ADMIN])
    PersonFactory(groups=[], gets_escalations=True)
    commander.gets_escalations = True
    commander.save()

    assert counts(commander, sign_in, ESCALATION, "") == ({"People here": 3}, 3)


def test_those_of_a_restricted_incident_reach_its_participants(
    commander: Person, stranger: Person
) -> None:
    PersonFactory(groups=[Group.STAKEHOLDER], gets_escalations=True)
    incident = declared(commander, restricted=True, participants=[stranger])

    assert list(default_receivers(incident, commander.pk)) == [stranger]


def test_of_a_restricted_incident_nobody_hears(commander: Person, sign_in: Surface) -> None:
    follow(), follow(audience="internal", escalations=True)

    told = {"audience": "participants", "restricted": True}
    assert counts(commander, sign_in, **told) == ({}, 0)
    assert counts(commander, sign_in, ESCALATION, "", restricted=True) == ({}, 0)


def test_one_query(commander: Person, sign_in: Surface, django_assert_num_queries) -> None:
    standing = incident_facts.cached_facts(declared(commander, surfaces=[sign_in]))
    follow(), follow("webhook")

    with django_assert_num_queries(1):
        count_readers(standing, UPDATE, "public")
