"""The pages of tokens and the agents on a lane's page, as each kind of person meets them."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from kernel import clock
from lanes import actions as lane_actions
from machines.models import Token
from machines.tokens import actions
from machines.tokens.authentication import actor_of
from machines.tokens.rules import TokenInput
from machines.tokens.secret import FORM, is_well_formed
from machines.vocabulary import Scope, TokenKind
from tests.helpers.counting import queries
from tests.helpers.factories import START, PersonFactory, declared
from tests.helpers.tokens import Api
from tests.markup import markup

pytestmark = pytest.mark.django_db

PAGE = "/settings/tokens/"
LATER = START + timedelta(minutes=6)
LAPTOP = TokenInput(TokenKind.PERSON, "laptop", ends_at=LATER + timedelta(days=30))
SCOUT = TokenInput(
    TokenKind.AGENT, "lane-scout", lane=LaneKind.INVESTIGATION, ends_at=LATER + timedelta(days=1)
)
SENT = {"kind": "person", "name": "laptop", "ends": "month", "lane": "investigation"}


def make(person: Person, wanted: TokenInput = LAPTOP, **changes: Any) -> Token:
    token, _ = actions.make_token(person.as_actor(), replace(wanted, **changes), now=LATER)
    return token


def get(client: Client, person: Person, path: str = PAGE, **query: Any) -> HttpResponse:
    client.force_login(person)
    with clock.at(LATER):
        return client.get(path, query)


def send(client: Client, person: Person, path: str = PAGE, **fields: Any) -> HttpResponse:
    client.force_login(person)
    with clock.at(LATER):
        return client.post(path, (SENT if path == PAGE else {}) | fields)


# -- The list ----------------------------------------------------------------------------------


def test_who_is_signed_out_is_asked_to_sign_in(client: Client) -> None:
    assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"
    assert client.get(f"{PAGE}1/revoke/").status_code == 302


@pytest.mark.parametrize("who", ["stakeholder", "stranger", "commander", "admin"])
def test_everybody_sees_their_own_and_only_admins_see_others(
    client: Client, deputy: Person, who: str, request: Any
) -> None:
    person = request.getfixturevalue(who)
    make(person, name="my-own-one")
    make(deputy, name="of-the-deputy")

    mine = markup(get(client, person))
    everybodys = markup(get(client, person, whose="all"))

    assert "my-own-one" in mine
    assert "of-the-deputy" not in mine
    assert ("of-the-deputy" in everybodys) == (who == "admin")
    assert ("Everybody’s, as admin" in mine) == (who == "admin")


def test_a_line_says_what_it_may_where_from_and_until_when(
    client: Client, incident: Incident, commander: Person
) -> None:
    make(commander, SCOUT, incident=incident.pk, ends_at=None)
    make(commander, LAPTOP, kind=TokenKind.SERVICE, name="ci", scopes=(Scope.FREEZES,))
    Token.objects.filter(name="ci").update(
        last_used_at=LATER, last_used_from="192.0.2.44", uses=1208
    )

    page = markup(get(client, commander))

    assert f"Write in Investigation of {incident.reference}" in page
    assert f"with {incident.reference}" in page
    assert "lane-scout (agent)" in page
    assert "Read freezes" in page
    assert "192.0.2.44, 1208 times" in page
    assert Token.objects.get(name="ci").digest not in page


def test_those_that_ended_are_folded_and_say_why(client: Client, commander: Person) -> None:
    revoked = make(commander, name="prober")
    actions.revoke_token(commander.as_actor(), revoked.pk, reason="Asked forty times", now=LATER)
    begun = LATER - timedelta(days=31)
    old = replace(LAPTOP, name="old-bot", ends_at=LATER)
    actions.make_token(commander.as_actor(), old, now=begun)
    Token.objects.filter(name="old-bot").update(refused=12)

    page = markup(get(client, commander))

    assert "No token is in use." in page
    assert f"revoked by {commander}" in page
    assert "“Asked forty times”" in page
    assert "Refused 12 times since." in page


def test_admins_see_whose_tokens_ended_when_they_left(client: Client, admin: Person) -> None:
    left = PersonFactory(username="sam-okoro")
    make(left, name="sams-laptop")
    Person.objects.filter(pk=left.pk).update(is_active=False)

    assert "ended when Sam Okoro left" in markup(get(client, admin, whose="all"))


def test_many_tokens_come_in_pages_and_in_as_few_queries(client: Client, admin: Person) -> None:
    make(admin, name="token 0")
    client.force_login(admin)
    with clock.at(LATER), queries() as of_one:
        client.get(PAGE, {"whose": "all"})
    for number in range(1, 35):
        make(PersonFactory() if number % 2 else admin, name=f"token {number}")
    with clock.at(LATER), queries() as of_many:
        first = markup(client.get(PAGE, {"whose": "all"}))
    second = markup(get(client, admin, whose="all", page=2))

    assert "Page 1 of 2" in first
    assert "token 0" in second
    assert "token 0" not in re.findall(r"token \d+", first)
    assert len(of_many) == len(of_one)


def test_all_that_ended_have_pages_of_their_own(client: Client, commander: Person) -> None:
    for number in range(12):
        token = make(commander, name=f"bot {number}")
        actions.revoke_token(commander.as_actor(), token.pk, reason="", now=LATER)

    folded = markup(get(client, commander))
    everything = markup(get(client, commander, show="ended"))

    assert "?show=ended" in folded
    assert set(re.findall(r"bot \d+", everything)) == {f"bot {number}" for number in range(12)}
    assert "Make a token" not in everything


# -- Making ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["stakeholder", "stranger", "admin"])
def test_a_token_is_shown_once_and_opens_the_api(
    client: Client, who: str, request: Any, settings: Any
) -> None:
    person = request.getfixturevalue(who)

    answer = send(client, person)

    [secret] = set(re.findall(FORM, answer.content.decode()))
    assert is_well_formed(secret)
    assert answer["Cache-Control"] == "no-store"
    with clock.at(LATER):
        assert Api(secret).get("/me").json()["person"] == str(person)
    again = get(client, person)
    assert not re.search(FORM, again.content.decode())
    assert "laptop" in again.content.decode()
    for session in Session.objects.all():
        assert secret not in str(session.get_decoded())


def test_a_service_is_made_with_its_scopes(client: Client, commander: Person) -> None:
    send(client, commander, kind="service", name="ci", scopes=["read", "freezes"], ends="hours")

    token = Token.objects.get()
    assert (token.kind, token.scopes) == (TokenKind.SERVICE, ["freezes", "read"])
    assert token.ends_at == LATER + timedelta(hours=8)


def test_an_agent_is_made_for_a_lane_of_an_incident(
    client: Client, incident: Incident, commander: Person
) -> None:
    send(
        client,
        commander,
        kind="agent",
        name="hand",
        lane="mitigation",
        incident=incident.pk,
        ends="incident",
    )

    token = Token.objects.get()
    assert (token.lane, token.incident, token.ends_with_incident) == ("mitigation", incident, True)
    assert incident.timeline.first().kind == "agent.admitted"


def test_what_does_not_go_with_the_kind_is_left_out(
    client: Client, incident: Incident, commander: Person
) -> None:
    send(client, commander, lane="mitigation", incident=incident.pk, scopes=["read"])

    token = Token.objects.get()
    assert (token.lane, token.incident, token.scopes) == ("", None, [])


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "Name the token: the record shows it."),
        ({"kind": ""}, "Choose a kind."),
        ({"kind": "service"}, "Tick what the service may do."),
        ({"ends": "incident"}, "Say when the token ends."),
        ({"ends": "never"}, "Choose one of those that are offered."),
        ({"kind": "agent", "lane": "press"}, "Choose one of those that are offered."),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    client: Client, commander: Person, fields: dict[str, Any], sentence: str
) -> None:
    answer = send(client, commander, **{"name": "kept-name"} | fields)

    assert answer.status_code == 422
    assert sentence in markup(answer)
    assert ("kept-name" in markup(answer)) == ("name" not in fields)
    assert not Token.objects.exists()


def test_only_incidents_that_one_may_enter_are_offered(
    client: Client, commander: Person, stranger: Person, stakeholder: Person
) -> None:
    seen = declared(commander, title="Seen by all responders")
    hidden = declared(commander, restricted=True, title="A leak nobody may hear of")

    page = markup(get(client, stranger, kind="agent"))
    answer = send(client, stranger, kind="agent", incident=hidden.pk, ends="incident")
    missing = send(client, stranger, kind="agent", incident=hidden.pk + 1000, ends="incident")

    assert seen.title in page
    assert hidden.title not in page
    assert hidden.title in markup(get(client, commander, kind="agent"))
    assert seen.title not in markup(get(client, stakeholder, kind="agent"))
    for refused in (answer, missing):
        assert refused.status_code == 422
        assert "Choose one of those that are offered." in markup(refused)
    assert not Token.objects.exists()


def test_a_stakeholder_lets_no_agent_in(client: Client, stakeholder: Person) -> None:
    answer = send(client, stakeholder, kind="agent")

    assert answer.status_code == 422
    assert "Only a responder can let an agent into a lane." in markup(answer)


# -- Revoking ----------------------------------------------------------------------------------


def test_ones_own_token_is_revoked_with_a_reason(client: Client, stakeholder: Person) -> None:
    token = make(stakeholder)
    address = f"{PAGE}{token.pk}/revoke/"
    assert "Revoke laptop" in markup(get(client, stakeholder, address))

    answer = send(client, stakeholder, address, reason="Left in a train")

    assert answer["Location"] == PAGE
    token.refresh_from_db()
    assert (token.revoked_by, token.revoked_reason) == (stakeholder, "Left in a train")
    assert get(client, stakeholder, address)["Location"] == PAGE


def test_a_look_at_the_page_revokes_nothing(client: Client, commander: Person) -> None:
    token = make(commander)
    get(client, commander, f"{PAGE}{token.pk}/revoke/")

    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize("who", ["stakeholder", "stranger", "commander"])
def test_the_token_of_another_is_as_one_that_does_not_exist(
    client: Client, incident: Incident, deputy: Person, who: str, request: Any
) -> None:
    token = make(deputy, name="of-the-deputy")
    person = request.getfixturevalue(who)

    for number in (token.pk, token.pk + 1000):
        assert get(client, person, f"{PAGE}{number}/revoke/").status_code == 404
        assert send(client, person, f"{PAGE}{number}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_an_agent_of_a_restricted_incident_is_known_to_nobody_else(
    client: Client, commander: Person, stranger: Person
) -> None:
    hidden = declared(commander, restricted=True)
    token = make(commander, SCOUT, incident=hidden.pk)

    assert get(client, stranger, f"{PAGE}{token.pk}/revoke/").status_code == 404


def test_an_admin_revokes_the_token_of_another(
    client: Client, admin: Person, stakeholder: Person
) -> None:
    token = make(stakeholder)

    assert send(client, admin, f"{PAGE}{token.pk}/revoke/?next=/x/")["Location"] == "/x/"
    token.refresh_from_db()
    assert token.revoked_by == admin


def test_nobody_is_led_to_another_site(client: Client, commander: Person) -> None:
    token = make(commander)
    address = f"{PAGE}{token.pk}/revoke/?next=https://example.org/"

    assert send(client, commander, address)["Location"] == PAGE


def test_djangos_admin_shows_tokens_and_changes_none(client: Client, admin: Person) -> None:
    token = make(admin)

    page = get(client, admin, f"/admin/machines/token/{token.pk}/change/").content.decode()

    assert token.prefix in page
    assert token.digest not in page
    assert get(client, admin, "/admin/machines/token/").status_code == 200
    for path in ("add", f"{token.pk}/delete", f"{token.pk}/change"):
        assert send(client, admin, f"/admin/machines/token/{path}/").status_code == 403


# -- On the page of a lane ---------------------------------------------------------------------


@pytest.fixture
def scout(staffed: Incident, stranger: Person) -> Token:
    return make(stranger, SCOUT, incident=staffed.pk, ends_at=None)


def note(token: Token, incident: Incident, text: str) -> None:
    actor = actor_of(token)
    lane_actions.add_note(actor, incident.pk, text=text, lane=token.lane, now=LATER)


def lane_page(
    client: Client, person: Person, incident: Incident, lane: str = "investigation"
) -> str:
    return markup(get(client, person, f"/{incident.reference}/lanes/{lane}/"))


def test_a_lane_shows_its_agent_with_what_it_did(
    client: Client, staffed: Incident, scout: Token, stranger: Person, deputy: Person
) -> None:
    for number in range(7):
        note(scout, staffed, f"finding {number}")
    agent = actor_of(scout)
    lane_actions.state_hypothesis(agent, staffed.pk, text="Stale images", now=LATER)
    lane_actions.add_note(
        stranger.as_actor(), staffed.pk, text="by hand", lane=scout.lane, now=LATER
    )

    page = lane_page(client, deputy, staffed)

    [section] = re.findall(r'<section class="assistant".*?</section>', page, re.DOTALL)
    assert "lane-scout (agent)" in section
    assert f"For {stranger}, since" in section
    assert "<dt>hypothesis</dt><dd>1</dd>" in section
    assert "<dt>notes</dt><dd>7</dd>" in section
    assert "Stale images" in section
    assert re.findall(r"finding \d", section) == [f"finding {n}" for n in (6, 5, 4, 3)]
    assert "by hand" not in section
    assert "on the timeline: 8" in section
    assert "assistant" not in lane_page(client, deputy, staffed, "mitigation")


def test_who_is_offered_to_take_its_token_away(
    client: Client,
    staffed: Incident,
    scout: Token,
    stranger: Person,
    commander: Person,
    deputy: Person,
    admin: Person,
    lane_owners: dict[LaneKind, Person],
) -> None:
    offered = {
        person
        for person in (stranger, commander, deputy, admin, *lane_owners.values())
        if f"/settings/tokens/{scout.pk}/revoke/" in lane_page(client, person, staffed)
    }

    assert offered == {stranger, commander, admin, lane_owners[LaneKind.INVESTIGATION]}


def test_the_owner_of_the_lane_takes_it_away_and_comes_back(
    client: Client, staffed: Incident, scout: Token, lane_owners: dict[LaneKind, Person]
) -> None:
    owner = lane_owners[LaneKind.INVESTIGATION]
    note(scout, staffed, "a finding")
    [link] = re.findall(r'href="(/settings/tokens/[^"]+)"', lane_page(client, owner, staffed))[:1]

    answer = send(client, owner, link, reason="asked the same thing 40 times")

    assert answer["Location"] == f"/{staffed.reference}/lanes/investigation/"
    page = lane_page(client, owner, staffed)
    assert 'class="assistant"' not in page
    assert f"revoked by {owner}" in page
    assert "“asked the same thing 40 times”" in page
    assert "What it wrote stays: 1." in page


def test_a_deputy_sees_the_agent_and_is_refused(
    client: Client, staffed: Incident, scout: Token, deputy: Person
) -> None:
    answer = send(client, deputy, f"{PAGE}{scout.pk}/revoke/")

    assert answer.status_code == 403
    assert "the commander" in markup(answer)


def test_a_name_that_was_taken_again_is_another_agent(
    client: Client, staffed: Incident, scout: Token, stranger: Person
) -> None:
    note(scout, staffed, "of the first")
    actions.revoke_token(stranger.as_actor(), scout.pk, reason="", now=LATER)
    wanted = replace(SCOUT, incident=staffed.pk)
    actions.make_token(stranger.as_actor(), wanted, now=LATER + timedelta(minutes=1))

    page = lane_page(client, stranger, staffed)

    [section] = re.findall(r'<section class="assistant".*?</section>', page, re.DOTALL)
    assert "of the first" not in section
    assert "<dt>notes</dt><dd>0</dd>" in section
    assert "What it wrote stays: 1." in page


def test_an_agent_of_all_incidents_is_named_where_it_wrote(
    client: Client, staffed: Incident, stranger: Person, commander: Person
) -> None:
    token = make(stranger, SCOUT)
    assert 'class="assistant"' not in lane_page(client, commander, staffed)

    note(token, staffed, "a finding")

    assert 'class="assistant"' in lane_page(client, commander, staffed)


def test_the_lane_asks_once_more_for_agents_however_many_there_are(
    client: Client, staffed: Incident, stranger: Person
) -> None:
    client.force_login(stranger)

    def asked() -> int:
        with clock.at(LATER), queries() as counted:
            client.get(f"/{staffed.reference}/lanes/investigation/")
        return len(counted)

    without = asked()
    numbers = []
    for name in ("first", "second", "third"):
        note(make(stranger, SCOUT, name=name, incident=staffed.pk), staffed, "a finding")
        numbers.append(asked())

    assert numbers == [without + 1] * 3


# -- On the timeline ---------------------------------------------------------------------------


def test_an_entry_by_a_token_names_the_token(
    client: Client, staffed: Incident, commander: Person
) -> None:
    token = make(commander, name="my-laptop")
    actor = actor_of(token)
    lane_actions.add_note(actor, staffed.pk, text="From afar", lane="mitigation", now=LATER)

    page = markup(get(client, commander, f"/{staffed.reference}/timeline/"))

    assert f'<span class="person">{commander}</span> via my-laptop' in page
