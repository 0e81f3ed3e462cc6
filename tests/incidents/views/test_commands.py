"""The short commands: each changes one thing, and a refusal keeps what was typed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind, RoleName
from kernel import clock
from tests.helpers.factories import START, SurfaceFactory

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


@pytest.fixture
def command(client: Client, commander: Person, incident: Incident) -> Any:
    client.force_login(commander)

    def send(name: str, **said: Any) -> Any:
        with clock.at(START + timedelta(minutes=2)):
            return client.post(f"/{incident.reference}/{name}/", said)

    return send


def test_severity_changes_with_a_reason(command: Any, incident: Incident) -> None:
    answer = command("severity", severity="2", reason="One region only")

    incident.refresh_from_db()
    assert (answer.status_code, incident.severity) == (302, "2")


def test_severity_without_a_reason_is_refused(command: Any, incident: Incident) -> None:
    answer = command("severity", severity="2", reason="n/a")

    incident.refresh_from_db()
    assert (answer.status_code, incident.severity) == (422, "1")
    assert "<code>S-REASON</code>" in answer.content.decode()


def test_going_back_a_phase_needs_a_reason(command: Any, incident: Incident) -> None:
    command("phase", phase="containment", reason="An option is chosen")

    refused = command("phase", phase="detection", reason="")
    accepted = command("phase", phase="detection", reason="A second cause was seen")

    assert (refused.status_code, accepted.status_code) == (422, 302)


def test_a_lane_is_given_and_given_on(
    command: Any, incident: Incident, deputy: Person, stranger: Person
) -> None:
    for person in (deputy, stranger):
        command("roles", who="lane_owner:mitigation", person=person.pk)

    held = incident.assignments.filter(role=RoleName.LANE_OWNER, lane=LaneKind.MITIGATION)
    assert held.get(until=None).person == stranger
    assert held.exclude(until=None).get().person == deputy


def test_commander_and_deputy_are_two_people(command: Any, commander: Person) -> None:
    answer = command("roles", who="deputy", person=commander.pk)

    assert answer.status_code == 422
    assert "commander and deputy are two people" in answer.content.decode()


def test_a_stakeholder_is_not_offered_and_cannot_be_named(
    command: Any, stakeholder: Person
) -> None:
    answer = command("roles", who="deputy", person=stakeholder.pk)

    assert answer.status_code == 422


def test_a_surface_is_frozen_once(command: Any, incident: Incident) -> None:
    SurfaceFactory(name="Sign-in")
    said = {"change": "freeze", "surface": "sign-in", "scope": "", "reason": "Hold still"}

    answers = [command("freezes", **said).status_code for _ in range(2)]

    assert answers == [302, 422]
    assert incident.freezes.in_force().count() == 1


def test_who_holds_a_role_cannot_be_removed(
    command: Any, incident: Incident, deputy: Person
) -> None:
    command("roles", who="deputy", person=deputy.pk)

    answer = command("people", person=deputy.pk, change="remove")

    assert answer.status_code == 422
    assert "still is Deputy" in answer.content.decode()


@pytest.mark.parametrize(
    ("due", "status", "sentence"),
    [
        ("+25", 302, ""),
        ("+60", 302, ""),
        ("+61", 422, "SEV-1"),
        ("+0", 422, "<code>K-DUE</code>"),
        ("13:59", 422, "<code>K-DUE</code>"),
        ("14:30", 302, ""),
        ("half past", 422, "Write a time such as 14:08"),
        ("+99999999999", 422, "Write a time such as 14:08"),
        ("", 422, "Say by when."),
    ],
)
def test_a_checkpoint_is_due_within_what_the_severity_allows(
    command: Any, incident: Incident, due: str, status: int, sentence: str
) -> None:
    answer = command("checkpoints", due_at=due, purpose="What next")

    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert incident.checkpoints.count() == (status == 302)


@pytest.mark.parametrize(
    ("chosen", "browser", "due"),
    [
        ("", "", "14:20"),
        ("", "Europe/Berlin", "15:20"),
        ("America/New_York", "Europe/Berlin", "09:20"),
        ("", "../../etc/passwd", "14:20"),
    ],
    ids=["utc when nothing is known", "the browser's", "the person's own first", "nonsense"],
)
def test_a_typed_time_means_what_the_page_shows(
    command: Any, client: Client, commander: Person, chosen: str, browser: str, due: str
) -> None:
    commander.time_zone = chosen
    commander.save(update_fields=["time_zone"])
    client.cookies["zone"] = browser

    command("checkpoints", due_at=due, purpose="")

    assert commander.declared_incidents.get().checkpoints.get().due_at == START + timedelta(
        minutes=20
    )
