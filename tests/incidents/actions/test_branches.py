"""Branches on real rows: numbered, passed on alone or together, and three types for one owner."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import close_old_connections, connection

from incidents.actions import branches, roles
from incidents.models import Branch, Incident, Notice, Person
from incidents.vocabulary import BranchType, LaneKind
from kernel.refusal import NotPermitted, Refused
from tests.helpers.factories import START, declared
from tests.helpers.tiers import in_tier

NOW = START + timedelta(minutes=8)
ROUNDS = in_tier(test=5, prove=20)


@pytest.fixture
def opened(incident: Incident, commander: Person) -> Callable[..., Branch]:
    def do(kind: str, name: str, owner: Person = commander, by: Person = commander) -> Branch:
        return branches.open_branch(
            by.as_actor(), incident.pk, type=kind, name=name, owner=owner, now=NOW
        )

    return do


def codes(attempt: Callable[[], Any]) -> list[str]:
    with pytest.raises(Refused) as refusal:
        attempt()
    return [violation.code for violation in refusal.value.violations]


def owners(incident: Incident) -> dict[str, str]:
    rows = incident.branches.select_related("owner")
    return {row.reference: row.owner.username for row in rows}


def test_branches_are_numbered_and_recorded(opened: Any, incident: Incident) -> None:
    references = [opened(kind, f"fix/{kind}").reference for kind in BranchType]

    assert references == ["B-1", "B-2", "B-3"]
    entry = incident.timeline.get(kind="branch.opened", subject="B-1")
    assert entry.data | {"owner_id": 0} == {
        "type": "Hotfix",
        "name": "fix/hotfix",
        "owner": "Commander",
        "owner_id": 0,
    }


def test_a_name_is_free_again_when_its_branch_has_ended(
    opened: Any, incident: Incident, commander: Person
) -> None:
    opened("hotfix", "fix/keys")
    refused = codes(lambda: opened("rollback", " fix/keys "))
    branches.end_branch(
        commander.as_actor(), incident.pk, 1, state="abandoned", reason="Did not build", now=NOW
    )

    again = opened("hotfix", "fix/keys")

    assert (refused, again.reference) == (["B-NAME"], "B-2")


def test_the_third_type_waits_for_one_owner_of_all(
    opened: Any, incident: Incident, deputy: Person
) -> None:
    opened("hotfix", "a")
    opened("rollback", "b", deputy)

    refused = codes(lambda: opened("containment", "c"))

    assert refused == ["B-THREE"]
    assert owners(incident) == {"B-1": "commander", "B-2": "deputy"}


def test_all_three_pass_on_together_and_never_one_by_one(
    opened: Any, incident: Incident, commander: Person, deputy: Person
) -> None:
    for kind in BranchType:
        opened(kind, kind.value)
    actor = commander.as_actor()

    alone = codes(lambda: branches.pass_branch(actor, incident.pk, 2, owner=deputy, now=NOW))
    branches.pass_branch(actor, incident.pk, 2, owner=deputy, every=True, now=NOW)

    assert alone == ["B-THREE"]
    assert owners(incident) == {"B-1": "deputy", "B-2": "deputy", "B-3": "deputy"}
    passed = incident.timeline.filter(kind="branch.owner").order_by("seq")
    assert [entry.subject for entry in passed] == ["B-1", "B-2", "B-3"]


def test_an_ended_branch_neither_passes_on_nor_ends_again(
    opened: Any, incident: Incident, commander: Person, deputy: Person
) -> None:
    opened("hotfix", "a")
    actor, said = commander.as_actor(), {"state": "merged", "reason": "", "now": NOW}
    branches.end_branch(actor, incident.pk, 1, **said)

    assert codes(lambda: branches.end_branch(actor, incident.pk, 1, **said)) == ["B-STATE"]
    assert codes(lambda: branches.pass_branch(actor, incident.pk, 1, owner=deputy, now=NOW)) == [
        "B-STATE"
    ]


def test_the_new_owner_is_told_unless_they_took_it_themselves(
    opened: Any, incident: Incident, commander: Person, deputy: Person
) -> None:
    opened("hotfix", "fix/keys")
    branches.pass_branch(commander.as_actor(), incident.pk, 1, owner=deputy, now=NOW)

    told = Notice.objects.filter(kind="branch.owner")

    assert [(notice.person, notice.sentence) for notice in told] == [
        (deputy, f"B-1 of {incident.reference} is yours: fix/keys")
    ]


def test_the_owner_of_the_mitigation_lane_opens_branches_and_others_do_not(
    opened: Any, incident: Incident, commander: Person, deputy: Person, stranger: Person
) -> None:
    for person, lane in ((deputy, LaneKind.MITIGATION), (stranger, LaneKind.VERIFICATION)):
        roles.assign(
            commander.as_actor(), incident.pk, role="lane_owner", lane=lane, person=person, now=NOW
        )

    opened("hotfix", "a", by=deputy)

    with pytest.raises(NotPermitted):
        opened("hotfix", "b", by=stranger)
    assert owners(incident) == {"B-1": "commander"}


@pytest.mark.parametrize("what", ["takes no part", "is no responder", "has left"])
def test_who_cannot_act_owns_no_branch(
    commander: Person, stranger: Person, stakeholder: Person, deputy: Person, what: str
) -> None:
    incident = declared(commander, restricted=True, participants=(stakeholder, deputy))
    Person.objects.filter(pk=deputy.pk).update(is_active=False)
    deputy.refresh_from_db()
    named = {"takes no part": stranger, "is no responder": stakeholder, "has left": deputy}[what]
    said = {"type": "hotfix", "name": "a", "owner": named, "now": NOW}

    refused = codes(lambda: branches.open_branch(commander.as_actor(), incident.pk, **said))

    assert refused == ["B-OWNER"]
    assert not Notice.objects.filter(person=named, kind="branch.owner").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_open_the_third_branch_at_once_one_wins(
    commander: Person, deputy: Person, admin: Person
) -> None:
    """Each alone may: rollback and containment would be two types beside the hotfix of one."""
    answers = [race(declared(commander), commander, admin) for _ in range(ROUNDS)]

    assert answers == [["B-2", "B-THREE"]] * ROUNDS


def race(incident: Incident, commander: Person, admin: Person) -> list[str]:
    branches.open_branch(
        commander.as_actor(), incident.pk, type="hotfix", name="a", owner=commander, now=NOW
    )
    together = Barrier(2)

    def attempt(kind: str, by: Person) -> str:
        together.wait(10)
        try:
            return branches.open_branch(
                by.as_actor(), incident.pk, type=kind, name=kind, owner=by, now=NOW
            ).reference
        except Refused as refusal:
            return refusal.violations[0].code
        finally:
            connection.close()

    close_old_connections()
    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(attempt, ("rollback", "containment"), (commander, admin)))
