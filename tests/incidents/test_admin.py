"""Django's admin: for the site group admin, and without the record."""

import re

import pytest
from django.contrib import admin as django_admin
from django.contrib.auth.models import Group as SiteGroup
from django.test import Client
from django.urls import reverse

from comms.models import StatusSite
from incidents.models import Incident, Person, Surface
from incidents.vocabulary import DependencyClass, Group
from tests.helpers.factories import PASSWORD, SurfaceFactory, declared

PAGES = [
    "admin:index",
    "admin:incidents_surface_changelist",
    "admin:incidents_surface_add",
    "admin:incidents_scenariotext_changelist",
    "admin:incidents_scenariotext_add",
    "admin:incidents_person_changelist",
    "admin:incidents_person_add",
    "admin:auth_group_changelist",
    "admin:password_change",
]


@pytest.fixture
def admin_client(client: Client, admin: Person) -> Client:
    client.force_login(admin)
    return client


def test_the_record_is_not_there() -> None:
    ours = {
        model.__name__
        for model in django_admin.site._registry
        if model._meta.app_label in {"incidents", "lanes", "comms", "auth"}
    }

    assert ours == {"Person", "Surface", "ScenarioText", "Group", "Subscriber", "Delivery"}


@pytest.mark.parametrize("page", PAGES)
def test_an_admin_needs_the_group_alone(admin_client: Client, admin: Person, page: str) -> None:
    assert (admin.is_staff, admin.is_superuser) == (False, False)

    assert admin_client.get(reverse(page)).status_code == 200


def surface_form(**fields: str) -> dict[str, str]:
    return {
        "name": "Sign-in",
        "slug": "sign-in",
        "dependency_class": DependencyClass.OTHER,
        "position": "1",
        "on_status_page": "on",
        "ready_options-TOTAL_FORMS": "0",
        "ready_options-INITIAL_FORMS": "0",
    } | fields


@pytest.mark.case("T1")
def test_a_surface_has_no_control_characters(admin_client: Client) -> None:
    typed = {"name": "Sign\x0b-in\x07", "description": "For\uffff \x1b[31mreaders\x1b[0m"}

    admin_client.post(reverse("admin:incidents_surface_add"), surface_form(**typed))

    surface = Surface.objects.get(slug="sign-in")
    assert (surface.name, surface.description) == ("Sign-in", "For readers")
    Surface.objects.filter(pk=surface.pk).update(name="Sign-in\x0c\nagain")
    surface.refresh_from_db()
    assert surface.name == "Sign-in again"


@pytest.mark.case("P2")
def test_a_hidden_surface_leaves_the_status_page_at_once(admin_client: Client) -> None:
    surface = SurfaceFactory(name="Sign-in", slug="sign-in")
    StatusSite.objects.update_or_create(pk=1, defaults={"wanted": 7, "rendered": 7})

    hidden = surface_form()
    del hidden["on_status_page"]
    admin_client.post(reverse("admin:incidents_surface_change", args=[surface.pk]), hidden)

    assert not Surface.objects.get(pk=surface.pk).on_status_page
    assert StatusSite.objects.get().wanted == 8


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["commander", "stakeholder"])
def test_others_are_told_who_may(client: Client, who: str, page: str, request) -> None:
    client.force_login(request.getfixturevalue(who))

    response = client.get(reverse(page), follow=True)

    assert response.status_code == 403
    assert b"Only an admin can do this" in response.content


def test_being_staff_is_not_enough(client: Client, commander: Person) -> None:
    Person.objects.update(is_staff=True)
    client.force_login(commander)

    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_there_is_one_place_to_sign_in(client: Client, db: None) -> None:
    response = client.get(reverse("admin:index"), follow=True)

    assert response.redirect_chain[-1] == (
        f"{reverse('account_login')}?next={reverse('admin:index')}",
        302,
    )


@pytest.mark.parametrize("page", PAGES)
def test_pages_keep_the_strict_policy(admin_client: Client, page: str) -> None:
    response = admin_client.get(reverse(page))
    html = response.content.decode()

    assert "script-src 'self'; style-src 'self'" in response["Content-Security-Policy"]
    inline = re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", html)
    assert inline == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=", html) == []


def test_a_new_person(admin_client: Client) -> None:
    group = Group.RESPONDER
    facts = {
        "username": "rosa",
        "name": "Rosa Diaz",
        "email": "Rosa@example.test",
        "groups": _group_ids(group),
        "usable_password": "true",
        "password1": PASSWORD,
        "password2": PASSWORD,
    }

    admin_client.post(reverse("admin:incidents_person_add"), facts)

    person = Person.objects.get(username="rosa")
    assert (person.name, person.email) == ("Rosa Diaz", "rosa@example.test")
    assert person.group_names == {group}
    assert person.check_password(PASSWORD)


def _group_ids(*names: str) -> list[int]:
    return [SiteGroup.objects.get_or_create(name=name)[0].pk for name in names]


def _change(client: Client, person: Person, **changes: object):
    facts = {
        "username": person.username,
        "name": person.name,
        "email": person.email,
        "time_zone": person.time_zone,
        "is_active": "on",
        "groups": list(person.groups.values_list("pk", flat=True)),
    }
    url = reverse("admin:incidents_person_change", args=[person.pk])
    return client.post(url, {k: v for k, v in (facts | changes).items() if v is not None})


def test_groups_time_zone_and_activity_of_a_person(admin_client: Client, stranger: Person) -> None:
    _change(
        admin_client,
        stranger,
        groups=_group_ids(Group.STAKEHOLDER),
        time_zone="Asia/Kathmandu",
        is_active=None,
    )

    person = Person.objects.get(pk=stranger.pk)
    assert (person.group_names, person.time_zone, person.is_active) == (
        {Group.STAKEHOLDER},
        "Asia/Kathmandu",
        False,
    )


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        pytest.param(
            "email", "Deputy@example.test", "Deputy already uses this address.", id="mail"
        ),
        pytest.param("name", "DEPU\u200bTY", "Deputy is somebody else's name.", id="name"),
        pytest.param("time_zone", "Mars/Olympus", "Select a valid choice.", id="time-zone"),
    ],
)
def test_what_a_person_cannot_have(
    admin_client: Client, stranger: Person, deputy: Person, field: str, value: str, sentence: str
) -> None:
    response = _change(admin_client, stranger, **{field: value})

    assert sentence in response.context["adminform"].errors[field][0]


LAST = "Admin is the last admin: make somebody else an admin first."


@pytest.mark.parametrize(
    "changes", [{"groups": None}, {"is_active": None}], ids=["groups", "activity"]
)
def test_the_last_admin_stays_one(
    admin_client: Client, admin: Person, stranger: Person, changes: dict[str, None]
) -> None:
    refused = _change(admin_client, admin, **changes)
    stranger.groups.add(*_group_ids(Group.ADMIN))
    taken = _change(admin_client, admin, **changes)

    assert refused.context["adminform"].errors["__all__"] == [LAST]
    assert taken.status_code == 302
    person = Person.objects.get(pk=admin.pk)
    assert not (person.is_admin and person.is_active)


def test_setting_a_password(admin_client: Client, stranger: Person) -> None:
    url = reverse("admin:auth_user_password_change", args=[stranger.pk])

    admin_client.post(
        url, {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    )

    stranger.refresh_from_db()
    assert stranger.check_password(PASSWORD)


def test_people_are_never_deleted(admin_client: Client, stranger: Person) -> None:
    url = reverse("admin:incidents_person_delete", args=[stranger.pk])

    assert admin_client.post(url, {"post": "yes"}).status_code == 403
    assert Person.objects.filter(pk=stranger.pk).exists()


def test_groups_are_only_shown(admin_client: Client, stranger: Person) -> None:
    pk = _group_ids(Group.RESPONDER)[0]

    page = admin_client.get(reverse("admin:auth_group_change", args=[pk]))

    assert str(stranger) in page.content.decode()
    assert page.context["has_change_permission"] is False


def test_a_surface(admin_client: Client) -> None:
    facts = {
        "name": "Ledger",
        "slug": "ledger",
        "dependency_class": DependencyClass.BILLING,
        "position": "3",
    }

    admin_client.post(reverse("admin:incidents_surface_add"), surface_form(**facts))

    assert Surface.objects.get().posture == "write freeze, with a reconciliation boundary"


def test_a_surface_that_an_incident_names_stays(admin_client: Client, commander: Person) -> None:
    named, free = SurfaceFactory(name="Ledger"), SurfaceFactory(name="Search")
    declared(commander, surfaces=[named])

    answers = [
        admin_client.post(
            reverse("admin:incidents_surface_delete", args=[surface.pk]), {"post": "yes"}
        ).status_code
        for surface in (named, free)
    ]

    assert answers == [403, 302]
    assert list(Surface.objects.all()) == [named]
    assert Incident.objects.get().surfaces.get() == named
