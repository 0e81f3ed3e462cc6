"""What the room shows of recommendations and of the contradiction between them."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from incidents.actions import checkpoints
from incidents.duties.duty import duties
from incidents.facts.incident import read_facts
from incidents.models import Incident, Person
from incidents.panels import renderers as render
from incidents.vocabulary import LaneKind
from kernel import clock
from tests.helpers.counting import queries
from tests.helpers.factories import START
from tests.helpers.recommendations import Owners

NOW = START + timedelta(minutes=10)
INVESTIGATION, MITIGATION = LaneKind.INVESTIGATION, LaneKind.MITIGATION
VERIFICATION = LaneKind.VERIFICATION


@pytest.fixture(autouse=True)
def _time() -> Iterator[None]:
    with clock.at(NOW):
        yield


def panel(incident: Incident, name: str, minutes: float = 0) -> str:
    # The facts of one moment are kept with the object.
    fresh = Incident.objects.get(pk=incident.pk)
    return render.panel(name, fresh, NOW + timedelta(minutes=minutes))


def test_a_young_room_says_nothing_of_recommendations(staffed: Incident) -> None:
    assert "ecommend" not in panel(staffed, "deciding")
    assert "ontradiction" not in panel(staffed, "warnings")


def test_what_agrees_stands_quietly(staffed: Incident, recommending: Owners) -> None:
    recommending.recommend(MITIGATION, "rollback")
    recommending.recommend(INVESTIGATION, "rollback")

    deciding = panel(staffed, "deciding")

    assert "Recommended</h2>" in deciding
    assert deciding.count('<article class="recommendation') == 2
    assert "commander <strong>" not in deciding
    assert "Contradiction" not in deciding + panel(staffed, "warnings")


def test_a_contradiction_shows_both_sides_and_which_leads(
    staffed: Incident, opposed: Owners
) -> None:
    html = panel(staffed, "deciding")

    assert "Contradiction X-1 is open" in html
    rollback, hotfix = html.split('<article class="recommendation')[1:]
    leads = [head.split("</th>")[0] for head in html.split('<th scope="col"')[1:]]
    assert ["More reversible" in head for head in leads] == ["R-2" in head for head in leads]
    assert "Partly reversible" in hotfix
    assert "E-1</a>" in rollback
    assert html.count("commander\n") == 4
    assert f'href="/{staffed.reference}/decide/">Compare and decide</a>' in html


def test_when_the_scores_are_level_nobody_leads(staffed: Incident, recommending: Owners) -> None:
    recommending.recommend(MITIGATION, "rollback")
    recommending.recommend(INVESTIGATION, "hotfix")

    html = panel(staffed, "deciding")

    assert "More reversible" not in html
    assert "Smaller blast radius" not in html


def test_a_broad_rollback_is_shown_as_such(staffed: Incident, opposed: Owners) -> None:
    Incident.objects.filter(pk=staffed.pk).update(broad_rollback_reason="Migration 0081")

    rollback, hotfix = panel(staffed, "deciding").split('<article class="recommendation')[1:]

    assert "Hard to reverse" in rollback
    assert "Hard to reverse" not in hotfix


@pytest.mark.parametrize(
    ("minutes", "age"),
    [(0, "since just now"), (1, "for 1 minute"), (8.5, "for 8 minutes")],
)
def test_the_panel_says_how_long_it_is_open_and_no_warning_repeats_it(
    staffed: Incident, opposed: Owners, minutes: float, age: str
) -> None:
    assert f"<span>{age}</span>" in panel(staffed, "deciding", minutes)
    assert "D-CONFLICT" not in panel(staffed, "warnings", minutes)


def test_what_is_typed_stays_text(staffed: Incident, recommending: Owners) -> None:
    recommending.recommend(MITIGATION, "rollback", reasons="<b>it</b>", option_detail="<i>")
    recommending.recommend(INVESTIGATION, "hotfix", reasons="<b>that</b>")

    html = panel(staffed, "deciding") + panel(staffed, "warnings")

    assert "<b>" not in html
    assert "<i>" not in html


def test_the_commander_has_to_resolve_it_before_anything_else(
    staffed: Incident, opposed: Owners, commander: Person, stranger: Person
) -> None:
    due = NOW + timedelta(minutes=20)
    checkpoints.schedule(commander.as_actor(), staffed.pk, due_at=due, purpose="", now=NOW)

    mine = duties([read_facts(staffed)], commander, NOW)
    theirs = duties([read_facts(staffed)], stranger, NOW)

    assert mine[0].title == "Resolve contradiction X-1, then decide"
    assert mine[0].href == f"/{staffed.reference}/decide/"
    assert theirs == []


def test_only_who_owns_a_lane_is_offered_to_recommend(
    client: Client, staffed: Incident, stranger: Person, recommending: Owners
) -> None:
    offered = {}
    for person in (recommending.owners[VERIFICATION], stranger):
        client.force_login(person)
        offered[person] = "recommend/" in client.get(staffed.get_absolute_url()).content.decode()

    assert list(offered.values()) == [True, False]


def test_many_recommendations_cost_as_many_queries_as_two(
    client: Client, staffed: Incident, commander: Person, opposed: Owners
) -> None:
    client.force_login(commander)
    address = staffed.get_absolute_url()
    client.get(address)
    with queries() as few:
        client.get(address)
    opposed.recommend(VERIFICATION, "flag")
    opposed.recommend(LaneKind.COMMUNICATION, "hold")
    for detail in ("one", "two", "three"):
        opposed.recommend(MITIGATION, "rollback", option_detail=detail)

    with queries() as many:
        answer = client.get(address)

    assert answer.content.decode().count('<article class="recommendation') == 4
    assert len(many) == len(few)
