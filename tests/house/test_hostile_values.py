"""No value that somebody may send makes a fault of ours: every door of the URL map is asked.

What a door reads is not listed here but observed: each request carries every parameter or form
field that any view has looked up so far, filled with something hostile, and records those that its
own view looks up beside them; with those it is sent once more. So a new page, parameter or field is
in this test from its first day.
"""

import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group as SiteGroup
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict

from comms.models import Subscriber
from incidents.models import Person
from incidents.permissions import TABLE, Who
from incidents.vocabulary import Group
from kernel import clock
from tests.helpers.tiers import in_tier
from tests.house.test_doors import ours_and_theirs
from warroom import demo
from warroom.accounts.permissions import EXTERNAL

HOSTILE = (
    "%00",
    "a%00b",
    "%FF%FE",
    "9" * 30,
    "-1",
    "%D9%A3",
    "%C2%B2",
    "",
    "a" * 10_000,
    "9" * 5_000,
    "%ED%A0%80",
    "%25_%5C%22",
    "%0B%1B%5B31m",
    "https://%5B::1",
    "9999-12-31T23:59:59-12:00",
    "0001-01-01T00:00%2B14:00",
    "%2B999999999999",
    "nan",
    "%EF%BF%BF%E2%80%AE",
)
"""As they stand in an address or a form's body."""

ROUNDS = in_tier(test=1, prove=len(HOSTILE))
"""How many of the hostile values each parameter is given; which, differs from one to the next."""

PEOPLE = in_tier(test=("mara", None), prove=("mara", "noor", "lena", "admin", None))
"""Who asks, by user name; ``None`` is signed out. ``mara`` commands, and is an admin here too."""

UNSEEN = (
    *("q", "p", "o", "e", "all", "_popup", "_to_field", "_changelist_filters", "next", "form"),
    *("is_active__exact", "groups__id__exact", "state__exact", "kind__exact", "pk__in"),
    *("app_label", "model_name", "field_name", "term", "action", "_selected_action", "look"),
)
"""Parameters that Django's admin reads all together, so that no single look-up shows them."""

STRIDE = in_tier(test=3, prove=1)
"""People try each so-manieth of the doors; who is signed out tries all that are open."""

MAX_ARGUMENTS = in_tier(test=1, prove=9)
"""Of a path with several arguments, how many of the last ones are tried."""

FORM = "application/x-www-form-urlencoded"

CONVERTER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>[^()]*\)")


@pytest.fixture
def world(db: None) -> dict[str, Any]:
    """The demo, told once; the path arguments that lead to what it has, by name."""
    people = demo.people()
    incident = demo.tell(people, demo.surfaces(), clock.now())
    people["mara"].groups.add(SiteGroup.objects.get(name=Group.ADMIN))
    subscriber = Subscriber.objects.first()
    return {
        "number": incident.pk,
        "lane": "mitigation",
        "slug": "sign-in",
        "kind": "retro",
        "form": "zip",
        "name": "change",
        "pk": subscriber.pk if subscriber else 1,
        "content_type_id": 1,
        "app_label": "incidents",
        "url": "incidents",
        "uidb36": "1",
        "key": "set-password",
        "below": "history/",
        "token": "a-token",
        "object_id": "1",
        "id": "1",
    }


def filled(pattern: str, values: dict[str, Any]) -> str:
    """The address that a pattern of the URL map stands for."""
    path = CONVERTER.sub(lambda m: str(values.get(m["name"] or m["group"], 1)), pattern)
    return "/" + re.sub(r"[\^$?]", "", path.replace("\\", ""))


def arguments(pattern: str) -> list[str]:
    return [m["name"] or m["group"] for m in CONVERTER.finditer(pattern)]


@contextmanager
def undone() -> Iterator[None]:
    """Whatever a request does is taken back, so that the next finds the same world."""
    savepoint = transaction.savepoint_create()
    try:
        yield
    finally:
        transaction.set_rollback(False)  # an error outside any block of the view's own
        transaction.savepoint_rollback(savepoint)


class Lookups:
    """Which names a view asks for in what was sent."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.names: set[str] = set()
        for method in ("__getitem__", "_getlist", "__contains__"):
            patch.setattr(MultiValueDict, method, self._recording(getattr(MultiValueDict, method)))

    def _recording(self, method: Any) -> Any:
        def look_up(sent: Any, name: Any, *args: Any, **options: Any) -> Any:
            if isinstance(sent, QueryDict) and isinstance(name, str):
                self.names.add(name)
            return method(sent, name, *args, **options)

        return look_up


class Visitor:
    """One browser, whose session outlives what its requests do to it."""

    def __init__(self, person: Person | None, lookups: Lookups) -> None:
        self.lookups = lookups
        self.client = Client(raise_request_exception=False)
        if person is not None:
            self.client.force_login(person)
        self.cookies = self.client.cookies.copy()
        self.faults: list[str] = []
        self.values = cycle(HOSTILE)
        self.names: dict[str, set[str]] = {"GET": set(UNSEEN), "POST": set()}

    def ask(self, method: str, path: str, sent: str = "") -> set[str]:
        """The names that were looked up; an answer of 500 and more is added to ``faults``."""
        self.client.cookies = self.cookies.copy()
        self.lookups.names.clear()
        with undone():
            if method == "GET":
                answer: HttpResponse = self.client.get(path, QUERY_STRING=sent)
            else:
                answer = self.client.post(path, data=sent.encode(), content_type=FORM)
        if answer.status_code >= 500:
            error = (getattr(answer, "exc_info", None) or (None, None, None))[1]
            place = traceback.extract_tb(error.__traceback__)[-4:] if error else ""
            self.faults.append(f"{error!r} {place}: {method} {path[:80]} {sent[:300]}")
        return self.lookups.names - {"csrfmiddlewaretoken"}

    def fill(self, names: set[str]) -> str:
        # A view may look up a name that it was sent as a value, hostile itself.
        return "&".join(f"{quote(name)}={next(self.values)}" for name in sorted(names))

    def everywhere(self, pattern: str, path_values: dict[str, Any]) -> None:
        path = filled(pattern, path_values)
        for _ in range(ROUNDS):
            for method, names in self.names.items():
                if new := self.ask(method, path, self.fill(names)) - names:
                    names |= new
                    self.ask(method, path, self.fill(names))
            for name in arguments(pattern)[-MAX_ARGUMENTS:]:
                hostile = next(value for value in self.values if value)
                self.ask("GET", filled(pattern, {**path_values, name: hostile}))
            next(self.values)  # so that the next round gives each name another one


def is_open(pattern: str, view: Any) -> bool:
    door = getattr(view, "door", None) or EXTERNAL[pattern.split("/")[0]]
    return Who.ANYONE in TABLE[door]


# Some 5 s: it tells the demo, then asks two hundred times and more.
@pytest.mark.case("T6")
@pytest.mark.parametrize("name", PEOPLE)
def test_no_value_breaks_a_door(
    world: dict[str, Any], name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A line for each of a thousand refusals says nothing.
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)
    monkeypatch.setattr(logging.getLogger("warroom.access"), "disabled", True)
    person = Person.objects.get(username=name) if name else None
    visitor = Visitor(person, Lookups(monkeypatch))

    doors = ours_and_theirs()
    open_doors = [door for door in doors if is_open(*door)]
    for pattern, _ in doors[::STRIDE] if person else open_doors:
        visitor.everywhere(pattern, world)

    assert not visitor.faults, "\n".join(visitor.faults)
