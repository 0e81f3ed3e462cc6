"""The door through which a notice goes away."""

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import roles
from incidents.models import Incident, Notice, Person
from incidents.vocabulary import RoleName
from kernel import clock
from tests.helpers.factories import START, declared
from tests.markup import markup


@pytest.fixture
def notice(incident: Incident, commander: Person, deputy: Person) -> Notice:
    roles.assign(commander.as_actor(), incident.pk, role=RoleName.DEPUTY, person=deputy, now=START)
    return Notice.objects.get()


@pytest.fixture
def url(notice: Notice) -> str:
    return reverse("notice-seen", args=[notice.pk])


def test_seeing_goes_back_to_where_it_stood(
    client: Client, notice: Notice, url: str, deputy: Person, incident: Incident
) -> None:
    client.force_login(deputy)

    with clock.at(START):
        response = client.post(url, {"next": incident.get_absolute_url()})

    assert (response.status_code, response["Location"]) == (302, incident.get_absolute_url())
    notice.refresh_from_db()
    assert notice.seen_at == START


def test_htmx_gets_an_empty_fragment(client: Client, url: str, deputy: Person) -> None:
    client.force_login(deputy)

    response = client.post(url, headers={"HX-Request": "true"})

    assert (response.status_code, response.content) == (200, b"")


def test_it_never_leads_to_another_site(client: Client, url: str, deputy: Person) -> None:
    client.force_login(deputy)

    response = client.post(url, {"next": "https://elsewhere.test/"})

    assert response["Location"] == reverse("home")


def test_another_persons_notice_does_not_exist(
    client: Client, notice: Notice, url: str, stranger: Person
) -> None:
    client.force_login(stranger)

    assert client.post(url).status_code == 404
    notice.refresh_from_db()
    assert notice.seen_at is None


def test_reading_the_address_changes_nothing(client: Client, url: str, deputy: Person) -> None:
    client.force_login(deputy)

    assert client.get(url).status_code == 405


def test_all_of_an_incident_are_seen_by_one_press(
    client: Client, incident: Incident, notice: Notice, deputy: Person
) -> None:
    client.force_login(deputy)
    elsewhere = declared(deputy)
    other = Notice.objects.create(
        person=deputy, incident=elsewhere, kind="role.assigned", sentence="Two", href="/", at=START
    )
    address = reverse("notices-seen", args=[incident.pk])

    with clock.at(START):
        room = client.get(incident.get_absolute_url())
        answer = client.post(address, {"next": incident.get_absolute_url()})

    assert f'action="{address}"' in markup(room)
    assert (answer.status_code, answer["Location"]) == (302, incident.get_absolute_url())
    assert list(Notice.objects.filter(person=deputy, seen_at=None)) == [other]


def test_in_the_room_what_is_left_comes_back_with_what_is_next(
    client: Client, incident: Incident, notice: Notice, url: str, deputy: Person
) -> None:
    client.force_login(deputy)
    from_room = {"HX-Request": "true", "HX-Target": "next"}

    one = markup(client.post(url, headers=from_room))
    every = markup(client.post(reverse("notices-seen", args=[incident.pk]), headers=from_room))

    assert one == every
    assert one.startswith('<div id="next">')
    assert notice.sentence not in one
