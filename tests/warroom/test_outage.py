"""What a request gets that nobody could answer. With a real outage: ``tests/faults``."""

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from warroom.outage import broken

AWAY = [OperationalError("the connection is lost"), InterfaceError("connection already closed")]


def answered(error: Exception, request: HttpRequest) -> HttpResponse:
    """As Django calls its handler: while the error is being handled."""
    try:
        raise error
    except type(error):
        return broken(request)


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_an_outage_is_said_and_a_machine_is_told_when_to_ask_again(
    rf: RequestFactory, error: Exception
) -> None:
    answer = answered(error, rf.get("/INC-1/?q=a"))

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert b'href="/INC-1/?q=a"' in answer.content


def test_what_was_typed_comes_back_as_it_was_and_never_as_html(rf: RequestFactory) -> None:
    typed = {"text": "<script>alert(1)</script>", "once": "the-key"}
    answer = answered(AWAY[0], rf.post("/INC-1/notes/", typed)).content.decode()

    assert '<form method="post" action="/INC-1/notes/">' in answer
    assert ">\n&lt;script&gt;alert(1)&lt;/script&gt;</textarea>" in answer
    assert ">\nthe-key</textarea>" in answer


def test_a_password_is_not_given_back(rf: RequestFactory) -> None:
    typed = {"login": "mara", "password": "a-long-quiet-river"}
    answer = answered(AWAY[0], rf.post("/accounts/login/", typed)).content.decode()

    assert "a-long-quiet-river" not in answer
    assert "<form" not in answer


def test_a_script_is_answered_in_json(rf: RequestFactory) -> None:
    answer = answered(AWAY[0], rf.post("/INC-1/notes/", {}, headers={"Accept": "application/json"}))

    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/json"


def test_any_other_error_is_ours(rf: RequestFactory) -> None:
    answer = answered(ValueError("a bug"), rf.get("/"))

    assert answer.status_code == 500
    assert b"Something broke on our side" in answer.content
