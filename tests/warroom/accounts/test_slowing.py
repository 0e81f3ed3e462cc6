"""Guessing is slow, and keeps nobody out: counted by account and network, known devices pass."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from incidents.models import Person
from incidents.vocabulary import Group
from kernel import clock
from tests.helpers.factories import PASSWORD, PersonFactory
from warroom.accounts import slowing

OFFICE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


class Clock:
    """The time, as it is set."""

    def __init__(self) -> None:
        self.at = clock.now()

    def now(self) -> datetime:
        return self.at

    def add(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ours = Clock()
    monkeypatch.setattr(clock, "now", ours.now)
    return ours


@pytest.fixture
def ines(db: None) -> Person:
    cache.clear()
    return PersonFactory(
        username="ines", email="ines@example.test", password=PASSWORD, groups=[Group.RESPONDER]
    )


def sign_in(
    client: Client, login: str = "ines", password: str = PASSWORD, address: str = OFFICE
) -> Any:
    return client.post(
        reverse("account_login"), {"login": login, "password": password}, REMOTE_ADDR=address
    )


def guess(times: int, login: str = "ines", address: str = OFFICE) -> None:
    for _ in range(times):
        sign_in(Client(), login, "wrong", address)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (8, 8), (11, 60), (12, 60), (10_000, 60)],
)
def test_the_wait_doubles_up_to_a_minute(failures: int, seconds: int) -> None:
    assert slowing.wait_seconds(failures, free=5) == seconds


def test_after_five_wrong_ones_the_right_one_waits_a_second(
    client: Client, ines: Person, time: Clock
) -> None:
    guess(5)

    refused = sign_in(client)
    assert not is_in(client)
    assert "Try again in 1 second." in refused.context["form"].errors.as_text()

    time.add(1)
    sign_in(client)
    assert is_in(client)


def test_a_name_and_an_address_are_one_account(client: Client, ines: Person, time: Clock) -> None:
    guess(3, "ines")
    guess(2, "INES@example.test")

    sign_in(client)

    assert not is_in(client)


def test_who_guesses_elsewhere_keeps_nobody_out(client: Client, ines: Person, time: Clock) -> None:
    guess(9, address=ELSEWHERE)

    sign_in(client)

    assert is_in(client)


def test_twenty_wrong_ones_of_others_behind_the_same_address_keep_nobody_out(
    client: Client, ines: Person, time: Clock
) -> None:
    for number in range(20):
        guess(1, f"person-{number}")

    sign_in(client)

    assert is_in(client)


def test_a_browser_that_was_signed_in_before_passes(
    client: Client, ines: Person, time: Clock
) -> None:
    sign_in(client)
    client.post(reverse("account_logout"))
    guess(12)

    sign_in(client)

    assert is_in(client)


def test_a_browser_knows_only_who_signed_in_there(
    client: Client, ines: Person, time: Clock
) -> None:
    PersonFactory(username="noa", password=PASSWORD, groups=[Group.RESPONDER])
    sign_in(client, "noa")
    client.post(reverse("account_logout"))
    guess(6)

    sign_in(client)

    assert not is_in(client)


def test_a_made_up_device_is_none(client: Client, ines: Person, time: Clock) -> None:
    client.cookies["warroom-device"] = "eyJwZXJzb246MSI6ICJ4In0:1abcde:forged"
    guess(6)

    sign_in(client)

    assert not is_in(client)


def test_of_several_tries_at_one_instant_one_counts(ines: Person, time: Clock) -> None:
    limits = slowing.limits("person:1", OFFICE, "")
    for _ in range(5):
        slowing.note_failure(limits, "person:1", time.now())
    time.add(1)

    waits = [slowing.seconds_to_wait(limits, time.now()) for _ in range(4)]

    assert waits == [0, 1, 1, 1]


def test_an_account_that_is_attacked_from_everywhere_has_fewer_free_tries(
    ines: Person, time: Clock
) -> None:
    for number in range(slowing.ATTACKED_AFTER):
        limits = slowing.limits("person:1", f"203.0.113.{number}", "")
        slowing.note_failure(limits, "person:1", time.now())

    [pair, _] = slowing.limits("person:1", OFFICE, "")

    assert pair.free == slowing.FREE_TRIES_UNDER_ATTACK
    assert slowing.seconds_to_wait([pair], time.now()) == 0
