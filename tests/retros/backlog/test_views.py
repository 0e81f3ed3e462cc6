"""The pages of an incident's backlog and of an item, and each step that it may take."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from incidents.models import Incident, Person
from kernel import clock
from retros.backlog import actions as backlog
from retros.models import BacklogItem
from tests.helpers.factories import declared
from tests.markup import markup
from tests.retros.backlog.items import NOW, TITLE, TRACKER, noted

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
    page = markup(signed.get(answer["Location"]))
    assert f'<a href="{TRACKER}" rel="noreferrer">' in page
    assert "The pin goes as well." in page


def test_a_refused_form_keeps_what_was_typed(signed: Client, incident: Incident) -> None:
    typed = {"title": "n/a", "due_on": "2026-03-01", "tracker": "javascript:alert(1)"}

    answer = signed.post(f"/INC-{incident.pk}/backlog/", typed)

    text = markup(answer)
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
    assert "B-SAME" in markup(same)
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
    assert "HARD-119 covers it" in markup(signed.get(path))


def test_a_step_that_may_not_be_taken_leads_back_or_is_refused(
    signed: Client, incident: Incident
) -> None:
    path = noted(incident).get_absolute_url()

    asked, sent = signed.get(f"{path}reopen/"), signed.post(f"{path}reopen/", {"reason": "Why not"})

    assert (asked.status_code, asked["Location"]) == (302, path)
    assert sent.status_code == 422
    assert "B-STATE" in markup(sent)


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


def test_what_is_typed_is_text(signed: Client, incident: Incident) -> None:
    item = noted(incident, "<b>Bold</b>", owner=None, detail="<script>alert(1)</script>")

    for path in ("/backlog/", f"/INC-{incident.pk}/backlog/", item.get_absolute_url()):
        text = markup(signed.get(path))
        assert "&lt;b&gt;Bold&lt;/b&gt;" in text
        assert "<b>Bold" not in text
        assert "<script>alert" not in text


def test_the_room_and_the_nav_lead_there(signed: Client, incident: Incident) -> None:
    text = markup(signed.get(incident.get_absolute_url()))

    assert text.count(f'href="/INC-{incident.pk}/backlog/"') >= 2
    assert 'href="/backlog/"' in text
