"""Hardening work as work of a person: near or late, whatever became of its incident."""

from datetime import date, timedelta

import pytest
from django.test import Client

from incidents.duties.duty import outliving
from incidents.models import Incident, Person
from kernel import clock
from retros.backlog import actions as backlog
from retros.backlog.actions import Work
from retros.models import BacklogItem
from tests.helpers.counting import queries
from tests.helpers.factories import START, declared
from tests.markup import markup

TODAY = date(2026, 3, 5)
NOW = START


def noted(
    incident: Incident, owner: Person | None, days: int | None, title: str = "Alert on queue age"
) -> BacklogItem:
    """Due so many days from today, noted a long time ago."""
    due_on = TODAY + timedelta(days=days) if days is not None else None
    work = Work(title=title, owner=owner, due_on=due_on)
    long_ago = NOW - timedelta(days=200)
    return backlog.add(incident.declared_by.as_actor(), incident.pk, work, now=long_ago)


def titles(person: Person) -> list[str]:
    return [duty.title for duty in outliving(Person.objects.get(pk=person.pk), NOW)]


@pytest.mark.parametrize(
    ("days", "shown"),
    [(None, False), (4, False), (3, True), (0, True), (-1, True), (-90, True)],
)
def test_an_item_is_work_when_it_is_near_or_late(
    incident: Incident, deputy: Person, days: int | None, shown: bool
) -> None:
    item = noted(incident, deputy, days)

    assert titles(deputy) == ([str(item)] if shown else [])


@pytest.mark.parametrize(
    ("days", "late"), [(1, False), (0, False), (-1, True)], ids=["tomorrow", "today", "yesterday"]
)
def test_it_is_late_when_its_day_is_over(
    incident: Incident, deputy: Person, days: int, late: bool
) -> None:
    item = noted(incident, deputy, days)

    (duty,) = outliving(deputy, NOW)

    assert (duty.is_late(NOW), duty.overdue, duty.day) == (late, late, item.due_on)
    assert (duty.href, duty.incident) == (item.get_absolute_url(), incident)


def test_what_is_done_or_anothers_is_no_work_of_ones_own(
    incident: Incident, deputy: Person, stranger: Person
) -> None:
    over = noted(incident, deputy, 1)
    backlog.done(deputy.as_actor(), incident.pk, over.pk, now=NOW)
    noted(incident, stranger, -3)

    assert titles(deputy) == []


def test_an_admin_sees_what_is_late_for_more_than_two_weeks(
    incident: Incident, admin: Person, deputy: Person
) -> None:
    noted(incident, deputy, -14, "Two weeks")
    longer = noted(incident, deputy, -15, "Longer")
    orphan = noted(incident, None, -15, "Nobody's")

    assert titles(admin) == [str(longer), str(orphan)]
    assert [duty.why for duty in outliving(admin, NOW)] == [
        "Deputy owns it, and it is late.",
        "Nobody owns it, and it is late.",
    ]


def test_who_may_no_longer_know_of_the_incident_hears_nothing(
    commander: Person, deputy: Person
) -> None:
    secret = declared(commander, restricted=True, participants=(deputy,))
    noted(secret, deputy, -1)
    secret.participations.filter(person=deputy).delete()

    assert titles(deputy) == []


def test_on_the_home_page_it_stands_behind_what_is_active(
    client: Client, incident: Incident, commander: Person
) -> None:
    noted(incident, commander, -2, "Canary for queue workers")
    client.force_login(commander)

    with clock.at(NOW):
        answer = client.get("/")

    waiting = answer.context["waiting"]
    assert [duty.day for duty in waiting[:-1]] == [None] * (len(waiting) - 1)
    assert waiting[-1].title.endswith("Canary for queue workers")
    text = markup(answer)
    assert '<span class="due">3 Mar</span>overdue' in text


def test_of_a_person_without_active_incidents_it_is_the_next_thing(
    client: Client, incident: Incident, stranger: Person
) -> None:
    noted(incident, stranger, 1)
    client.force_login(stranger)

    with clock.at(NOW):
        text = markup(client.get("/"))

    assert "Alert on queue age, due on 6 Mar</h2>" in text


def test_it_is_in_no_room(client: Client, incident: Incident, commander: Person) -> None:
    noted(incident, commander, -2, "Canary for queue workers")
    client.force_login(commander)

    with clock.at(NOW):
        text = markup(client.get(f"/INC-{incident.pk}/next/"))

    assert "Canary for queue workers" not in text


def test_the_home_page_asks_as_often_for_many_as_for_one(
    client: Client, incident: Incident, deputy: Person
) -> None:
    client.force_login(deputy)
    noted(incident, deputy, 1)
    with clock.at(NOW), queries() as one:
        client.get("/")
    for number in range(59):
        noted(incident, deputy, -number)

    with clock.at(NOW), queries() as many:
        client.get("/")

    assert len(many) == len(one)
