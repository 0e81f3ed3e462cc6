"""The prechecks as a room offers them: what is copied and captured is recognised."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import lifecycle
from incidents.models import Incident, Person, Surface
from incidents.panels import prechecks
from incidents.rules.evidence import PRECHECK_COMMANDS
from incidents.vocabulary import Purpose
from kernel import clock
from tests.helpers.factories import START, SurfaceFactory

NOW = START + timedelta(minutes=4)
UP = """curl -fsS "https://sign-in.test/up?a=1&b=2" | jq -e '.status == "ok" && .db'"""


@pytest.fixture
def surfaces(db: None) -> list[Surface]:
    return [
        SurfaceFactory(name="Main", health_check=UP),
        SurfaceFactory(name="Next", health_check="make check || exit 1"),
        SurfaceFactory(name="Search"),
        SurfaceFactory(name="Timeline"),
    ]


@pytest.fixture
def room(client: Client, incident: Incident, commander: Person, surfaces: list[Surface]) -> Any:
    lifecycle.set_surfaces(commander.as_actor(), incident.pk, surfaces=tuple(surfaces), now=START)
    client.force_login(commander)
    return client


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ([], [("", ())]),
        ([0], [("Main", (UP,))]),
        ([0, 1], [("Main", (UP,)), ("Next", ("make check || exit 1",))]),
        ([2, 3], [("Search and Timeline", ())]),
        ([0, 2, 3], [("Main", (UP,)), ("Search and Timeline", ())]),
    ],
    ids=["no surface", "one", "two", "two without a health check", "with and without"],
)
def test_each_health_check_has_its_block(
    incident: Incident,
    surfaces: list[Surface],
    chosen: list[int],
    found: list[tuple[str, tuple[str, ...]]],
) -> None:
    blocks = prechecks.blocks(incident, [surfaces[number] for number in chosen])

    assert [(block.name, block.lines) for block in blocks] == [
        (name, (*PRECHECK_COMMANDS, *more)) for name, more in found
    ]


def test_no_block_takes_an_id_of_the_page(room: Client, incident: Incident) -> None:
    text = room.get(reverse("standing", args=[incident.pk, "ready"])).content.decode()

    ids = [part.split('"')[0] for part in text.split(' id="')[1:]]
    assert len([name for name in ids if name.startswith("precheck-of-")]) == 3
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("number", range(3), ids=["quotes and a pipe", "an or", "no health check"])
def test_the_capture_form_lacks_only_the_output(
    room: Client, incident: Incident, number: int
) -> None:
    block = prechecks.blocks(incident, incident.surfaces.all())[number]
    text = room.get(reverse("standing", args=[incident.pk, "ready"])).content.decode()
    assert f'href="{block.capture.replace("&", "&amp;")}"' in text

    form = room.get(block.capture).context["form"]
    said = {name: form[name].value() for name in ("kind", "command", "next")}
    with clock.at(NOW):
        answer = room.post(block.capture, {**said, "text": "4be90a7\n"})

    item = incident.evidence.get()
    assert answer["Location"] == incident.get_absolute_url()
    assert item.command == " && ".join(block.lines)
    assert item.purpose == Purpose.PRECHECK


def test_what_is_copied_line_by_line_is_recognised_too(room: Client, incident: Incident) -> None:
    block = prechecks.blocks(incident, incident.surfaces.all())[0]
    address = urlsplit(block.capture)
    assert parse_qs(address.query)["kind"] == ["command"]

    with clock.at(NOW):
        room.post(address.path, {"kind": "command", "command": "\n".join(block.lines), "text": "x"})

    assert incident.evidence.get().purpose == Purpose.PRECHECK
