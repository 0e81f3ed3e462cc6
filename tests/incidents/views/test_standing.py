"""What stands, a tab at a time: a fragment for the room, a page of its own without script."""

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import risks
from incidents.models import Incident, Person
from incidents.panels import standing
from tests.helpers.counting import queries
from tests.helpers.factories import START, declared
from tests.markup import markup

TABS = ("risks", "ready", "freezes", "branches", "scenario", "about", "owners", "closing")
MAX_QUERIES = 30


@pytest.fixture
def inside(client: Client, commander: Person) -> Client:
    client.force_login(commander)
    return client


def address(incident: Incident, tab: str) -> str:
    return reverse("standing", args=[incident.pk, tab])


def test_the_room_leads_to_every_tab(inside: Client, incident: Incident) -> None:
    room = markup(inside.get(incident.get_absolute_url()))

    assert tuple(standing.TABS) == TABS
    assert all(f'href="{address(incident, tab)}"' in room for tab in TABS)


@pytest.mark.parametrize("tab", TABS)
def test_a_tab_answers_script_with_its_content_alone(
    inside: Client, incident: Incident, tab: str
) -> None:
    with queries() as made:
        answer = inside.get(address(incident, tab), headers={"HX-Request": "true"})

    html = markup(answer)
    assert html.startswith(f'<div class="tab-body" id="standing-body" data-tab="{tab}"')
    assert len(made) <= MAX_QUERIES


@pytest.mark.parametrize("tab", TABS)
def test_without_script_it_is_a_page_that_says_which_is_open(
    inside: Client, incident: Incident, tab: str
) -> None:
    html = markup(inside.get(address(incident, tab)))

    assert html.count('aria-current="true"') == 1
    assert html.split('aria-current="true"')[0].endswith(
        html.split('class="tab"')[TABS.index(tab) + 1].split('aria-current="true"')[0]
    )
    assert f'data-tab="{tab}" data-version' in html


def test_there_is_no_other_tab(inside: Client, incident: Incident) -> None:
    assert inside.get(address(incident, "rumours")).status_code == 404


def test_a_restricted_incident_has_none_for_others(
    client: Client, commander: Person, stranger: Person
) -> None:
    hidden = declared(commander, restricted=True)
    client.force_login(stranger)

    assert client.get(address(hidden, "risks")).status_code == 404


def test_the_version_of_a_tab_changes_with_its_content_and_no_other(
    incident: Incident, commander: Person
) -> None:
    def versions() -> dict[str, str]:
        fresh = Incident.objects.get(pk=incident.pk)
        return {tab.name: tab.version for tab in standing.tabs(fresh, START)}

    before = versions()
    risks.add(commander.as_actor(), incident.pk, text="Old sessions may fail", now=START)

    after = versions()
    assert {name for name in TABS if before[name] != after[name]} == {"risks"}
    assert after["closing"] == ""
