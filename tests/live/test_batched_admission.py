"""Who comes at the same time as others: judged together, as each would be alone."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import Incident, Person
from kernel import clock
from live import access, batched_admission
from live.access import AdmissionRequest, Admitted, Refusal
from tests.live.conftest import Opener, sign_in


def _nothing(person: Person, key: str) -> None:
    """A session as it should be."""


def _sign_out(person: Person, key: str) -> None:
    Session.objects.filter(session_key=key).delete()


def _expire(person: Person, key: str) -> None:
    Session.objects.filter(session_key=key).update(expire_date=clock.now())


def _deactivate(person: Person, key: str) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)


def _change_password(person: Person, key: str) -> None:
    Person.objects.filter(pk=person.pk).update(password="another")


def _set(key: str, name: str, value: str) -> None:
    session = SessionStore(key)
    session[name] = value
    session.save()


def _close_the_way(person: Person, key: str) -> None:
    _set(key, BACKEND_SESSION_KEY, "no.such.backend")


def _leave_no_hash(person: Person, key: str) -> None:
    _set(key, HASH_SESSION_KEY, "")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        *(_nothing, _sign_out, _expire, _deactivate, _change_password),
        *(_close_the_way, _leave_no_hash),
    ],
)
def test_who_is_signed_in_is_whom_django_finds(
    incident: Incident, commander: Person, change: Callable[[Person, str], None]
) -> None:
    key = sign_in(commander)
    change(commander, key)

    asked = AdmissionRequest(key, incident.pk)
    answer = access.admit([asked], clock.now())[asked]
    found = get_user(SimpleNamespace(session=SessionStore(key)))  # type: ignore[arg-type]

    assert isinstance(answer, Admitted) == (found == commander)
    if isinstance(answer, Refusal):
        assert answer == Refusal(4401, access.SIGNED_OUT)


@pytest.mark.django_db
def test_a_session_sealed_with_the_secret_before_this_one_still_counts(
    incident: Incident, commander: Person, settings: Any
) -> None:
    key = sign_in(commander)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"
    asked = AdmissionRequest(key, incident.pk)

    assert isinstance(access.admit([asked], clock.now())[asked], Admitted)
    assert Session.objects.filter(session_key=key).exists()


@pytest.mark.django_db
def test_a_crowd_gets_the_answers_of_each_alone_in_the_same_few_queries(
    incident: Incident,
    restricted: Incident,
    commander: Person,
    stranger: Person,
    stakeholder: Person,
    admin: Person,
) -> None:
    keys = [sign_in(person) for person in (commander, stranger, stakeholder, admin)]
    asked = [
        AdmissionRequest(key, number)
        for key in [*keys, "nobody", None]
        for number in (incident.pk, restricted.pk, restricted.pk + 1000, None)
    ]

    with CaptureQueriesContext(connection) as queries:
        together = access.admit(asked, clock.now())

    def outcome(answer: access.Answer) -> object:
        return (answer.viewer, answer.head) if isinstance(answer, Admitted) else answer

    alone = {one: access.admit([one], clock.now())[one] for one in asked}
    assert len(queries) <= 6
    assert {k: outcome(v) for k, v in together.items()} == {k: outcome(v) for k, v in alone.items()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_those_who_come_at_the_same_time_are_looked_at_together(
    browse: Opener, incident: Incident, commander: Person
) -> None:
    keys = [await sync_to_async(sign_in)(commander) for _ in range(12)]

    answers = await asyncio.gather(*(batched_admission.ask(key, incident.pk) for key in keys))

    admitted = [answer for answer in answers if isinstance(answer, Admitted)]
    assert [one.viewer.session_key for one in admitted] == keys
    assert len({one.since for one in admitted}) == 1
