"""Setting up an incident: all of it with an entry for each fact, or none of it."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.actions import lifecycle, roles
from incidents.assessments import control
from incidents.facts.incident import read_facts
from incidents.models import Incident, Notice, Person, TimelineEntry
from incidents.vocabulary import EvidenceKind, LaneKind, RoleName
from kernel.refusal import NotPermitted, Refused, Violation
from lanes.actions.setting_up import SetUp, set_up
from tests.helpers.factories import START, PersonFactory, SurfaceFactory, declared

pytestmark = pytest.mark.django_db

NOW = START + timedelta(minutes=1)
LOG = "13:26:40 auth-gateway 401 unknown key id k-2026-05"


@pytest.fixture
def fresh(commander: Person) -> Incident:
    surfaces = [SurfaceFactory(name=name) for name in ("Sign-in", "Public API")]
    return declared(commander, surfaces=surfaces, scenario="auth-token-failure")


@pytest.fixture
def owners() -> dict[str, Person]:
    return {lane.value: PersonFactory(groups=["responder"]) for lane in LaneKind}


def whole(owners: dict[str, Person], deputy: Person, **changes: Any) -> SetUp:
    fields: dict[str, Any] = {
        "owners": owners,
        "deputy": deputy,
        "covers": True,
        "channel": "#inc-42-auth",
        "freeze": True,
        "checkpoint": NOW + timedelta(minutes=15),
        "evidence": LOG,
    }
    return SetUp(**(fields | changes))


def kinds_after(incident: Incident, seq: int) -> list[str]:
    rows = TimelineEntry.objects.filter(incident=incident, seq__gt=seq).order_by("seq")
    return list(rows.values_list("kind", flat=True))


def refusals(incident: Incident, commander: Person, plan: SetUp) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        set_up(commander.as_actor(), incident.pk, plan, now=NOW)
    return [(violation.code, violation.field) for violation in refused.value.violations]


def test_one_press_writes_one_entry_for_each_fact(
    fresh: Incident, commander: Person, deputy: Person, owners: dict[str, Person]
) -> None:
    set_up(commander.as_actor(), fresh.pk, whole(owners, deputy), now=NOW)

    assert kinds_after(fresh, fresh.last_seq) == [
        "evidence.captured",
        *["role.assigned"] * 5,
        *["boundary.set"] * 4,
        "channel.set",
        *["freeze.set"] * 2,
        "checkpoint.scheduled",
    ]
    facts = read_facts(Incident.objects.get(pk=fresh.pk))
    assert control.control(facts).is_held
    assert all(item.met for item in control.first_fifteen(facts, NOW))
    assert facts.deputy == deputy
    assert facts.incident.evidence_channel == "#inc-42-auth"


def test_whoever_is_named_is_notified_once(
    fresh: Incident, commander: Person, deputy: Person, owners: dict[str, Person]
) -> None:
    two = {LaneKind.MITIGATION.value: deputy, LaneKind.INVESTIGATION.value: commander}

    set_up(commander.as_actor(), fresh.pk, whole(two, deputy), now=NOW)

    notice = Notice.objects.get(kind="role.assigned")
    assert notice.person == deputy
    assert notice.sentence.startswith("You are Mitigation owner and Deputy of INC-")


def test_everything_unmet_shows_at_once_and_nothing_is_written(
    fresh: Incident, commander: Person, owners: dict[str, Person]
) -> None:
    gone = PersonFactory(groups=["responder"], is_active=False)
    plan = whole(
        owners | {"mitigation": gone},
        commander,
        channel="none",
        checkpoint=NOW - timedelta(minutes=1),
        evidence="x" * (1024 * 1024 + 1),
        unread=(Violation("", "Too long.", "covers"),),
    )

    assert refusals(fresh, commander, plan) == [
        ("", "covers"),
        ("E-SIZE", "evidence"),
        ("R-PERSON", "mitigation"),
        ("R-DEPUTY", "deputy"),
        ("K-CHANNEL", "channel"),
        ("K-DUE", "checkpoint"),
    ]
    assert kinds_after(fresh, fresh.last_seq) == []
    assert Notice.objects.count() == 0


def test_sent_again_only_what_is_new_is_written(
    fresh: Incident, commander: Person, deputy: Person, owners: dict[str, Person]
) -> None:
    set_up(commander.as_actor(), fresh.pk, whole(owners, deputy), now=NOW)
    seq = Incident.objects.get(pk=fresh.pk).last_seq
    again = whole(owners, deputy, checkpoint=None, evidence="")

    assert refusals(fresh, commander, again) == [("S-NONE", "")]

    other = owners | {"verification": deputy}
    changed = whole(other, deputy, checkpoint=None, evidence="")
    set_up(commander.as_actor(), fresh.pk, changed, now=NOW)
    assert kinds_after(fresh, seq) == ["role.assigned"]


def test_a_pasted_address_becomes_a_link(fresh: Incident, commander: Person) -> None:
    plan = SetUp(evidence=" https://graphs.example/401 ")

    set_up(commander.as_actor(), fresh.pk, plan, now=NOW)

    evidence = fresh.evidence.get()
    assert (evidence.kind, evidence.url) == (EvidenceKind.LINK, "https://graphs.example/401")


def test_secrets_are_masked(fresh: Incident, commander: Person) -> None:
    plan = SetUp(evidence="password=hunter2-and-more")  # pragma: allowlist secret

    set_up(commander.as_actor(), fresh.pk, plan, now=NOW)

    assert "hunter2" not in fresh.evidence.get().text


def test_only_who_is_in_command_sets_up(
    fresh: Incident, commander: Person, deputy: Person, stranger: Person
) -> None:
    roles.assign(commander.as_actor(), fresh.pk, role=RoleName.DEPUTY, person=deputy, now=NOW)

    for person in (deputy, stranger):
        with pytest.raises(NotPermitted):
            set_up(person.as_actor(), fresh.pk, SetUp(evidence=LOG), now=NOW)


def test_a_boundary_that_somebody_set_stays(
    fresh: Incident, commander: Person, deputy: Person
) -> None:
    set_up(commander.as_actor(), fresh.pk, SetUp(covers=True), now=NOW)
    lifecycle.set_channel(commander.as_actor(), fresh.pk, channel="#here", now=NOW)

    assert refusals(fresh, commander, SetUp(covers=True)) == [("S-NONE", "")]
    assert fresh.boundary_items.current().filter(lane="mitigation").count() == 3
