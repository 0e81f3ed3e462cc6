"""From declaring to under control: two pages and few inputs."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.assessments import control
from incidents.facts.incident import read_facts
from incidents.models import Incident, Person
from incidents.web.forms import WarroomForm
from kernel import clock
from tests.helpers.counting import queries
from tests.helpers.factories import START, PersonFactory, SurfaceFactory, declared

pytestmark = pytest.mark.django_db

LATER = START + timedelta(minutes=1)
MAX_INPUTS = 12
MAX_SECONDS = 60
CHARACTER_SECONDS, ACT_SECONDS, TEXT_SECONDS = 0.2, 1.1, 5.0
TYPED = ("title", "channel", "evidence")


def shown(form: WarroomForm) -> dict[str, Any]:
    """What a browser would send of the page as it was opened."""
    return {field.name: field.value() for field in form if field.value()}


def inputs(before: dict[str, Any], sent: dict[str, Any]) -> int:
    """How many things a person has typed or chosen: each surface is one."""
    return sum(
        len(value) if isinstance(value, list) else 1
        for name, value in sent.items()
        if before.get(name) != value
    )


def seconds(sent: dict[str, Any], acts: int) -> float:
    """An act for each input, and for what is typed a thought and its characters."""
    texts = [sent[name] for name in TYPED]
    return acts * ACT_SECONDS + sum(TEXT_SECONDS + CHARACTER_SECONDS * len(text) for text in texts)


def test_two_pages_and_twelve_inputs_lead_to_control(
    client: Client, commander: Person, deputy: Person
) -> None:
    for name in ("Sign-in", "Public API"):
        SurfaceFactory(name=name, owner_team="")
    people = [PersonFactory(groups=["responder"]) for _ in range(4)]
    client.force_login(commander)

    with clock.at(LATER):
        first = client.get("/declare/").context["form"]
        declaring = {"title": "Tokens refused", "severity": "1"}
        declaring["surfaces"] = ["sign-in", "public-api"]  # type: ignore[assignment]
        answer = client.post("/declare/", {**declaring, "set_up": "yes"})
        page = client.get(answer["Location"]).context["form"]
        setting_up = dict(zip(("investigation", "mitigation"), people[:2], strict=True))
        setting_up |= dict(zip(("communication", "verification"), people[2:], strict=True))
        sent = {name: person.pk for name, person in setting_up.items()}
        sent |= {"deputy": deputy.pk, "channel": "#inc", "evidence": "401 unknown key id"}
        answer = client.post(answer["Location"], shown(page) | sent)

    incident = Incident.objects.get()
    facts = read_facts(incident)
    assert answer["Location"] == incident.get_absolute_url()
    assert control.control(facts).is_held
    assert all(item.met for item in control.first_fifteen(facts, LATER))
    assert facts.next_checkpoint is not None
    asked = inputs(shown(first), declaring) + inputs(shown(page), sent)
    assert asked <= MAX_INPUTS
    # The pages are opened by one press and sent by one each.
    assert seconds(declaring | sent, asked + 3) < MAX_SECONDS


def test_the_people_of_the_owner_team_are_offered_first(
    client: Client, commander: Person, stranger: Person
) -> None:
    team = [PersonFactory(groups=["responder"], team="identity") for _ in range(2)]
    incident = declared(commander, surfaces=[SurfaceFactory(name="Sign-in", owner_team="Identity")])
    client.force_login(commander)

    form = client.get(f"/{incident.reference}/setup/").context["form"]

    labels = [label for label, _ in form.fields["mitigation"].widget.choices]
    assert labels == ["", "You", "Identity, owns Sign-in", "Others"]
    suggested = [form[lane].value() for lane in ("investigation", "mitigation", "verification")]
    assert suggested == [*(person.pk for person in team), None]
    assert form["communication"].value() is None


def test_a_time_that_cannot_be_read_is_refused_with_the_rest(
    client: Client, commander: Person
) -> None:
    incident = declared(commander)
    client.force_login(commander)

    typed = {"checkpoint": "soon", "deputy": commander.pk, "evidence": "401 everywhere"}
    answer = client.post(f"/{incident.reference}/setup/", typed)

    assert answer.status_code == 422
    form = answer.context["form"]
    assert {name: len(errors) for name, errors in form.errors.items()} == {
        "checkpoint": 1,
        "deputy": 1,
    }
    assert form["evidence"].value() == "401 everywhere"


def test_declaring_leads_to_the_room_where_another_commands(
    client: Client, commander: Person, deputy: Person
) -> None:
    client.force_login(commander)
    typed = {"title": "Tokens refused", "severity": "1", "set_up": "yes"}

    answer = client.post("/declare/", typed | {"commander": deputy.pk})

    assert answer["Location"] == Incident.objects.get().get_absolute_url()


def test_the_room_offers_it_until_the_first_steps_are_done(
    client: Client, commander: Person
) -> None:
    incident = declared(commander)
    client.force_login(commander)

    assert f"/{incident.reference}/setup/" in client.get(f"/{incident.reference}/").content.decode()


def test_more_people_and_surfaces_need_no_more_queries(client: Client, commander: Person) -> None:
    counts = []
    for number in (1, 3):
        surfaces = [SurfaceFactory(name=f"S{number}{n}") for n in range(number)]
        for _ in range(number):
            PersonFactory(groups=["responder"], team="Identity")
        incident = declared(commander, surfaces=surfaces)
        client.force_login(commander)
        with queries() as run:
            client.get(f"/{incident.reference}/setup/")
        counts.append(len(run))

    assert counts[0] == counts[1] <= 30
