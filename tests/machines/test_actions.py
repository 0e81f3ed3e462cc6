"""Making and revoking tokens: by whom, for what, how long, and at one instant."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.utils import IntegrityError

from incidents.models import Incident, Person, TimelineEntry
from incidents.vocabulary import LaneKind, Status
from kernel.actor import Actor, ActorKind
from kernel.refusal import NotPermitted, Refused
from machines.models import Token
from machines.tokens import actions
from machines.tokens.rules import TokenInput
from machines.tokens.secret import digest
from machines.vocabulary import Scope, TokenKind
from tests.helpers.database import unguarded
from tests.helpers.factories import START, PersonFactory, declared
from tests.helpers.recommendations import run_concurrently
from tests.helpers.tiers import in_tier

LATER = START + timedelta(minutes=6)
TOMORROW = LATER + timedelta(days=1)
LAPTOP = TokenInput(TokenKind.PERSON, "laptop", ends_at=TOMORROW)
SCOUT = TokenInput(TokenKind.AGENT, "scout", lane=LaneKind.INVESTIGATION, ends_at=TOMORROW)
ROUNDS = in_tier(test=3, prove=50)


def make(person: Person, wanted: TokenInput = LAPTOP, **changes: Any) -> Token:
    token, _ = actions.make_token(person.as_actor(), replace(wanted, **changes), now=LATER)
    return token


def revoke(person: Person, token: Token, reason: str = "Not needed") -> Token:
    return actions.revoke_token(person.as_actor(), token.pk, reason=reason, now=LATER)


def codes(person: Person, wanted: TokenInput = LAPTOP, **changes: Any) -> list[str]:
    with pytest.raises(Refused) as refusal:
        make(person, wanted, **changes)
    return [violation.code for violation in refusal.value.violations]


# -- Making ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_only_the_hash_of_a_token_is_stored(commander: Person) -> None:
    token, secret = actions.make_token(commander.as_actor(), LAPTOP, now=LATER)

    token.refresh_from_db()
    assert token.digest == digest(secret)
    assert secret.startswith(token.prefix)
    assert secret not in str(Token.objects.values().get())


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["stakeholder", "stranger", "admin"])
def test_everybody_makes_tokens_of_their_own(kind: str, request: Any) -> None:
    person = request.getfixturevalue(kind)

    assert make(person).owner == person


@pytest.mark.django_db
def test_only_a_responder_lets_an_agent_in(stakeholder: Person) -> None:
    assert codes(stakeholder, SCOUT) == ["T-RESPONDER"]


@pytest.mark.django_db
def test_neither_agents_nor_tokens_make_tokens(commander: Person) -> None:
    agent = Actor(ActorKind.AGENT, "scout", commander.pk, lane=LaneKind.INVESTIGATION)
    by_token = replace(commander.as_actor(), token="laptop")

    for actor in (agent, by_token):
        with pytest.raises(NotPermitted):
            actions.make_token(actor, LAPTOP, now=LATER)
    assert not Token.objects.exists()


@pytest.mark.django_db
def test_every_violation_is_named_at_once(commander: Person) -> None:
    wanted = TokenInput(TokenKind.SERVICE, " ", scopes=(), ends_at=START)

    assert codes(commander, wanted) == ["T-NAME", "T-SCOPE", "T-END"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "\x07\x08"}, "T-NAME"),
        ({"name": "n" * 61}, "T-NAME"),
        ({"ends_at": None}, "T-END"),
        ({"ends_at": LATER}, "T-END"),
        ({"ends_at": LATER + timedelta(days=400)}, "T-END"),
        ({"scopes": ("admin",)}, "T-SCOPE"),
        ({"kind": TokenKind.AGENT}, "T-LANE"),
    ],
)
def test_what_a_token_cannot_be(commander: Person, changes: dict[str, Any], code: str) -> None:
    assert codes(commander, **changes) == [code]
    assert not Token.objects.exists()


@pytest.mark.django_db
def test_a_name_is_free_again_once_its_token_is_revoked(
    commander: Person, stranger: Person
) -> None:
    first = make(commander)
    make(stranger)

    assert codes(commander, name="Laptop") == ["T-NAME"]

    revoke(commander, first)
    assert make(commander, name="Laptop").pk != first.pk


@pytest.mark.django_db
def test_an_agent_of_an_incident_stands_on_its_timeline(
    incident: Incident, stranger: Person
) -> None:
    token = make(stranger, SCOUT, incident=incident.pk, ends_at=None)

    entry = incident.timeline.first()
    assert (entry.kind, entry.lane) == ("agent.admitted", LaneKind.INVESTIGATION)
    assert entry.subject == token.prefix
    assert token.ends_with_incident


@pytest.mark.django_db
def test_nobody_lets_an_agent_into_an_incident_that_they_may_not_enter(
    commander: Person, stranger: Person
) -> None:
    hidden = declared(commander, restricted=True)

    with pytest.raises(NotPermitted):
        make(stranger, SCOUT, incident=hidden.pk)
    assert not Token.objects.exists()


@pytest.mark.django_db
def test_a_token_ends_with_its_incident(incident: Incident, commander: Person) -> None:
    token = make(commander, SCOUT, incident=incident.pk, ends_at=None)
    for status in Status:
        with unguarded():
            Incident.objects.filter(pk=incident.pk).update(status=status)
            in_use = Token.objects.in_use(LATER).filter(pk=token.pk).exists()
            fresh = Token.objects.select_related("incident").get(pk=token.pk)

        assert in_use == (status in {Status.ACTIVE, Status.WATCHING})
        assert fresh.has_ended(LATER) != in_use


# -- Revoking ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_who_may_take_an_agent_away(
    staffed: Incident,
    commander: Person,
    deputy: Person,
    stranger: Person,
    admin: Person,
    stakeholder: Person,
    lane_owners: dict[LaneKind, Person],
) -> None:
    allowed = {commander, admin, stranger, lane_owners[LaneKind.INVESTIGATION]}
    others = {deputy, stakeholder, lane_owners[LaneKind.MITIGATION]}
    for person in sorted(allowed | others, key=lambda person: person.pk):
        token = make(stranger, SCOUT, incident=staffed.pk, name=f"scout {person.pk}")
        if person in allowed:
            assert revoke(person, token).revoked_by == person
        else:
            with pytest.raises(NotPermitted):
                revoke(person, token)
            token.refresh_from_db()
            assert token.revoked_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", [LAPTOP, SCOUT])
def test_who_may_revoke_a_token_of_no_incident(
    staffed: Incident,
    commander: Person,
    stranger: Person,
    admin: Person,
    lane_owners: dict[LaneKind, Person],
    wanted: TokenInput,
) -> None:
    token = make(stranger, wanted)
    for person in (commander, lane_owners[LaneKind.INVESTIGATION]):
        with pytest.raises(NotPermitted):
            revoke(person, token)

    assert revoke(stranger, token).revoked_by == stranger
    assert revoke(admin, make(stranger, wanted)).revoked_by == admin


@pytest.mark.django_db
def test_a_token_revokes_none(commander: Person) -> None:
    token = make(commander)
    agent = Actor(ActorKind.AGENT, "scout", commander.pk, lane=LaneKind.INVESTIGATION)

    with pytest.raises(NotPermitted):
        actions.revoke_token(agent, token.pk, reason="", now=LATER)


@pytest.mark.django_db
def test_revoking_again_changes_nothing(incident: Incident, commander: Person) -> None:
    token = make(commander, SCOUT, incident=incident.pk)
    revoke(commander, token, "It asked forty times")
    entries = incident.timeline.count()

    again = revoke(commander, token, "Another reason")

    assert again.revoked_reason == "It asked forty times"
    assert incident.timeline.count() == entries
    assert incident.timeline.first().data["reason"] == "It asked forty times"


@pytest.mark.django_db
def test_the_reason_holds_no_secret(commander: Person) -> None:
    token = revoke(commander, make(commander), "Leaked: password=hunter2xyz9")

    assert "hunter2xyz9" not in token.revoked_reason


# -- What the database refuses -----------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"lane": ""},
        {"kind": TokenKind.SERVICE},
        {"ends_at": None},
        {"ends_at": None, "ends_with_incident": True},
        {"digest": "taken"},
    ],
)
def test_rows_that_make_no_sense(commander: Person, changes: dict[str, Any]) -> None:
    token = make(commander, SCOUT)
    fields = {"owner": commander, "name": "other", "prefix": "wr_agt_abcd", "made_at": LATER}
    fields |= {"kind": TokenKind.AGENT, "lane": "investigation", "ends_at": TOMORROW}
    fields |= {"digest": "free"} | changes
    if fields["digest"] == "taken":
        fields["digest"] = token.digest

    with pytest.raises(IntegrityError), transaction.atomic():
        Token.objects.create(**fields)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"kind": TokenKind.PERSON, "lane": ""},
        {"digest": "another"},
        {"scopes": ["read"]},
        {"lane": LaneKind.MITIGATION},
    ],
)
def test_what_a_token_means_never_changes(commander: Person, change: dict[str, Any]) -> None:
    token = make(commander, SCOUT)

    with pytest.raises(DatabaseError), transaction.atomic():
        Token.objects.filter(pk=token.pk).update(**change)


@pytest.mark.django_db
def test_a_revoked_token_cannot_be_revived(commander: Person) -> None:
    token = revoke(commander, make(commander))

    with pytest.raises(DatabaseError), transaction.atomic():
        Token.objects.filter(pk=token.pk).update(revoked_at=None)


# -- At one instant ----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("in_incident", [False, True])
def test_of_two_tokens_of_one_name_one_is_made(
    incident: Incident, commander: Person, in_incident: bool
) -> None:
    number = incident.pk if in_incident else None
    for turn in range(ROUNDS):
        answers = run_concurrently(
            lambda name: str(make(commander, SCOUT, name=name, incident=number).kind),
            *[f"scout {turn}"] * 3,
        )

        assert sorted(answers) == ["T-NAME", "T-NAME", "agent"]
        assert Token.objects.filter(name=f"scout {turn}").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_token_is_taken_away_once_by_whoever_comes_first(
    incident: Incident, commander: Person
) -> None:
    admin = PersonFactory(username="boss", groups=["admin"])
    for turn in range(ROUNDS):
        token = make(commander, SCOUT, name=f"scout {turn}", incident=incident.pk)

        run_concurrently(
            lambda person, one=token: revoke(person, one, f"By {person}").name, commander, admin
        )

        token.refresh_from_db()
        removed = TimelineEntry.objects.get(kind="agent.removed", subject=token.prefix)
        assert (removed.actor_id, removed.data["reason"]) == (
            token.revoked_by_id,
            token.revoked_reason,
        )


@pytest.mark.django_db
def test_a_service_keeps_the_scopes_that_it_was_made_with(commander: Person) -> None:
    wanted = TokenInput(
        TokenKind.SERVICE, "ci", scopes=(Scope.READ, Scope.FREEZES), ends_at=TOMORROW
    )

    assert make(commander, wanted).scopes == ["freezes", "read"]
    assert make(commander, SCOUT, scopes=(Scope.READ,)).scopes == []
