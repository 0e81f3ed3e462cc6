"""Declaring: one screen; bad input gets its sentence, nothing is lost, nothing twice."""

import pytest
from django.test import Client

from incidents.models import Incident, Person, ScenarioText
from incidents.vocabulary import RoleName
from tests.helpers.factories import SurfaceFactory
from tests.incidents.scenarios.example_scenarios import RIGHT

OFFERED = "Choose one of those that are offered."
KEY = "7f1d7a0e-8a55-4a3c-9a3e-2b6f0c7d9e10"


@pytest.fixture
def ready(client: Client, commander: Person) -> Client:
    client.force_login(commander)
    return client


def test_a_sentence_and_a_severity_open_a_room(ready: Client, commander: Person) -> None:
    answer = ready.post("/declare/", {"title": "Tokens refused", "severity": "1"})

    incident = Incident.objects.get()
    assert answer["Location"] == incident.get_absolute_url()
    held = incident.assignments.get(role=RoleName.COMMANDER)
    assert held.person == commander


def test_another_commander_can_be_named(ready: Client, deputy: Person) -> None:
    ready.post("/declare/", {"title": "Tokens refused", "severity": "1", "commander": deputy.pk})

    assert Incident.objects.get().assignments.get(role=RoleName.COMMANDER).person == deputy


def test_declaring_from_a_scenario_fills_what_it_can(ready: Client) -> None:
    SurfaceFactory(name="Sign-in", dependency_class="auth")
    SurfaceFactory(name="Ledger", dependency_class="billing")

    answer = ready.get("/declare/?scenario=auth-token-failure")

    shown = answer.context["form"].initial
    assert {name: shown[name] for name in ("title", "severity", "surfaces", "restricted")} == {
        "title": "Auth token failure after release",
        "severity": "1",
        "surfaces": ["sign-in"],
        "restricted": False,
    }
    assert "The feature flag first" in answer.content.decode()


def test_filling_in_keeps_what_was_typed_and_declares_nothing(ready: Client) -> None:
    SurfaceFactory(name="Sign-in", dependency_class="auth")
    SurfaceFactory(name="Ledger", dependency_class="billing")
    typed = {"title": "Bypass in the edge", "severity": "2", "surfaces": ["ledger"], "known": "Two"}

    answer = ready.post("/declare/", typed | {"scenario": "permission-leak", "fill": "yes"})

    form = answer.context["form"]
    assert answer.status_code == 200
    assert {name: form.initial[name] for name in typed} == typed | {
        "surfaces": ["ledger", "sign-in"]
    }
    assert form.initial["restricted"]
    assert "Revocation completion proof" in answer.content.decode()
    assert not Incident.objects.exists()


@pytest.mark.parametrize("slug", ["", "no-such", "\x00"])
def test_filling_in_from_nothing_changes_nothing(ready: Client, slug: str) -> None:
    answer = ready.post("/declare/", {"title": "Bypass", "scenario": slug, "fill": "yes"})

    assert answer.context["form"].initial["title"] == "Bypass"
    assert not answer.context["form"].initial["restricted"]


def test_the_surfaces_that_a_scenario_names_come_before_those_of_its_class(
    ready: Client,
) -> None:
    ScenarioText.objects.create(slug="search-is-stale", toml=RIGHT)
    for name in ("Search", "Queue"):
        SurfaceFactory(name=name, dependency_class="messaging")

    answer = ready.get("/declare/?scenario=search-is-stale")

    assert answer.context["form"].initial["surfaces"] == ["search"]


LEAK = {"title": "Bypass", "severity": "1", "scenario": "permission-leak"}


@pytest.mark.parametrize(
    ("said", "restricted"),
    [
        (LEAK, True),
        (LEAK | {"filled": "permission-leak", "restricted": "on"}, True),
        (LEAK | {"filled": "permission-leak"}, False),
        (LEAK | {"filled": "auth-token-failure"}, True),
        (LEAK | {"scenario": "auth-token-failure"}, False),
    ],
    ids=["by default", "filled in", "unticked", "another was filled in", "another scenario"],
)
def test_a_permission_leak_is_restricted_unless_somebody_says_otherwise(
    ready: Client, said: dict[str, str], restricted: bool
) -> None:
    ready.post("/declare/", said)

    assert Incident.objects.get().restricted is restricted


def test_an_incident_is_declared_from_a_scenario_of_the_admin(ready: Client) -> None:
    ScenarioText.objects.create(slug="search-is-stale", toml=RIGHT)

    ready.post("/declare/", {"title": "Stale", "severity": "2", "scenario": "search-is-stale"})

    incident = Incident.objects.get()
    entry = incident.timeline.get(kind="incident.declared")
    assert (incident.scenario, entry.data["scenario"]) == (
        "search-is-stale",
        "Search shows stale results",
    )


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"title": "", "severity": "1"}, "Say in one sentence what is wrong."),
        ({"title": "   ", "severity": "1"}, "Say in one sentence what is wrong."),
        ({"title": "x" * 161, "severity": "1"}, "Keep it under 160 characters"),
        ({"title": "Tokens refused"}, "Choose a severity. Not sure? Take the worse one."),
        ({"title": "Tokens refused", "severity": "9"}, OFFERED),
        ({"title": "T", "severity": "1", "surfaces": ["no-such"]}, OFFERED),
        ({"title": "T", "severity": "1", "commander": "999999"}, OFFERED),
    ],
    ids=["empty", "blank", "too long", "no severity", "odd severity", "odd surface", "odd person"],
)
def test_bad_input_is_refused_beside_its_field_and_kept(
    ready: Client, said: dict[str, object], sentence: str
) -> None:
    answer = ready.post("/declare/", said | {"known": "Two regions"})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert "Two regions" in text
    assert not Incident.objects.exists()


def test_the_second_press_leads_to_the_first_incident(ready: Client) -> None:
    said = {"title": "Tokens refused", "severity": "1", "once": KEY}

    first, second = (ready.post("/declare/", said)["Location"] for _ in range(2))

    assert first == second
    assert Incident.objects.count() == 1


def test_a_stakeholder_cannot_declare(client: Client, stakeholder: Person) -> None:
    client.force_login(stakeholder)

    answer = client.post("/declare/", {"title": "Tokens refused", "severity": "1"})

    assert answer.status_code == 403
    assert "Only a responder can do this." in answer.content.decode()


def test_what_was_typed_after_the_session_ended_is_back_after_signing_in(
    client: Client, commander: Person
) -> None:
    said = {"title": "Tokens refused", "severity": "2", "author": commander.pk}

    ended = client.post("/declare/", said)
    client.force_login(commander)
    text = client.get("/declare/").content.decode()

    assert ended.status_code == 401
    assert "Your session ended" in ended.content.decode()
    assert 'value="Tokens refused"' in text
    assert "What you had typed is back" in text
    assert not Incident.objects.exists()


def test_somebody_else_at_the_same_machine_never_sees_it(
    client: Client, commander: Person, stranger: Person
) -> None:
    client.post("/declare/", {"title": "A private word", "author": commander.pk})
    client.force_login(stranger)

    assert "A private word" not in client.get("/declare/").content.decode()
