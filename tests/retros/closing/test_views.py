"""The gate's page and the watch's, for whom they are."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import risks
from incidents.models import Incident, Person, TimelineEntry
from kernel import clock
from retros.models import Statement
from tests.helpers.counting import queries
from tests.markup import markup
from tests.retros.closing.closable import STATEMENT, ClosingRun
from warroom.schedule import tick

pytestmark = pytest.mark.django_db(transaction=True)

MAX_QUERIES = 40


@pytest.fixture
def inside(client: Client, commander: Person) -> Client:
    client.force_login(commander)
    return client


def page(client: Client, incident: Incident, name: str = "gate") -> str:
    answer = client.get(reverse(name, args=[incident.pk]))
    assert answer.status_code == 200
    return markup(answer)


def test_every_condition_stands_with_what_mends_it(inside: Client, incident: Incident) -> None:
    html = page(inside, incident)

    assert "Closure gate: 3 of 10 met" in html
    for code in ("C-VERIFIED", "C-WATCH", "C-RISKS", "C-BACKLOG", "C-COMMS"):
        assert f"<code>{code}</code>" in html
    assert f'href="{reverse("risks", args=[incident.pk])}">Residual risks' in html
    assert "purpose=verification" in html
    assert "Closing now would be refused" in html


def test_the_room_asks_for_the_same_in_short(inside: Client, incident: Incident) -> None:
    tab = reverse("standing", args=[incident.pk, "closing"])
    assert tab in page(inside, incident, "room")
    html = markup(inside.get(tab, headers={"HX-Request": "true"}))

    assert "3 of 10 met" in html
    assert html.count("is-ahead") == 7


def test_saved_refused_mended_and_closed(inside: Client, ending: ClosingRun) -> None:
    number = ending.incident.pk
    fields = STATEMENT | {"watch_owner": ending.watcher.pk}
    with clock.at(ending.now):
        saved = inside.post(reverse("gate", args=[number]), fields | {"do": "save", "trigger": ""})
        refused = inside.post(reverse("gate", args=[number]), fields | {"do": "close"})
    assert (saved.status_code, refused.status_code) == (302, 422)
    text = markup(refused)
    assert "Not closed: 5 things are unmet" in text
    assert STATEMENT["uncertain"] in text
    # The refusal itself is an attempt, on its own page already.
    assert "refused, 5 conditions unmet" in text
    assert "Nobody was refused" not in text
    assert Statement.objects.get(pk=number).trigger == STATEMENT["trigger"]

    ending.escalate()
    ending.mitigated()
    ending.recovered()
    ending.harden()
    with clock.at(ending.now):
        closed = inside.post(reverse("gate", args=[number]), fields | {"do": "close"})
        assert closed["location"] == reverse("watch", args=[number])
        html = page(inside, ending.incident, "watch")
        attempts = page(inside, ending.incident)
    assert f"Watching {ending.incident.reference}" in html
    assert "refused, 5 conditions unmet" in attempts
    assert "Closing statement" not in attempts


def test_who_does_not_command_sees_the_gate_and_no_form(
    client: Client, incident: Incident, stranger: Person, stakeholder: Person
) -> None:
    client.force_login(stranger)
    assert 'id="closing"' not in page(client, incident)
    answer = client.post(reverse("gate", args=[incident.pk]), STATEMENT | {"do": "close"})
    assert answer.status_code == 403
    client.force_login(stakeholder)
    assert client.get(reverse("gate", args=[incident.pk])).status_code == 403


def test_the_watch_is_checked_in_fired_and_reopened_in_the_page(
    client: Client, ending: ClosingRun
) -> None:
    ending.closable().close()
    number = [ending.incident.pk]
    client.force_login(ending.watcher)
    tick.run(ending.after(minutes=61))
    with clock.at(ending.now):
        assert "due now" in page(client, ending.incident, "watch")
        client.post(reverse("watch", args=number), {"text": "0.3 % on the board"})
        assert "0.3 % on the board" in page(client, ending.incident, "watch")
        assert "Reopen…" not in page(client, ending.incident, "watch")
        assert client.post(reverse("reopen", args=number), {"reason": "Bad"}).status_code == 403
        fired = client.post(reverse("watch-fire", args=number), {})
    assert fired["location"] == ending.incident.get_absolute_url()
    assert ending.status == "active"
    assert "The rollback trigger fired" in page(client, ending.incident, "watch")


def test_what_is_not_closed_has_no_watch_to_fire(inside: Client, incident: Incident) -> None:
    assert "It was not closed yet" in page(inside, incident, "watch")
    assert inside.post(reverse("watch-fire", args=[incident.pk]), {}).status_code == 422
    assert inside.post(reverse("watch", args=[incident.pk]), {"text": "x"}).status_code == 422


def test_much_on_record_costs_as_many_queries_as_little(inside: Client, ending: ClosingRun) -> None:
    ending.closable()
    page(inside, ending.incident)
    with queries() as few:
        page(inside, ending.incident)
    actor = ending.commander.as_actor()
    for number in range(5):
        text = f"Old sessions of region {number}"
        risks.add(actor, ending.incident.pk, text=text, owner=ending.executor, now=ending.now)
        ending.harden(title=f"Probe region {number}")
        ending.recovered(headline=f"Region {number} works again")
        ending.run()

    with queries() as many:
        page(inside, ending.incident)

    assert len(many) == len(few) <= MAX_QUERIES


def test_a_refusal_says_what_was_unmet_on_the_timeline(inside: Client, incident: Incident) -> None:
    inside.post(reverse("gate", args=[incident.pk]), {"do": "close"})

    entry = TimelineEntry.objects.get(incident=incident, kind="closing.refused")
    assert entry.data["codes"].startswith("C-VERIFIED, C-WATCH")
    assert entry.at - incident.declared_at > timedelta(0)
    assert "Closing refused: 7 conditions unmet." in page(inside, incident, "room")
