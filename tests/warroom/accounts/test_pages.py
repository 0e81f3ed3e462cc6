"""Every page about an account stands in the shell of the house, those of allauth too."""

import pytest
from django.shortcuts import render
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django.asserts import assertContains

from incidents.models import Person
from tests.markup import markup

ANYONE = [
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
]
SIGNED_IN = ["account_logout", "account_reauthenticate", "account_change_password"]


def assert_in_shell(content: str) -> None:
    assert 'class="app-brand"' in content
    assert '<main id="main" class="frame sign-in">' in content
    assert content.count("<h1>") == 1
    assert "</h1>" in content


@pytest.mark.django_db
@pytest.mark.parametrize("name", ANYONE)
def test_pages_for_anyone(client: Client, name: str) -> None:
    assert_in_shell(markup(client.get(reverse(name))))


@pytest.mark.parametrize("name", SIGNED_IN)
def test_pages_for_who_is_signed_in(client: Client, commander: Person, name: str) -> None:
    commander.set_password("a-long-quiet-river")  # pragma: allowlist secret
    commander.save()
    client.force_login(commander)

    assert_in_shell(markup(client.get(reverse(name))))


def test_a_first_password_is_set_in_the_shell(client: Client, commander: Person) -> None:
    client.force_login(commander)

    assert_in_shell(markup(client.get(reverse("account_set_password"))))


@pytest.mark.django_db
def test_an_open_sign_up_is_in_the_shell(client: Client, settings) -> None:
    settings.SIGNUP_OPEN = True

    assert_in_shell(markup(client.get(reverse("account_signup"))))


@pytest.mark.django_db
def test_a_link_that_is_used_up_says_so(client: Client) -> None:
    page = client.get(reverse("account_reset_password_from_key", args=["1", "used-up"]))

    assert_in_shell(markup(page))
    assert "used already, or is too old" in markup(page)


def test_what_allauth_adds_later_stands_in_the_shell_too(rf: RequestFactory) -> None:
    page = render(rf.get("/"), "account/verification_sent.html")

    assert 'class="app-brand"' in markup(page)


def test_too_many_tries_have_their_sentence(rf: RequestFactory) -> None:
    page = render(rf.get("/"), "429.html", status=429)

    assert "try again in a minute" in markup(page)


def test_help_that_is_a_list_still_describes_its_field(client: Client, commander: Person) -> None:
    commander.set_password("a-long-quiet-river")  # pragma: allowlist secret
    commander.save()
    client.force_login(commander)

    page = client.get(reverse("account_change_password"))

    # In a paragraph the browser would end the paragraph before the list and leave it empty.
    assertContains(page, '<div class="field-help" id="id_password1_helptext"><ul>')
    assertContains(page, 'aria-describedby="id_password1_helptext"')
