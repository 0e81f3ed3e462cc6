"""What somebody claims to be a check counts once who owns its lane, or commands, confirms it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from incidents.actions import evidence
from incidents.facts.as_of import incident_at
from incidents.facts.incident import cached_facts, read_facts
from incidents.models import Evidence, Incident, Notice, Person, PurposeConfirmation
from incidents.rules.evidence import Capture
from incidents.vocabulary import EvidenceKind, LaneKind, Option, Purpose, PurposeBasis
from kernel import clock
from kernel.refusal import NotPermitted, Refused
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import PRECHECK, ROLLBACK_CHECK, capture_evidence
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START, SurfaceFactory
from tests.markup import markup

pytestmark = pytest.mark.django_db

LATER = START + timedelta(minutes=4)
AFTERWARDS = LATER + timedelta(minutes=2)
CLAIMED = replace(ROLLBACK_CHECK, command="undo --everything --dry-run")


def captured(incident: Incident, by: Person, item: Capture = CLAIMED) -> Evidence:
    return capture_evidence(incident, by, LATER, item)


def confirm(incident: Incident, by: Person, number: int = 1, now: datetime = AFTERWARDS) -> None:
    evidence.confirm(by.as_actor(), incident.pk, number, now=now)


def counted(incident: Incident) -> Evidence | None:
    """The rollback check that readiness rests on."""
    return read_facts(Incident.objects.get(pk=incident.pk)).rollback_check


BASES = {
    "its owner": (CLAIMED, "verification-owner", PurposeBasis.OWNER),
    "the commander": (CLAIMED, "commander", PurposeBasis.OWNER),
    "the deputy": (CLAIMED, "deputy", PurposeBasis.CLAIM),
    "who owns another lane": (CLAIMED, "communication-owner", PurposeBasis.CLAIM),
    "a stranger": (CLAIMED, "stranger", PurposeBasis.CLAIM),
    "a stranger, a known command": (PRECHECK, "stranger", PurposeBasis.COMMAND),
    "a stranger, a precheck of no command": (
        Capture(EvidenceKind.LOG, text="4be90a7", purpose=Purpose.PRECHECK),
        "stranger",
        PurposeBasis.CLAIM,
    ),
    "a stranger, nothing special": (
        replace(PRECHECK, command="uptime"),
        "stranger",
        PurposeBasis.NONE,
    ),
}


@pytest.mark.parametrize(("item", "name", "rests"), BASES.values(), ids=BASES)
def test_what_it_rests_on(
    staffed: Incident, stranger: Person, item: Capture, name: str, rests: str
) -> None:
    made = captured(staffed, Person.objects.get(username=name), item)

    assert made.purpose_basis == rests
    entry = staffed.timeline.get(kind="evidence.captured")
    assert entry.data["purpose_note"] == made.purpose_note


def test_a_claim_shows_nothing_until_it_is_confirmed(
    staffed: Incident, stranger: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    item = captured(staffed, stranger)
    owner = lane_owners[LaneKind.VERIFICATION]
    assert counted(staffed) is None
    assert item.purpose_note == f"Rollback safety check, as {stranger} claims: not confirmed"
    asked = Notice.objects.get(kind="evidence.claimed", person=owner)
    assert (asked.subject, asked.seen_at) == ("E-1", None)

    confirm(staffed, owner)

    assert counted(staffed) == item
    item = Evidence.objects.get(pk=item.pk)
    assert item.purpose_note == f"Rollback safety check, confirmed by {owner}"
    entry = staffed.timeline.get(kind="evidence.confirmed")
    assert (entry.subject, entry.actor_id) == ("E-1", owner.pk)
    asked.refresh_from_db()
    assert asked.seen_at == AFTERWARDS


def test_before_it_was_confirmed_it_showed_nothing(
    staffed: Incident, stranger: Person, commander: Person
) -> None:
    captured(staffed, stranger)
    confirm(staffed, commander)
    known = Incident.objects.get(pk=staffed.pk)

    past = cached_facts(incident_at(known, AFTERWARDS - timedelta(seconds=1)))

    assert past.rollback_check is None
    assert past.claimed_check is not None
    assert cached_facts(incident_at(known, AFTERWARDS)).rollback_check is not None


def test_what_failed_counts_whoever_claims_it(
    staffed: Incident, stranger: Person, commander: Person
) -> None:
    captured(staffed, commander)
    failed = captured(staffed, stranger, replace(CLAIMED, command="undo --all", exit_code=1))

    assert counted(staffed) == failed


def test_the_same_command_is_known_from_then_on(
    staffed: Incident, stranger: Person, commander: Person
) -> None:
    captured(staffed, stranger)
    confirm(staffed, commander)

    again = captured(staffed, stranger, replace(CLAIMED, purpose=Purpose.GENERAL))

    assert (again.purpose, again.purpose_basis) == ("rollback_check", "command")


def test_what_a_decision_names_as_its_verification_is_known(
    executing: DecisionRun, stranger: Person
) -> None:
    executing.decide(Option.FLAG, verification="`probe --all` exits with 0 twice")

    run = captured(executing.incident, stranger, replace(PRECHECK, command="probe --all"))

    assert (run.purpose, run.purpose_basis, run.lane) == (
        "verification",
        "command",
        "verification",
    )


def test_a_health_check_is_a_verification_where_it_is_captured_as_one(
    staffed: Incident, stranger: Person
) -> None:
    staffed.surfaces.add(SurfaceFactory(health_check="curl -fsS https://sign-in.test/up"))
    item = replace(
        PRECHECK, command="curl -fsS https://sign-in.test/up", purpose=Purpose.VERIFICATION
    )

    assert captured(staffed, stranger, item).purpose_basis == "command"


@pytest.mark.parametrize("name", ["stranger", "deputy", "mitigation-owner"])
def test_nobody_else_confirms_it(staffed: Incident, stranger: Person, name: str) -> None:
    captured(staffed, stranger)

    with pytest.raises(NotPermitted):
        confirm(staffed, Person.objects.get(username=name))

    assert not PurposeConfirmation.objects.exists()


@pytest.mark.parametrize(
    ("number", "says"), [(2, "has no evidence E-2"), (1, "needs nobody to confirm it")]
)
def test_what_is_no_claim_is_not_confirmed(
    staffed: Incident, commander: Person, number: int, says: str
) -> None:
    captured(staffed, commander)

    with pytest.raises(Refused) as refused:
        confirm(staffed, commander, number)

    [violation] = refused.value.violations
    assert violation.code == "E-CLAIM"
    assert says in violation.sentence


def test_it_is_confirmed_once(staffed: Incident, stranger: Person, commander: Person) -> None:
    captured(staffed, stranger)
    confirm(staffed, commander)

    with pytest.raises(Refused):
        confirm(staffed, commander)


def test_a_confirmation_stays(staffed: Incident, stranger: Person, commander: Person) -> None:
    captured(staffed, stranger)
    confirm(staffed, commander)

    with pytest.raises(ProgrammingError, match="update"), transaction.atomic():
        PurposeConfirmation.objects.update(at=LATER)


def test_the_first_decision_cites_no_claimed_precheck(
    executing: DecisionRun, stranger: Person
) -> None:
    item = Capture(EvidenceKind.LOG, text="4be90a7", purpose=Purpose.PRECHECK)
    claimed = executing.capture(item, stranger)

    with pytest.raises(Refused) as refused:
        executing.decide(Option.FLAG, evidence=(claimed.number,))
    [violation] = [v for v in refused.value.violations if v.code == "D-EVIDENCE"]
    assert f"{claimed.reference} is a precheck only as" in violation.sentence

    confirm(executing.incident, executing.commander, claimed.number, executing.now)
    assert executing.decide(Option.FLAG, evidence=(claimed.number,)).number == 1


def test_it_is_one_press_for_who_may(
    client: Client, staffed: Incident, stranger: Person, commander: Person
) -> None:
    captured(staffed, stranger)
    page, address = (reverse(name, args=[staffed.pk, 1]) for name in ("evidence", "confirm"))
    with clock.at(AFTERWARDS):
        client.force_login(stranger)
        seen = markup(client.get(page))
        assert "not confirmed" in seen
        assert address not in seen
        assert client.post(address).status_code == 403

        client.force_login(commander)
        assert address in markup(client.get(page))
        assert client.post(address)["location"] == page
        confirmed = markup(client.get(page))

    assert "confirmed by" in confirmed
    assert address not in confirmed


def test_a_list_reads_who_confirmed_with_the_items(
    client: Client, staffed: Incident, stranger: Person, commander: Person
) -> None:
    client.force_login(commander)
    address = reverse("evidence-list", args=[staffed.pk])
    counts = []
    for size in (1, 4):
        while staffed.evidence.count() < size:
            number = staffed.evidence.count() + 1
            captured(staffed, stranger, replace(CLAIMED, command=f"undo {number}"))
            confirm(staffed, commander, number)
        client.get(address)
        with queries() as executed:
            client.get(address)
        counts.append(len(executed))

    assert counts[0] == counts[1]
