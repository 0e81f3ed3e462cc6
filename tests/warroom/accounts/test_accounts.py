"""Signing in, and what allauth guards."""

import pytest
from allauth.account import app_settings
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, reverse

from incidents.models import Person
from incidents.vocabulary import Group
from tests.helpers.factories import PASSWORD, PersonFactory


@pytest.fixture
def responder(db: None) -> Person:
    return PersonFactory(
        username="ines", email="ines@example.test", password=PASSWORD, groups=[Group.RESPONDER]
    )


def _sign_in(client: Client, login: str, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": login, "password": password})


@pytest.mark.parametrize("login", ["ines", "ines@example.test", "Ines@EXAMPLE.test"])
def test_by_name_or_address(client: Client, responder: Person, login: str) -> None:
    response = _sign_in(client, login)

    assert (response.status_code, response["Location"]) == (302, reverse("home"))
    assert client.session["_auth_user_id"] == str(responder.pk)


def test_a_deactivated_person_cannot(client: Client, responder: Person) -> None:
    Person.objects.update(is_active=False)

    _sign_in(client, "ines")

    assert "_auth_user_id" not in client.session


def test_the_other_defaults_of_allauth_stand() -> None:
    assert app_settings.RATE_LIMITS["reset_password"] == "20/m/ip,5/m/key"
    assert app_settings.RATE_LIMITS["change_password"] == "5/m/user"


def test_nobody_signs_themselves_up(client: Client, db: None) -> None:
    facts = {"username": "mallory", "password1": PASSWORD, "password2": PASSWORD}

    response = client.post(reverse("account_signup"), facts)

    assert "account/signup_closed.html" in [template.name for template in response.templates]
    assert Person.objects.count() == 0


def test_a_site_can_open_sign_up_and_a_new_account_may_nothing(
    client: Client, db: None, settings
) -> None:
    settings.SIGNUP_OPEN = True
    facts = {"username": "newcomer", "password1": PASSWORD, "password2": PASSWORD}

    client.post(reverse("account_signup"), facts)

    person = Person.objects.get()
    assert (person.group_names, person.is_responder) == (frozenset(), False)


def test_a_forgotten_password_is_reset_by_mail(client: Client, responder: Person) -> None:
    client.post(reverse("account_reset_password"), {"email": "ines@example.test"})

    assert [message.to for message in mail.outbox] == [["ines@example.test"]]
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


def test_an_unknown_address_gets_no_mail(client: Client, db: None) -> None:
    client.post(reverse("account_reset_password"), {"email": "nobody@example.test"})

    assert mail.outbox == []


def test_signing_out_takes_a_post(client: Client, responder: Person) -> None:
    client.force_login(responder)

    client.get(reverse("account_logout"))
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("name", ["account_email", "account_confirm_login_code"])
def test_pages_that_nobody_needs_are_not_there(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)
