"""An emergency override leaves a mark that stays for as long as the incident lives."""

from datetime import timedelta

import pytest
from django.test import Client

from incidents.actions import checkpoints, decisions, lifecycle
from incidents.models import Decision, Evidence, Incident, Person
from incidents.vocabulary import LaneKind
from kernel import clock
from tests.helpers.decision_inputs import capture_evidence, decision_input, prepare_decision
from tests.helpers.factories import START
from tests.markup import markup

NOW = START + timedelta(minutes=10)
WHY = "Data is being lost every second"
MARK = "Emergency override"


@pytest.fixture
def cited(staffed: Incident, commander: Person) -> Evidence:
    return capture_evidence(staffed, commander, NOW)


@pytest.fixture
def decided(
    staffed: Incident, commander: Person, lane_owners: dict[LaneKind, Person], cited: Evidence
) -> list[Decision]:
    """D-1 without readiness; then readiness holds, and D-2 supersedes it."""
    executor, verifier = lane_owners[LaneKind.MITIGATION], lane_owners[LaneKind.VERIFICATION]
    actor = commander.as_actor()
    due = NOW + timedelta(minutes=20)
    checkpoints.schedule(actor, staffed.pk, due_at=due, purpose="", now=NOW)
    first = decision_input(cited, executor, verifier, NOW, override_reason=WHY)
    second = decision_input(cited, executor, verifier, NOW, supersede_reason="It did not start")
    made = [decisions.decide(actor, staffed.pk, 1, first, now=NOW)]
    prepare_decision(staffed, commander, NOW)
    return [*made, decisions.decide(actor, staffed.pk, 2, second, now=NOW)]


@pytest.fixture
def signed_in(client: Client, stranger: Person) -> Client:
    client.force_login(stranger)
    return client


@pytest.mark.parametrize(
    "path", ["", "D-1/", "D-2/", "evidence/", "risks/", "branches/", "lanes/mitigation/"]
)
def test_the_bar_of_every_page_bears_it(
    signed_in: Client, staffed: Incident, decided: list[Decision], path: str
) -> None:
    text = markup(signed_in.get(f"/{staffed.reference}/{path}"))

    assert MARK in text.split('aria-label="INC-')[1].split("</section>")[0]


def test_the_room_and_the_record_say_why(
    signed_in: Client, staffed: Incident, decided: list[Decision]
) -> None:
    room, first, second = (
        markup(signed_in.get(f"/{staffed.reference}/{path}")) for path in ("", "D-1/", "D-2/")
    )

    assert f"<strong>{MARK} at D-1.</strong> Readiness was skipped: {WHY}" in room
    assert f"<dt>{MARK} of readiness</dt><dd>{WHY}</dd>" in first
    assert WHY not in second


def test_it_stays_however_far_the_incident_goes(
    signed_in: Client, staffed: Incident, commander: Person, decided: list[Decision]
) -> None:
    actor, later = commander.as_actor(), NOW + timedelta(days=2)
    for phase in ("containment", "recovery", "hardening"):
        lifecycle.change_phase(actor, staffed.pk, phase=phase, reason="It holds", now=later)

    with clock.at(later):
        text = markup(signed_in.get(staffed.get_absolute_url()))

    assert text.count(MARK) == 2


def test_without_one_there_is_no_mark(signed_in: Client, staffed: Incident) -> None:
    assert MARK not in markup(signed_in.get(staffed.get_absolute_url()))
