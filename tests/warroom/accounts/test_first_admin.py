"""An empty Warroom makes one admin by a link, once; the passwords of the demo stay in the demo."""

import threading

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from incidents.models import Person
from tests.helpers.factories import PASSWORD, PersonFactory
from warroom import demo
from warroom.accounts import first_admin

FACTS = {
    "username": "ada",
    "name": "Ada Berg",
    "email": "ada@example.test",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


def _path() -> str:
    return "/" + first_admin.link().split("/", 3)[3]


@pytest.mark.django_db
def test_the_link_makes_one_admin_and_signs_them_in(client: Client) -> None:
    path = _path()
    assert client.get(path).status_code == 200

    answer = client.post(path, FACTS)

    person = Person.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))
    assert (person.username, person.is_admin, person.is_superuser) == ("ada", True, False)
    assert client.session["_auth_user_id"] == str(person.pk)
    assert client.get("/operations/").status_code == 200


@pytest.mark.django_db
def test_it_is_spent_once_there_is_an_admin(client: Client) -> None:
    path = _path()
    client.post(path, FACTS)

    answer = client.post(path, FACTS | {"username": "eve"})

    assert answer.status_code == 404
    assert "This link was used already" in answer.text
    assert Person.objects.count() == 1
    with pytest.raises(CommandError, match="There is an admin already"):
        call_command("first_admin")


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["0", "0:abc:def", "1:1vQ:forged"])
def test_a_forged_one_leads_nowhere(client: Client, token: str) -> None:
    assert client.get(reverse("first_admin", args=[token])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"password2": "another"}, "The two passwords are not the same"),
        ({"password1": demo.PASSWORD, "password2": demo.PASSWORD}, "the password of the demo"),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"username": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said_in_its_place(
    client: Client, change: dict[str, str], sentence: str
) -> None:
    answer = client.post(_path(), FACTS | change)

    assert answer.status_code == 200
    assert sentence in answer.text
    assert not Person.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_the_first() -> None:
    path, both = _path(), threading.Barrier(2)
    statuses: list[int] = []

    def post(name: str) -> None:
        both.wait()
        statuses.append(Client().post(path, FACTS | {"username": name}).status_code)

    threads = [threading.Thread(target=post, args=(name,)) for name in ("ada", "eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [302, 404]
    assert Person.objects.count() == 1


@pytest.mark.django_db
def test_an_admin_of_the_demo_is_none_outside_of_it(settings) -> None:
    demo.people()
    assert not first_admin.is_needed()

    settings.DEMO = False
    assert first_admin.is_needed()


@pytest.mark.django_db
@pytest.mark.parametrize("username", [name for name, _, _ in demo.PEOPLE])
def test_the_demos_passwords_work_in_the_demo_alone(settings, username: str) -> None:
    demo.people()
    assert authenticate(None, username=username, password=demo.PASSWORD) is not None

    settings.DEMO = False
    assert authenticate(None, username=username, password=demo.PASSWORD) is None


@pytest.mark.django_db
def test_no_door_takes_a_password_of_the_demo(client: Client, settings) -> None:
    demo.people()
    settings.DEMO = False

    for login in ("admin", "admin@example.org"):
        client.post(reverse("account_login"), {"login": login, "password": demo.PASSWORD})
    client.post("/admin/login/", {"username": "admin", "password": demo.PASSWORD})

    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_who_has_another_password_comes_in(client: Client, settings) -> None:
    settings.DEMO = False
    PersonFactory(username="ines", password=PASSWORD)

    client.post(reverse("account_login"), {"login": "ines", "password": PASSWORD})

    assert "_auth_user_id" in client.session
