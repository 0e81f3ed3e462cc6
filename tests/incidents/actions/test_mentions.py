"""Who is named in what somebody writes hears of it, once, if they may know of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.actions.amendments import amend
from incidents.models import Incident, Notice, Person
from kernel.actor import Actor, ActorKind
from lanes.actions import add_note, raise_unknown, state_hypothesis
from tests.helpers.decision_inputs import PRECHECK, capture_evidence
from tests.helpers.factories import START, PersonFactory, declared

NOW = START + timedelta(minutes=1)


def mentioned() -> list[str]:
    rows = Notice.objects.filter(kind="mention").order_by("pk")
    return [row.person.username for row in rows.select_related("person")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Ask @stranger.", ["stranger"], id="a responder"),
        pytest.param("@STRANGER and @stranger!", ["stranger"], id="once"),
        pytest.param("I, @commander, did it", [], id="not oneself"),
        pytest.param("@stakeholder @nobody @left", [], id="nobody who may enter the room"),
        pytest.param("stranger@example.org", [], id="an address"),
    ],
)
def test_a_note_notifies_whom_it_names(
    incident: Incident,
    commander: Person,
    stranger: Person,
    stakeholder: Person,
    text: str,
    expected: list[str],
) -> None:
    PersonFactory(username="left", groups=["responder"], is_active=False)

    entry = add_note(commander.as_actor(), incident.pk, text=text, now=NOW)

    assert mentioned() == expected
    for notice in Notice.objects.filter(kind="mention"):
        assert notice.sentence == f"{commander} mentioned you in {incident.reference}: {text}"
        assert notice.href == f"/{incident.reference}/timeline/?before={entry.seq + 1}"


def test_a_long_text_is_cut_in_the_notice(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    add_note(commander.as_actor(), incident.pk, text="@stranger " + "x" * 900, now=NOW)

    assert len(Notice.objects.get(kind="mention").sentence) == 300


def test_of_a_restricted_incident_only_participants_hear(
    commander: Person, stranger: Person, deputy: Person, admin: Person
) -> None:
    secret = declared(commander, restricted=True, participants=(deputy,))

    add_note(commander.as_actor(), secret.pk, text="@stranger @deputy @admin", now=NOW)

    assert sorted(mentioned()) == ["admin", "deputy"]


def test_a_correction_is_no_new_mention(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    entry = add_note(commander.as_actor(), incident.pk, text="Ask @stranger", now=NOW)

    amend(
        commander.as_actor(),
        incident.pk,
        entry.seq,
        part="text",
        text="Ask @stranger again",
        now=NOW + timedelta(minutes=1),
    )

    assert mentioned() == ["stranger"]


def test_hypotheses_unknowns_and_evidence_name_people_too(
    staffed: Incident, commander: Person, stranger: Person, admin: Person
) -> None:
    actor = admin.as_actor()
    state_hypothesis(actor, staffed.pk, text="As @stranger says", reproduction="", now=NOW)
    lane = "investigation"
    raise_unknown(actor, staffed.pk, lane=lane, text="Does @stranger know?", now=NOW)
    capture_evidence(staffed, admin, NOW, replace(PRECHECK, title="Graph of @stranger"))

    assert mentioned() == ["stranger"] * 3


def test_an_agent_mentions_people_and_is_no_person(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    agent = Actor(ActorKind.AGENT, "stranger", stranger.pk, frozenset())
    assert agent.is_person is False

    add_note(agent, incident.pk, text="@stranger, see E-1", lane="investigation", now=NOW)

    assert mentioned() == ["stranger"]
