"""Adopting a scenario later, and naming what its evidence minimum asks for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.actions import evidence, scenarios
from incidents.assessments import evidence_minimum
from incidents.facts import incident as incident_facts
from incidents.models import Evidence, Incident, Person, ScenarioText, Served
from incidents.vocabulary import LaneKind
from kernel.actor import Actor, ActorKind
from kernel.refusal import NotPermitted, Refused
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import PRECHECK, ROLLBACK_CHECK, capture_evidence
from tests.helpers.factories import START, declared
from tests.incidents.scenarios.example_scenarios import RIGHT

LATER = START + timedelta(minutes=4)
SLUG = "auth-token-failure"


@pytest.fixture
def adopted(commander: Person) -> Incident:
    return declared(commander, scenario=SLUG)


def adopt(incident: Incident, by: Person, slug: str = SLUG, reason: str = "The signal fits"):
    return scenarios.set_scenario(
        by.as_actor(), incident.pk, scenario=slug, reason=reason, now=LATER
    )


def test_an_incident_adopts_a_scenario_and_another_later(
    incident: Incident, commander: Person
) -> None:
    adopt(incident, commander)
    adopt(incident, commander, "permission-leak", "Tokens are refused because of a bypass")

    incident.refresh_from_db()
    entries = incident.timeline.filter(kind="scenario.set").order_by("seq")
    assert incident.scenario == "permission-leak"
    assert [entry.data["scenario"] for entry in entries] == [
        "Auth token failure after release",
        "Permission leak in edge flow",
    ]
    assert entries[1].data["before"] == SLUG


@pytest.mark.parametrize(
    ("slug", "reason", "code", "field"),
    [
        ("no-such", "It fits", "K-SCENARIO", "scenario"),
        ("", "It fits", "K-SCENARIO", "scenario"),
        ("\x00", "It fits", "K-SCENARIO", "scenario"),
        (SLUG, "It fits", "K-SCENARIO", "scenario"),
        ("permission-leak", "", "K-FITS", "reason"),
        ("permission-leak", "n/a", "K-FITS", "reason"),
    ],
    ids=["unknown", "none", "odd", "the same", "no reason", "a reason that says nothing"],
)
def test_what_is_refused(
    adopted: Incident, commander: Person, slug: str, reason: str, code: str, field: str
) -> None:
    with pytest.raises(Refused) as caught:
        adopt(adopted, commander, slug, reason)

    adopted.refresh_from_db()
    assert [(one.code, one.field) for one in caught.value.violations] == [(code, field)]
    assert adopted.scenario == SLUG


def test_only_command_adopts(incident: Incident, stranger: Person) -> None:
    with pytest.raises(NotPermitted):
        adopt(incident, stranger)


def test_evidence_is_named_when_it_is_captured(adopted: Incident, commander: Person) -> None:
    item = capture_evidence(adopted, commander, LATER, replace(PRECHECK, serves="first-bad-deploy"))

    row = Served.objects.get()
    entry = adopted.timeline.get(kind="evidence.served")
    assert (row.evidence, row.item, row.at) == (item, "first-bad-deploy", LATER)
    assert (entry.subject, entry.data) == (
        "E-1",
        {"item": "First bad deploy hash", "key": "first-bad-deploy"},
    )


def test_any_responder_names_it_later(
    adopted: Incident, commander: Person, stranger: Person
) -> None:
    capture_evidence(adopted, commander, START)

    for key in ("first-bad-deploy", "failing-endpoints"):
        scenarios.serve(stranger.as_actor(), adopted.pk, 1, serves=key, now=LATER)

    named = Served.objects.order_by("pk").values_list("item", "actor_name")
    assert list(named) == [
        ("first-bad-deploy", str(stranger)),
        ("failing-endpoints", str(stranger)),
    ]


@pytest.mark.parametrize(
    ("number", "key"),
    [(1, "no-such"), (1, ""), (2, "failing-endpoints"), (1, "first-bad-deploy")],
    ids=["no such item", "no item", "no such evidence", "named already"],
)
def test_what_cannot_be_named(adopted: Incident, commander: Person, number: int, key: str) -> None:
    capture_evidence(adopted, commander, START, replace(PRECHECK, serves="first-bad-deploy"))

    with pytest.raises(Refused) as caught:
        scenarios.serve(commander.as_actor(), adopted.pk, number, serves=key, now=LATER)

    assert [one.code for one in caught.value.violations] == ["E-SERVES"]
    assert Served.objects.count() == 1


def test_without_a_scenario_nothing_can_be_named(incident: Incident, commander: Person) -> None:
    with pytest.raises(Refused):
        capture_evidence(incident, commander, LATER, replace(PRECHECK, serves="first-bad-deploy"))

    assert not Evidence.objects.exists()


def test_an_agent_captures_and_leaves_the_naming_to_people(
    adopted: Incident, commander: Person
) -> None:
    agent = Actor(ActorKind.AGENT, "Scout", commander.pk, lane=LaneKind.INVESTIGATION)
    captured = replace(PRECHECK, lane=LaneKind.INVESTIGATION)
    evidence.capture(agent, adopted.pk, captured, now=LATER)

    with pytest.raises(NotPermitted):
        evidence.capture(agent, adopted.pk, replace(captured, serves="first-bad-deploy"), now=LATER)

    assert Evidence.objects.count() == 1


def test_the_minimum_is_derived_from_what_is_named_and_what_is_recognised(
    adopted: Incident, commander: Person
) -> None:
    for _ in range(3):
        capture_evidence(adopted, commander, LATER, ROLLBACK_CHECK)
    capture_evidence(adopted, commander, LATER, replace(PRECHECK, serves="failing-endpoints"))

    with queries() as asked:
        found = evidence_minimum.of(standing := incident_facts.read_facts(adopted), LATER)

    assert [(one.item.code, one.item.met_at, one.evidence) for one in found] == [
        ("failing-endpoints", LATER, (4,)),
        ("first-bad-deploy", None, ()),
        ("rollback-check", LATER, (1,)),
    ]
    with queries() as alone:
        evidence_minimum.of(standing, LATER)
    assert len(alone) == 1
    assert len(asked) <= 14


def test_what_was_captured_later_does_not_count_yet(adopted: Incident, commander: Person) -> None:
    capture_evidence(adopted, commander, LATER, ROLLBACK_CHECK)

    found = evidence_minimum.of(incident_facts.read_facts(adopted), LATER - timedelta(seconds=1))

    assert [one.item.met for one in found] == [False, False, False]


def test_two_recognisers_are_one_query(commander: Person) -> None:
    ScenarioText.objects.create(slug="search-is-stale", toml=RIGHT)
    incident = declared(commander, scenario="search-is-stale")
    capture_evidence(
        incident, commander, LATER, replace(PRECHECK, command="sudo Queuectl  depth -v")
    )
    capture_evidence(incident, commander, LATER, replace(PRECHECK, purpose="baseline"))
    standing = incident_facts.read_facts(incident)

    with queries() as asked:
        found = evidence_minimum.of(standing, LATER)

    assert [one.evidence for one in found] == [(2,), (1,)]
    assert len(asked) == 1


def test_without_a_scenario_nothing_is_asked(incident: Incident) -> None:
    standing = incident_facts.read_facts(incident)

    with queries() as asked:
        found = evidence_minimum.of(standing, LATER)

    assert (found, len(asked)) == ((), 0)
