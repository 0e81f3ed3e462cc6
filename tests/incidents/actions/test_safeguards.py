"""Special rules that stay: what drops a surface or changes a scenario does not lift them."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import acts, course, lifecycle, safeguards, scenarios
from incidents.actions.acts import ActInput
from incidents.facts.as_of import incident_at
from incidents.facts.incident import cached_facts, read_facts
from incidents.models import Decision, Incident, Notice, Person, Surface
from incidents.rules.decision.option import FIRST_CODE
from incidents.rules.decision.own_option import OwnOption
from incidents.rules.dual_signature import DUAL_CODE
from incidents.vocabulary import DependencyClass, ExecutionState, Option, RoleName
from kernel.refusal import Refused
from retros.closing import facts as gate_facts
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import SurfaceFactory

pytestmark = pytest.mark.django_db

LEAK = "permission-leak"
AUTH = "auth-token-failure"
WHY = "It turned out so"


def refused(attempt: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refusal:
        attempt()
    return [violation.code for violation in refusal.value.violations]


@pytest.fixture
def billing(db: None) -> Surface:
    return SurfaceFactory(name="Ledger", dependency_class=DependencyClass.BILLING)


def impact(run: DecisionRun, surfaces: Iterable[Surface] = ()) -> None:
    actor = run.commander.as_actor()
    lifecycle.set_surfaces(actor, run.incident.pk, surfaces=tuple(surfaces), now=run.now)


def adopt(run: DecisionRun, scenario: str) -> None:
    actor = run.commander.as_actor()
    scenarios.set_scenario(actor, run.incident.pk, scenario=scenario, reason=WHY, now=run.now)


def leave(run: DecisionRun, by: Person, code: str = DUAL_CODE) -> Incident:
    run.now += timedelta(minutes=1)
    return safeguards.leave(by.as_actor(), run.incident.pk, code=code, reason=WHY, now=run.now)


def is_pending(decision: Decision) -> bool:
    return decision.execution.state == ExecutionState.PENDING


# -- Two signatures ------------------------------------------------------------------------------


def test_a_billing_surface_that_is_dropped_still_asks_for_two(
    executing: DecisionRun, billing: Surface, data_owner: Person
) -> None:
    executing.assign(RoleName.DATA_OWNER, data_owner)
    impact(executing, [billing])
    executing.decide(Option.FLAG)
    impact(executing)

    assert refused(executing.start) == [DUAL_CODE]
    executing.withdraw()
    assert is_pending(executing.decide(Option.FLAG))
    executing.sign(data_owner, number=2)
    executing.start(number=2)


def test_another_scenario_does_not_lift_it(ledger: DecisionRun) -> None:
    adopt(ledger, AUTH)

    assert is_pending(ledger.decide(Option.FLAG))


def test_another_class_of_the_surface_does_not_lift_it_and_asks_for_it(
    executing: DecisionRun, billing: Surface
) -> None:
    Surface.objects.filter(pk=billing.pk).update(dependency_class=DependencyClass.OTHER)
    impact(executing, [billing])
    executing.decide(Option.FLAG)
    Surface.objects.filter(pk=billing.pk).update(dependency_class=DependencyClass.BILLING)

    assert refused(executing.start) == [DUAL_CODE]
    impact(executing, [billing])
    Surface.objects.filter(pk=billing.pk).update(dependency_class=DependencyClass.OTHER)
    assert read_incident(executing).keeps_dual


def test_one_that_is_added_asks_for_two_before_the_start(
    executing: DecisionRun, billing: Surface, data_owner: Person
) -> None:
    executing.assign(RoleName.DATA_OWNER, data_owner)
    executing.decide(Option.FLAG)
    decided = executing.now
    executing.now += timedelta(minutes=1)
    impact(executing, [billing])

    assert refused(executing.start) == [DUAL_CODE]
    asked = Notice.objects.filter(kind="decision.sign")
    assert {notice.person for notice in asked} == {executing.commander, data_owner}
    executing.sign(executing.commander, role="commander")
    executing.sign(data_owner)
    executing.start()
    before = cached_facts(incident_at(read_incident(executing), decided)).decisions[0]
    assert (before.execution.dual, before.execution.state) == (False, ExecutionState.DECIDED)


def test_what_runs_already_goes_on_and_owes_both_signatures(
    executing: DecisionRun, billing: Surface, data_owner: Person
) -> None:
    executing.assign(RoleName.DATA_OWNER, data_owner)
    executing.decide(Option.FLAG)
    executing.start()
    executing.now += timedelta(minutes=1)
    adopt(executing, "billing-state-mismatch")

    executing.finish(executing.capture())
    executing.judge(executing.run())
    owes = "D-1 was begun before two had to sign it, and its signatures are owed."
    assert owes in _loose_ends(executing)
    executing.sign(executing.commander, role="commander")
    executing.sign(data_owner)
    assert owes not in _loose_ends(executing)


def test_keeping_course_asks_for_it_where_the_class_changed(
    executing: DecisionRun, billing: Surface
) -> None:
    Surface.objects.filter(pk=billing.pk).update(dependency_class=DependencyClass.OTHER)
    impact(executing, [billing])
    executing.decide(Option.FLAG)
    Surface.objects.filter(pk=billing.pk).update(dependency_class=DependencyClass.BILLING)
    item = executing.capture()

    course.keep_course(
        executing.commander.as_actor(),
        executing.incident.pk,
        executing.incident.checkpoints.open().last().number,
        looked_at="401 rate",
        evidence=[item.number],
        next_due=executing.now + timedelta(minutes=20),
        now=executing.now,
    )

    assert is_pending(executing.read())


def test_both_leave_it_and_a_change_in_between_takes_the_request_back(
    executing: DecisionRun, billing: Surface, data_owner: Person, deputy: Person
) -> None:
    executing.assign(RoleName.DATA_OWNER, data_owner)
    executing.assign(RoleName.DEPUTY, deputy)
    impact(executing, [billing])
    assert refused(lambda: leave(executing, executing.commander)) == ["K-GUARD"]
    impact(executing)
    assert refused(lambda: leave(executing, deputy)) == ["K-BOTH"]

    leave(executing, executing.commander)
    assert Notice.objects.filter(kind="safeguard.asked", person=data_owner).exists()
    impact(executing, [billing])
    impact(executing)
    leave(executing, data_owner)  # asks anew: the first request is void
    assert read_incident(executing).keeps_dual
    asked = executing.now
    leave(executing, executing.commander)

    assert not read_incident(executing).keeps_dual
    assert incident_at(read_incident(executing), asked).keeps_dual
    assert not is_pending(executing.decide(Option.FLAG))


# -- Rollback and revocation first ---------------------------------------------------------------


def test_the_commander_marks_a_bypass_also_after_a_hotfix_was_decided(
    executing: DecisionRun,
) -> None:
    executing.decide(Option.HOTFIX)
    mark(executing)

    assert refused(executing.start) == [FIRST_CODE]
    executing.withdraw()
    assert refused(lambda: executing.decide(Option.HOTFIX)) == [FIRST_CODE]


def test_an_own_option_that_stands_nearest_to_a_hotfix_is_not_begun_first_either(
    executing: DecisionRun,
) -> None:
    mark(executing)
    own = OwnOption("Pin the keys", "reversible", "One switch", "hotfix")
    what = ActInput(what="Pin", option=Option.OWN, executor=executing.executor, own=own)

    found = refused(
        lambda: acts.act_first(
            executing.commander.as_actor(), executing.incident.pk, what, now=executing.now
        )
    )

    assert FIRST_CODE in found


def test_another_scenario_does_not_lift_that_and_two_leave_it(
    executing: DecisionRun, deputy: Person, admin: Person
) -> None:
    adopt(executing, LEAK)
    adopt(executing, AUTH)
    assert refused(lambda: executing.decide(Option.HOTFIX)) == [FIRST_CODE]

    leave(executing, executing.commander, FIRST_CODE)
    assert refused(lambda: leave(executing, executing.commander, FIRST_CODE)) == ["K-BOTH"]
    leave(executing, admin, FIRST_CODE)

    executing.decide(Option.HOTFIX)


def mark(run: DecisionRun) -> None:
    actor = run.commander.as_actor()
    safeguards.mark_bypass(actor, run.incident.pk, reason="Tokens could be read", now=run.now)


# -- Who may know --------------------------------------------------------------------------------


def test_a_scenario_that_restricts_does_so_also_when_it_is_adopted_later(
    executing: DecisionRun, stranger: Person
) -> None:
    executing.executor = stranger
    executing.decide(Option.FLAG)

    adopt(executing, LEAK)

    assert read_incident(executing).restricted
    entry = executing.incident.timeline.get(kind="restriction.changed")
    assert "is restricted" in entry.data["reason"]
    assert read_incident(executing).participations.filter(person=stranger).exists()


# -- The page ------------------------------------------------------------------------------------


def test_the_page_says_what_holds_and_records_what_is_chosen(
    executing: DecisionRun, client: Client
) -> None:
    client.force_login(executing.commander)
    page = reverse("safeguards", args=[executing.incident.pk])
    assert "Not in force: rollback" in client.get(page).content.decode()

    nothing = client.post(page, {"change": "mark", "reason": "-"})
    marked = client.post(page, {"change": "mark", "reason": "Tokens could be read"})
    asked = client.post(page, {"change": FIRST_CODE, "reason": "A test account"})

    assert [nothing.status_code, marked.status_code, asked.status_code] == [422, 302, 302]
    assert "until the deputy or an admin agrees to leave it" in client.get(page).content.decode()


def read_incident(run: DecisionRun) -> Incident:
    return Incident.objects.get(pk=run.incident.pk)


def _loose_ends(run: DecisionRun) -> list[str]:
    facts: Any = gate_facts.read_gate(read_facts(read_incident(run)), None, run.now)
    return [end.sentence for end in facts.loose]
