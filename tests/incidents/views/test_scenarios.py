"""The scenario in the room, its page, and naming evidence for its minimum."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import roles
from incidents.facts import incident as incident_facts
from incidents.models import Incident, Person, ScenarioText, Served
from incidents.panels.standing import render_tab
from incidents.vocabulary import LaneKind, RoleName
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import ROLLBACK_CHECK, capture_evidence
from tests.helpers.factories import START, declared
from tests.incidents.scenarios.example_scenarios import RIGHT
from tests.incidents.views.test_room import MAX_QUERIES
from tests.markup import markup

LATER = START + timedelta(minutes=3)
SLUG = "auth-token-failure"


@pytest.fixture
def inside(client: Client, commander: Person) -> Client:
    client.force_login(commander)
    return client


@pytest.fixture
def adopted(commander: Person) -> Incident:
    return declared(commander, scenario=SLUG)


def panel(incident: Incident) -> str:
    return markup(render_tab("scenario", incident, LATER))


def test_the_room_shows_what_the_scenario_says(adopted: Incident) -> None:
    shown = panel(adopted)

    for words in (
        "Sudden spike in 401 and 403",
        "customers lose trust",
        "The feature flag first",
        "Feature-flag disable",
        "Failing endpoint list",
        "Investigation owner",
    ):
        assert words in shown


def test_the_minimum_says_what_meets_it_and_links_to_what_is_missing(
    adopted: Incident, commander: Person
) -> None:
    capture_evidence(adopted, commander, LATER, ROLLBACK_CHECK)

    shown = panel(adopted)

    assert f'href="/{adopted.reference}/evidence/E-1/">E-1</a>, since' in shown
    assert "T+00:03" in shown
    assert f'href="/{adopted.reference}/evidence/new/?serves=first-bad-deploy"' in shown
    assert "serves=rollback-check" not in shown


def test_the_chain_names_who_holds_each_step(
    adopted: Incident, commander: Person, deputy: Person
) -> None:
    roles.assign(
        commander.as_actor(),
        adopted.pk,
        role=RoleName.LANE_OWNER,
        lane=LaneKind.MITIGATION,
        person=deputy,
        now=LATER,
    )

    shown = panel(adopted)

    assert f'Mitigation owner <span class="check-detail">{deputy}' in shown
    assert 'Verification owner <span class="check-detail">nobody yet' in shown


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("billing-state-mismatch", "Commander and data owner, two people, both sign"),
        ("permission-leak", "Rollback and access revocation are executed, with proof, before"),
        ("permission-leak", "This one is not: every responder can read it."),
    ],
)
def test_special_rules_are_said_in_words(commander: Person, slug: str, words: str) -> None:
    assert words in panel(declared(commander, scenario=slug))


@pytest.mark.parametrize("slug", ["", "gone-since"])
def test_without_a_scenario_there_is_no_such_panel(commander: Person, slug: str) -> None:
    assert "Evidence minimum" not in panel(declared(commander, scenario=slug))


def test_a_room_with_a_scenario_costs_no_more_than_it_may(
    inside: Client, adopted: Incident, commander: Person
) -> None:
    capture_evidence(adopted, commander, LATER, ROLLBACK_CHECK)
    tab = reverse("standing", args=[adopted.pk, "scenario"])
    for address in (adopted.get_absolute_url(), tab):
        inside.get(address)
        with queries() as asked:
            answer = inside.get(address)
        assert len(asked) <= MAX_QUERIES

    assert "Evidence minimum" in markup(answer)


def test_a_scenario_of_the_admin_costs_one_query_more(commander: Person) -> None:
    ScenarioText.objects.create(slug="search-is-stale", toml=RIGHT)
    of_file, of_admin = (declared(commander, scenario=s) for s in (SLUG, "search-is-stale"))

    with queries() as few:
        incident_facts.read_facts(of_file)
    with queries() as more:
        found = incident_facts.read_facts(of_admin)

    assert found.scenario is not None
    assert len(more) == len(few) + 1


def test_the_commander_adopts_one_on_its_page(inside: Client, incident: Incident) -> None:
    address = f"/{incident.reference}/scenario/"
    shown = markup(inside.get(address))

    refused = inside.post(address, {"scenario": SLUG, "reason": "-"})
    accepted = inside.post(address, {"scenario": SLUG, "reason": "It came with the release"})

    incident.refresh_from_db()
    assert "None is adopted yet." in shown
    assert (refused.status_code, accepted.status_code) == (422, 302)
    assert incident.scenario == SLUG


def test_the_one_that_it_follows_is_not_offered_again(inside: Client, adopted: Incident) -> None:
    form = inside.get(f"/{adopted.reference}/scenario/").context["form"]

    offered = [slug for slug, _ in form.fields["scenario"].choices]
    assert offered == ["billing-state-mismatch", "permission-leak"]


def test_capturing_offers_what_is_missing_and_takes_it(inside: Client, adopted: Incident) -> None:
    address = f"/{adopted.reference}/evidence/new/"
    form = inside.get(f"{address}?serves=failing-endpoints").context["form"]
    said = {"kind": "log", "text": "GET /login 401", "serves": "failing-endpoints"}

    answer = inside.post(address, said)

    assert form["serves"].value() == "failing-endpoints"
    assert answer.status_code == 302
    assert Served.objects.get().item == "failing-endpoints"


def test_capturing_without_a_scenario_offers_none(inside: Client, incident: Incident) -> None:
    form = inside.get(f"/{incident.reference}/evidence/new/?serves=x").context["form"]

    assert "serves" not in form.fields


def test_evidence_is_named_on_its_page(
    inside: Client, adopted: Incident, commander: Person
) -> None:
    item = capture_evidence(adopted, commander, LATER)
    page = item.get_absolute_url()

    refused = inside.post(f"{page}serves/", {"serves": ""})
    accepted = inside.post(f"{page}serves/", {"serves": "first-bad-deploy"})
    again = inside.post(f"{page}serves/", {"serves": "first-bad-deploy"})

    assert [refused.status_code, accepted.status_code, again.status_code] == [422, 302, 422]
    answer = inside.get(page)
    offered = [key for key, _ in answer.context["form"].fields["serves"].choices]
    assert offered == ["", "failing-endpoints", "rollback-check", "class-audit-capture"]
    assert "<dt>Serves as</dt><dd>First bad deploy hash</dd>" in markup(answer)


def test_evidence_that_serves_as_everything_offers_no_form(
    inside: Client, adopted: Incident, commander: Person
) -> None:
    page = capture_evidence(adopted, commander, LATER).get_absolute_url()
    required = ("failing-endpoints", "first-bad-deploy", "rollback-check", "class-audit-capture")
    for key in required:
        inside.post(f"{page}serves/", {"serves": key})

    assert "Name it so" not in markup(inside.get(page))


def test_evidence_of_an_incident_without_a_scenario_cannot_be_named(
    inside: Client, incident: Incident, commander: Person
) -> None:
    page = capture_evidence(incident, commander, LATER).get_absolute_url()

    answer = inside.post(f"{page}serves/", {"serves": "first-bad-deploy"})

    assert "Name it so" not in markup(inside.get(page))
    assert answer.status_code == 422
