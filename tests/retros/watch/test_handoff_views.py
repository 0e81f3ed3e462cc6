"""The pages on which a watch is handed over: who opens them, what they show."""

from typing import Any

import pytest
from django.test import Client

from incidents.models import Person
from kernel import clock
from lanes.models import Handoff
from tests.helpers.counting import queries
from tests.helpers.handoffs import Handing
from tests.markup import markup
from tests.retros.closing.closable import Ending
from tests.retros.watch.handoffs import Watching
from warroom.schedule import tick

pytestmark = pytest.mark.django_db

POSTED = {
    "lane": "watch",
    "included": "Sign-in in all regions",
    "unknowns": "Whether old sessions fail at midnight",
    "checkpoint": "1",
    "trigger": "Failed sign-ins above 2 %",
}


@pytest.fixture
def visit(client: Client, watching: Watching) -> Any:
    def get(person: Person, path: str, **headers: str) -> Any:
        client.force_login(person)
        with clock.at(watching.ending.now):
            return client.get(f"/{watching.incident.reference}/{path}", headers=headers)

    return get


@pytest.fixture
def send(client: Client, watching: Watching) -> Any:
    def post(person: Person, path: str, **said: Any) -> Any:
        client.force_login(person)
        with clock.at(watching.ending.now):
            return client.post(f"/{watching.incident.reference}/{path}", said)

    return post


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("owner", 200),
        ("commander", 200),
        ("admin", 200),
        ("deputy", 403),
        ("stranger", 403),
        ("stakeholder", 403),
    ],
)
def test_who_opens_the_form(
    request: pytest.FixtureRequest, visit: Any, watching: Watching, who: str, status: int
) -> None:
    person = watching.owner if who == "owner" else request.getfixturevalue(who)

    # Whatever the address names: nothing else is handed over now.
    for wanted in ("", "?lane=watch", "?lane=command", "?lane=mitigation"):
        answer = visit(person, f"handoff/{wanted}")
        assert answer.status_code == status
        if status == 200:
            assert "<h1>Hand over the watch</h1>" in markup(answer)
    assert ("Hand the watch over" in markup(visit(person, "watch/"))) == (status == 200)


def test_it_is_filled_in_from_the_closing(visit: Any, watching: Watching, stranger: Person) -> None:
    page = markup(visit(watching.owner, "handoff/?lane=watch"))

    assert "Why the staged rollout did not show it.</textarea>" in page
    assert "Failed sign-ins above 2 % for five minutes.</textarea>" in page
    at = watching.incident.closings.get().check_ins.first().due_at
    words = f'<option value="1" selected>The check-in after 1 h, {at:%a %H:%M} UTC</option>'
    assert words in page
    assert page.count("<option value=") - page.count('<option value="">') >= 2
    assert f'value="{stranger.pk}"' in page
    assert f'value="{watching.owner.pk}">' not in page


def test_before_the_watch_nobody_is_offered_the_form_of_it(
    client: Client, ending: Ending, commander: Person
) -> None:
    client.force_login(commander)

    page = markup(client.get(f"/{ending.incident.reference}/handoff/?lane=watch"))

    assert "Hand over the watch" not in page


def test_an_offer_is_shown_read_declined_and_accepted(
    send: Any, visit: Any, watching: Watching, stranger: Person
) -> None:
    giver = watching.owner
    watching.ending.after(minutes=3)
    answer = send(giver, "handoff/", receiver=stranger.pk, **POSTED)
    assert (answer.status_code, answer.url) == (302, f"/{watching.incident.reference}/HO-1/")

    shown = markup(visit(giver, "watch/"))
    assert "The watch is offered to Stranger" in shown
    assert "Hand the watch over" not in shown
    assert "Accept the watch, or decline it" in markup(visit(stranger, "watch/"))
    room = markup(visit(stranger, ""))
    assert "The watch is offered to Stranger" in room
    assert "Accept the watch, or decline it" in room
    brief = markup(visit(stranger, "HO-1/"))
    assert "Handoff of the watch, to you" in brief
    assert "Some edge nodes did not know the new signing key." in brief
    assert "The check-in after 1 h" in brief
    assert "4 of 4 hold" in brief
    assert f"Until you accept, {giver} owns the watch." in brief

    assert send(stranger, "HO-1/decline/", reason="n/a").status_code == 422
    assert send(stranger, "HO-1/decline/", reason="Off shift").status_code == 302
    send(giver, "handoff/", receiver=stranger.pk, **POSTED)
    answer = send(stranger, "HO-2/accept/")

    assert (answer.status_code, answer.url) == (302, f"/{watching.incident.reference}/watch/")
    after = markup(visit(stranger, "watch/"))
    assert "Watch owner: Stranger." in after
    assert f'{giver} <span class="check-detail">from ' in after
    assert "Check in now" in after
    assert "Check in now" not in markup(visit(giver, "watch/"))
    watching.ending.after(minutes=1)
    owners = markup(visit(giver, "owners/"))
    assert '<th scope="row">Watch</th><td data-label="Owner">Stranger</td>' in owners
    assert f'<th scope="row">Watch</th><td data-label="Owner">{giver}</td>' in owners


def test_the_watch_of_who_left_leads_the_commander_to_naming_another(
    visit: Any, watching: Watching
) -> None:
    owner, commander = watching.owner, watching.ending.commander
    Person.objects.filter(pk=owner.pk).update(is_active=False)

    page = markup(visit(commander, "watch/"))

    assert f"{owner} can no longer act" in page
    assert f"/{watching.incident.reference}/roles/?who=watch_owner" in page
    assert "Hand the watch over" not in page


def test_a_refused_offer_keeps_every_word(send: Any, watching: Watching) -> None:
    said = POSTED | {"included": "none", "checkpoint": "6", "trigger": "-"}

    answer = send(watching.owner, "handoff/", **said)

    page = markup(answer)
    assert answer.status_code == 422
    for code in ("H-RECEIVER", "H-BOUNDARY", "H-CHECKPOINT", "H-TRIGGER"):
        assert f"<code>{code}</code>" in page
    assert "The check-in after 1 h comes first" in page
    assert "Whether old sessions fail at midnight</textarea>" in page
    assert not Handoff.objects.exists()


def test_a_check_in_that_has_come_meanwhile_no_longer_holds(
    visit: Any, watching: Watching, stranger: Person
) -> None:
    watching.offer(stranger)
    tick.run(watching.ending.after(hours=1))

    page = markup(visit(stranger, "HO-1/"))

    assert "3 of 4 hold" in page
    assert "The check-in after 1 h has come meanwhile" in page


def test_script_asks_for_the_parts_that_live(visit: Any, watching: Watching) -> None:
    page = markup(visit(watching.owner, "watch/"))
    parts = markup(visit(watching.owner, "watch/", **{"HX-Request": "true"}))

    assert "<html" in page
    assert "<html" not in parts
    for section in ("head", "trigger", "owner", "check-ins", "answer", "links"):
        assert f'id="watch-{section}"' in page
        assert f'id="watch-{section}"' in parts


def test_while_it_is_watched_lanes_are_not_offered_to_hand_over(
    visit: Any, watching: Watching
) -> None:
    owner = watching.owner

    assert "Hand this lane over" not in markup(visit(owner, "lanes/investigation/"))
    assert "?lane=command" not in markup(visit(watching.ending.commander, ""))


def test_the_pages_ask_as_often_for_three_things_as_for_one(
    client: Client, watching: Watching, stranger: Person
) -> None:
    giver, asked = watching.owner, {}
    for number in (1, 2, 3):
        watching.offer(stranger)
        for person, path in (
            (stranger, f"HO-{number}/"),
            (stranger, "watch/"),
            (giver, "handoff/"),
        ):
            client.force_login(person)
            with clock.at(watching.ending.now), queries() as made:
                client.get(f"/{watching.incident.reference}/{path}")
            asked.setdefault(path.split("-")[0], []).append(len(made))
        watching.decline(stranger, number)

    assert all(len(set(counts)) == 1 for counts in asked.values()), asked
    assert max(max(counts) for counts in asked.values()) <= 36, asked


def test_command_is_handed_over_again_once_it_is_reopened(
    watching: Watching, commander: Person, stranger: Person
) -> None:
    watching.ending.reopen()

    handing = Handing(watching.fresh(), commander, watching.ending.now)

    ahead = handing.checkpoint.number
    assert handing.offer(commander, stranger, checkpoint=ahead).is_open
