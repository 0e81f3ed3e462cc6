"""Command passes in the middle of a draft: its author hears of it, and the next one finds it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from incidents.actions import checkpoints, roles
from incidents.models import DecisionDraft, Incident, Notice, Person
from incidents.vocabulary import RoleName
from kernel import clock
from tests.helpers.factories import START
from tests.markup import markup

NOW = START + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def hands() -> Iterator[clock.Clock]:
    with clock.at(NOW) as hands:
        yield hands


@pytest.fixture
def page(staffed: Incident, commander: Person) -> str:
    due_at = NOW + timedelta(minutes=20)
    checkpoints.schedule(commander.as_actor(), staffed.pk, due_at=due_at, purpose="", now=NOW)
    return f"/{staffed.reference}/CP-1/"


def types(client: Client, person: Person, page: str, scope: str) -> None:
    client.force_login(person)
    assert client.post(f"{page}draft/", {"scope": scope}).status_code == 200


def gives(incident: Incident, by: Person, to: Person, hands: clock.Clock) -> None:
    hands.advance(minutes=1)
    actor = by.as_actor()
    roles.assign(actor, incident.pk, role=RoleName.COMMANDER, person=to, now=clock.now())
    hands.advance(minutes=1)


def seen(client: Client, person: Person, page: str) -> str:
    client.force_login(person)
    return markup(client.get(page))


def test_the_next_commander_takes_the_draft_over(
    client: Client,
    page: str,
    staffed: Incident,
    commander: Person,
    stranger: Person,
    hands: clock.Clock,
) -> None:
    types(client, commander, page, "Sign-in in eu-west")
    gives(staffed, commander, stranger, hands)

    taken = seen(client, stranger, page)
    types(client, stranger, page, "Sign-in everywhere")
    own = seen(client, stranger, page)

    assert f"Taken from {commander}’s draft" in taken
    assert "Sign-in in eu-west</textarea>" in taken
    assert "Your draft of" in own
    assert "Sign-in everywhere</textarea>" in own
    assert DecisionDraft.objects.get(author=commander).data == {"scope": ["Sign-in in eu-west"]}
    told = Notice.objects.get(person=commander, kind="draft.kept")
    assert told.sentence == (
        f"Your draft for CP-1 of {staffed.reference} is kept;"
        " Stranger commands now and can take it over."
    )


def test_a_draft_of_ones_own_comes_before_that_of_another(
    client: Client,
    page: str,
    staffed: Incident,
    commander: Person,
    admin: Person,
    hands: clock.Clock,
) -> None:
    types(client, admin, page, "Of the admin")
    types(client, commander, page, "Of the commander")
    gives(staffed, commander, admin, hands)

    assert "Of the admin</textarea>" in seen(client, admin, page)


def test_what_others_type_is_shown_only_when_command_passes_with_it(
    client: Client,
    page: str,
    staffed: Incident,
    commander: Person,
    admin: Person,
    stranger: Person,
    hands: clock.Clock,
) -> None:
    types(client, admin, page, "Of the admin")
    before = seen(client, commander, page)
    types(client, commander, page, "Of the commander")
    gives(staffed, commander, stranger, hands)
    types(client, admin, page, "Typed since")
    DecisionDraft.objects.filter(author=commander).delete()

    after = seen(client, stranger, page)

    assert "Of the admin" not in before
    assert "Typed since" not in after
    assert "Drafts save themselves" in after


def test_who_commands_no_longer_is_told_that_it_no_longer_saves(
    client: Client,
    page: str,
    staffed: Incident,
    commander: Person,
    stranger: Person,
    hands: clock.Clock,
) -> None:
    types(client, commander, page, "Sign-in in eu-west")
    gives(staffed, commander, stranger, hands)
    client.force_login(commander)

    assert client.post(f"{page}draft/", {"scope": "And more"}).status_code == 403
