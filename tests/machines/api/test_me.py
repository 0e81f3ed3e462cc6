"""A token says who it is; what is none, or no longer one, is told what to do."""

from datetime import timedelta

import pytest
from django.test import Client

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from kernel import clock
from machines.models import Token
from machines.tokens.actions import make_token, revoke_token
from machines.tokens.rules import TokenInput
from machines.vocabulary import Scope, TokenKind
from tests.helpers.tokens import Api, agent_token, person_token, service_token

pytestmark = pytest.mark.django_db


def test_each_kind_says_who_it_is(commander: Person, incident: Incident) -> None:
    kinds = {
        "person": person_token(commander),
        "service": service_token(commander, Scope.READ),
        "agent": agent_token(commander, incident=incident),
    }
    for kind, secret in kinds.items():
        answer = Api(secret).get("/me")
        assert (answer.status_code, answer.json()["kind"]) == (200, kind)
        assert answer.json()["person"] == str(commander)
    assert answer.json()["lane"] == LaneKind.INVESTIGATION
    assert answer.json()["incident"] == incident.reference


@pytest.mark.parametrize("header", ["", "Bearer", "Basic eDp5", "Bearer wr_per_nothing"])
def test_what_is_no_token_is_refused(db: None, header: str) -> None:
    answer = Client().get("/api/v1/me", headers={"authorization": header})

    assert answer.status_code == 401
    assert answer["content-type"] == "application/problem+json"
    assert answer["www-authenticate"] == 'Bearer realm="Warroom"'


def test_a_revoked_token_opens_nothing_and_is_counted(commander: Person) -> None:
    secret = person_token(commander)
    assert Api(secret).get("/me").status_code == 200
    token = Token.objects.get()
    revoke_token(commander.as_actor(), token.pk, reason="Lost", now=clock.now())

    answer = Api(secret).get("/me")

    assert answer.status_code == 401
    assert "was revoked" in answer.json()["detail"]
    token.refresh_from_db()
    assert (token.uses, token.refused) == (1, 1)


def test_who_leaves_takes_their_tokens_along(commander: Person) -> None:
    secret = person_token(commander)
    Person.objects.filter(pk=commander.pk).update(is_active=False)

    assert Api(secret).get("/me").status_code == 401


def test_a_token_ends_when_it_was_made_to(commander: Person) -> None:
    begun = clock.now() - timedelta(days=2)
    ended = TokenInput(TokenKind.PERSON, "laptop", ends_at=begun + timedelta(days=1))
    _, secret = make_token(commander.as_actor(), ended, now=begun)

    assert "has ended" in Api(secret).get("/me").json()["detail"]


def test_who_asks_too_often_is_told_when_to_come_back(commander: Person, settings: object) -> None:
    settings.API_REQUESTS_A_MINUTE = {"person": 3}  # type: ignore[attr-defined]
    api = Api(person_token(commander))
    answers = [api.get("/me") for _ in range(8)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 1 <= int(refused[0]["retry-after"]) <= 60
