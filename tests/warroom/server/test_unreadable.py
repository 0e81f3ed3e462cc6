"""Requests that cannot be read are answered 400 with a sentence, never with a fault."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
DOORS = ("/status/subscribe/", "/accounts/login/", "/declare/", "/admin/")


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.case("F5")
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("charset", ["utf-7", "utf-16", "base64", "rot13", "no such"])
def test_only_utf_8_is_read(browser: Client, door: str, charset: str) -> None:
    for content_type in (FORM, "multipart/form-data; boundary=x", "text/plain"):
        sent = f"{content_type}; charset={charset}"

        answer = browser.generic("POST", door, b"address=a", sent)

        assert answer.status_code == 400
        assert "is not UTF-8" in answer.content.decode()


@pytest.mark.parametrize(
    "charset", ["", "; charset=UTF-8", "; charset=us-ascii", '; charset="utf8"']
)
def test_names_of_utf_8_are_read(browser: Client, charset: str) -> None:
    answer = browser.generic("POST", "/accounts/login/", b"login=a", FORM + charset)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=" + "x" * 300],
    ids=["no boundary", "a boundary without end"],
)
def test_a_broken_form_is_refused_with_a_sentence(browser: Client, content_type: str) -> None:
    answer = browser.generic("POST", "/accounts/login/", b"--x\r\n", content_type)

    assert answer.status_code == 400
    assert "Go back, shorten it" in answer.content.decode()


def test_too_many_fields_are_refused_with_a_sentence(browser: Client) -> None:
    answer = browser.generic("POST", "/accounts/login/", b"a=&" * 2000, FORM)

    assert answer.status_code == 400
    assert "Go back, shorten it" in answer.content.decode()


@pytest.mark.case("T6")
def test_nul_is_no_part_of_an_address_and_is_dropped_from_a_search(browser: Client) -> None:
    assert browser.get("/surfaces/sign%00in/").status_code == 400
    assert browser.get("/accounts/login/?next=%00/declare/").status_code == 200


@pytest.mark.case("T6")
def test_a_way_back_that_cannot_be_read_is_none(browser: Client) -> None:
    for path in ("/accounts/login/", "/accounts/inactive/", "/accounts/password/reset/"):
        assert browser.get(path, {"next": "https://[::1"}).status_code == 200
