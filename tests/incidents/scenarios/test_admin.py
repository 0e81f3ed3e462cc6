"""A scenario that an admin writes: checked as a file is, and at work at once."""

import pytest
from django.test import Client
from django.urls import reverse

from incidents import scenarios
from incidents.models import Person, ScenarioText
from tests.helpers.factories import declared
from tests.incidents.scenarios.example_scenarios import RIGHT, changed


@pytest.fixture
def admin_client(client: Client, admin: Person) -> Client:
    client.force_login(admin)
    return client


@pytest.fixture
def row(db: None) -> ScenarioText:
    return ScenarioText.objects.create(slug="search-is-stale", toml=RIGHT)


def send(client: Client, text: str, row: ScenarioText | None = None):
    page = reverse("admin:incidents_scenariotext_add")
    if row is not None:
        page = reverse("admin:incidents_scenariotext_change", args=[row.pk])
    return client.post(page, {"toml": text})


def test_it_takes_its_slug_from_the_text_and_is_offered_at_once(admin_client: Client) -> None:
    answer = send(admin_client, RIGHT.replace("\n", "\r\n"))

    found = scenarios.find("search-is-stale")
    assert answer.status_code == 302
    assert found is not None
    assert "Search shows stale results" in admin_client.get("/declare/").content.decode()


def test_a_change_counts_at_once(admin_client: Client, row: ScenarioText) -> None:
    assert scenarios.find("search-is-stale").reach == {"throttling": "bounded"}

    send(admin_client, changed('"bounded"', '"broad"'), row)

    assert scenarios.find("search-is-stale").reach == {"throttling": "broad"}


WRONG = {
    "a-key": (changed('"bounded"', '"far"'), 'options[0].reach: "far" is not one of reversible'),
    "no-toml": ("slug", "is not TOML: "),
    "deep": ("slug = " + "[" * 5000, "is nested too deeply to be read"),
    "of-a-file": (
        changed("search-is-stale", "permission-leak"),
        'slug: "permission-leak" is the slug of a file; take another.',
    ),
}


@pytest.mark.case("F5")
@pytest.mark.parametrize(("text", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_stands_beside_the_field(
    admin_client: Client, text: str, sentence: str
) -> None:
    answer = send(admin_client, text)

    errors = answer.context["adminform"].errors["toml"]
    assert [one for one in errors if one.startswith(sentence)]
    assert not ScenarioText.objects.exists()


def test_a_slug_is_there_once(admin_client: Client, row: ScenarioText) -> None:
    answer = send(admin_client, RIGHT)

    assert answer.context["adminform"].errors["toml"] == [
        'slug: "search-is-stale" is there already.'
    ]


def test_a_scenario_that_an_incident_follows_keeps_its_slug_and_stays(
    admin_client: Client, row: ScenarioText, commander: Person
) -> None:
    declared(commander, scenario="search-is-stale")

    renamed = send(admin_client, changed("search-is-stale", "search-is-old"), row)
    page = reverse("admin:incidents_scenariotext_delete", args=[row.pk])
    deleted = admin_client.post(page, {"post": "yes"})

    assert renamed.context["adminform"].errors["toml"] == [
        'slug: incidents follow it as "search-is-stale"; it must stay.'
    ]
    assert deleted.status_code == 403
    assert ScenarioText.objects.get().slug == "search-is-stale"


def test_one_that_nobody_follows_is_renamed_and_removed(
    admin_client: Client, row: ScenarioText
) -> None:
    send(admin_client, changed("search-is-stale", "search-is-old"), row)
    renamed = ScenarioText.objects.get().slug
    page = reverse("admin:incidents_scenariotext_delete", args=[row.pk])
    admin_client.post(page, {"post": "yes"})

    assert renamed == "search-is-old"
    assert not ScenarioText.objects.exists()
