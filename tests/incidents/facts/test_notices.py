"""Unseen notices."""

from datetime import timedelta

import pytest

from incidents.actions import roles
from incidents.facts import notices
from incidents.models import Incident, Notice, Person
from incidents.vocabulary import RoleName
from tests.helpers.factories import START, declared


def _deputise(incident: Incident, by: Person, who: Person) -> Notice:
    roles.assign(by.as_actor(), incident.pk, role=RoleName.DEPUTY, person=who, now=START)
    return Notice.objects.get(person=who, incident=incident)


def test_only_ones_own_and_unseen_notices_are_shown(
    incident: Incident, commander: Person, deputy: Person, stranger: Person
) -> None:
    notice = _deputise(incident, commander, deputy)

    assert list(notices.unseen(deputy)) == [notice]
    assert list(notices.unseen(deputy, incident)) == [notice]
    assert list(notices.unseen(stranger)) == []


def test_a_seen_notice_is_gone_and_its_first_time_stands(
    incident: Incident, commander: Person, deputy: Person
) -> None:
    notice = _deputise(incident, commander, deputy)

    notices.see(deputy, notice.pk, START)
    notices.see(deputy, notice.pk, START + timedelta(hours=1))

    notice.refresh_from_db()
    assert notice.seen_at == START
    assert list(notices.unseen(deputy)) == []


def test_nobody_sees_for_another(
    incident: Incident, commander: Person, deputy: Person, stranger: Person
) -> None:
    notice = _deputise(incident, commander, deputy)

    assert notices.see(stranger, notice.pk, START) is None
    assert list(notices.unseen(deputy)) == [notice]


def test_who_was_removed_from_a_restricted_incident_no_longer_reads_of_it(
    commander: Person, deputy: Person, stranger: Person
) -> None:
    incident = declared(commander, restricted=True)
    notice = _deputise(incident, commander, deputy)
    actor = commander.as_actor()
    roles.assign(actor, incident.pk, role=RoleName.DEPUTY, person=stranger, now=START)

    roles.remove_participant(actor, incident.pk, person=deputy, now=START)

    assert notice.seen_at is None
    assert list(notices.unseen(deputy)) == []


@pytest.mark.parametrize("incidents", [1, 3])
def test_one_query_for_the_notices_of_many_incidents(
    incidents: int, commander: Person, deputy: Person, django_assert_num_queries
) -> None:
    for _ in range(incidents):
        _deputise(declared(commander), commander, deputy)
    deputy = Person.objects.get(pk=deputy.pk)
    assert deputy.is_responder

    with django_assert_num_queries(1):
        titles = [notice.incident.title for notice in notices.unseen(deputy)]

    assert len(titles) == incidents
