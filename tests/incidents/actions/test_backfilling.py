"""Handled elsewhere: written up, marked, never lived here, void and back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, ProgrammingError, transaction

from incidents.actions import (
    backfilling,
    branches,
    checkpoints,
    decisions,
    evidence,
    execution,
    freezes,
    lifecycle,
    lifecycle_steps,
    recommendations,
    risks,
    roles,
    scenarios,
    voiding,
)
from incidents.actions.restriction import restrict
from incidents.facts import incident as incident_facts
from incidents.facts.as_of import incident_at
from incidents.locking import lock
from incidents.models import Backfill, Freeze, Incident, Notice, Person, Voided
from incidents.permissions import NEVER_BACKFILLED, refused_actions
from incidents.timeline import kinds
from incidents.timeline.verify import verify
from incidents.vocabulary import LaneKind, RoleName, Status
from kernel.refusal import AlreadyDone, NotPermitted, Refused
from lanes import actions as lanes
from lanes.handoff import actions as handoffs
from retros.backlog import actions as backlog
from retros.backlog.steps import WorkInput
from retros.closing import actions as closing
from retros.closing.steps import StatementInput
from retros.watch import actions as watching
from tests.helpers import messages as saying
from tests.helpers.backfilled import HOURS_BEFORE, account, backfilled_incident
from tests.helpers.decision_inputs import PRECHECK, VERIFICATION, decision_input
from tests.helpers.factories import START, SurfaceFactory, declared
from tests.helpers.handoffs import terms
from tests.helpers.recommendations import recommendation_input

pytestmark = pytest.mark.django_db(transaction=True)

LATER = START + timedelta(minutes=5)
WHY = "It was written up by mistake"


@pytest.fixture
def elsewhere(commander: Person) -> Incident:
    return backfilled_incident(commander, surfaces=(SurfaceFactory(name="Exports"),))


def status(incident: Incident) -> str:
    return Incident.objects.values_list("status", flat=True).get(pk=incident.pk)


def end(by: Person, incident: Incident, original: Incident | None = None) -> Voided:
    if original is None:
        return voiding.void(by.as_actor(), incident.pk, reason=WHY, now=LATER)
    said = {"original": original.pk, "reason": WHY, "now": LATER}
    return voiding.duplicate(by.as_actor(), incident.pk, **said)


def take_back(by: Person, incident: Incident) -> None:
    voiding.take_back(by.as_actor(), incident.pk, reason="It was right after all", now=LATER)


# -- What becomes of it -------------------------------------------------------------------------


def test_it_stands_with_its_past_times(elsewhere: Incident, commander: Person) -> None:
    told = elsewhere.backfill
    assert elsewhere.status == "backfill"
    assert elsewhere.get_status_display() == "Backfilled"
    assert elsewhere.declared_at == START - timedelta(hours=HOURS_BEFORE["declared_at"])
    assert told.began_at == START - timedelta(hours=HOURS_BEFORE["began_at"])
    assert told.mitigated_at == START - timedelta(hours=HOURS_BEFORE["mitigated_at"])
    assert told.recovered_at == START - timedelta(hours=HOURS_BEFORE["recovered_at"])
    assert (told.at, told.by) == (START, commander)
    assert [surface.name for surface in elsewhere.surfaces.all()] == ["Exports"]
    assert incident_facts.cached_facts(elsewhere).commander == commander
    assert not Incident.objects.in_progress().exists()


def test_its_entries_are_of_now_and_tell_of_the_past(elsewhere: Incident) -> None:
    first, second = elsewhere.timeline.order_by("seq")
    assert [one.kind for one in (first, second)] == ["incident.backfilled", "role.assigned"]
    assert {one.at for one in (first, second)} == {START}
    headline, body = kinds.get(first.kind).headline_and_body("", first.data)
    assert headline == "Backfilled: it was handled elsewhere."
    assert "Began <time" in body
    assert "2026-03-02T06:00:00Z" in body
    assert "The queue was emptied by hand" in body
    assert verify(elsewhere) is None


def test_t_plus_counts_from_when_it_was_written_up(elsewhere: Incident, commander: Person) -> None:
    assert elsewhere.clock_start == START
    assert declared(commander).clock_start == START


def test_it_is_replayed_as_it_was(elsewhere: Incident, commander: Person) -> None:
    end(commander, elsewhere)
    now = Incident.objects.get(pk=elsewhere.pk)
    before, after = incident_at(now, START), incident_at(now, LATER)
    assert (before.status, after.status) == ("backfill", "void")
    assert before.backfilled == after.backfilled == elsewhere.backfill
    assert [surface.name for surface in incident_facts.cached_facts(before).surfaces] == ["Exports"]


def test_another_may_answer_for_it(commander: Person, deputy: Person) -> None:
    made = backfilled_incident(commander, commander=deputy, restricted=True)
    assert incident_facts.cached_facts(made).commander == deputy
    known = Incident.objects.visible_to
    assert known(commander).filter(pk=made.pk).exists()
    assert known(deputy).filter(pk=made.pk).exists()


def test_who_may_not_know_of_a_restricted_one_does_not(
    commander: Person, stranger: Person, admin: Person
) -> None:
    made = backfilled_incident(commander, restricted=True)
    assert not Incident.objects.visible_to(stranger).filter(pk=made.pk).exists()
    assert Incident.objects.visible_to(admin).filter(pk=made.pk).exists()


def test_sent_twice_it_is_put_on_record_once(commander: Person, key: UUID) -> None:
    def send() -> Incident:
        said = backfilling.BackfillInput(account=account())
        return backfilling.backfill(commander.as_actor(), said, now=START, once=key)

    made = send()
    with pytest.raises(AlreadyDone) as again:
        send()
    assert again.value.href == made.get_absolute_url()
    assert Incident.objects.count() == 1


def test_every_reason_against_it_is_told_and_nothing_is_left(
    commander: Person, stakeholder: Person
) -> None:
    with pytest.raises(Refused) as refused:
        backfilled_incident(commander, commander=stakeholder, done="none", recovered_at=LATER)
    assert [one.code for one in refused.value.violations] == ["BF-PAST", "BF-DONE", "R-PERSON"]
    assert not Incident.objects.exists()
    assert not Backfill.objects.exists()


@pytest.mark.parametrize("who", ["stakeholder", "stranger", "admin"])
def test_whoever_responds_may_write_it_up(request: pytest.FixtureRequest, who: str) -> None:
    person = request.getfixturevalue(who)
    if who == "stakeholder":
        with pytest.raises(NotPermitted):
            backfilled_incident(person)
        return
    assert backfilled_incident(person).is_backfilled


# -- What nobody does in it ---------------------------------------------------------------------

type Try = Callable[[Person, Incident, Person], Any]


def _do(action: Callable[..., Any], *args: Any, **said: Any) -> Try:
    return lambda by, incident, _: action(by.as_actor(), incident.pk, *args, now=LATER, **said)


LIVING: dict[str, Try] = {
    "checkpoint": _do(checkpoints.schedule, due_at=LATER + timedelta(hours=1), purpose=""),
    "phase": _do(lifecycle.change_phase, phase="detection", reason="It is back"),
    "revision": _do(lifecycle.set_revision, revision="4be90a7"),
    "reach": _do(lifecycle.set_rollback_reach, broad=True, reason="Migration 0081"),
    "scenario": _do(scenarios.set_scenario, scenario="auth-token-failure", reason="Like it"),
    "execution": _do(execution.start, 1),
    "closing": _do(closing.close),
    "statement": _do(closing.save_statement, StatementInput(happened="It broke")),
    "reopening": _do(watching.reopen, reason="It fails again"),
    "branch": lambda by, one, other: _do(
        branches.open_branch, type="hotfix", name="pin-keys", owner=other
    )(by, one, other),
    "freeze": lambda by, one, other: _do(
        freezes.freeze, surface=one.surfaces.get(), scope="", reason="Hold still"
    )(by, one, other),
    "update": lambda by, one, _: saying.published(by, one, LATER, surfaces={}),
    "decision": lambda by, one, other: _do(
        decisions.decide, 1, decision_input(_cited(by, one), by, other, LATER)
    )(by, one, other),
    "recommendation": lambda by, one, other: _do(
        recommendations.recommend, recommendation_input(_cited(by, one)), lane=LaneKind.MITIGATION
    )(by, one, other),
    "handoff": lambda by, one, other: _do(handoffs.offer, terms(other), lane=LaneKind.MITIGATION)(
        by, one, other
    ),
}


def _cited(by: Person, incident: Incident) -> Any:
    roles.assign(
        by.as_actor(),
        incident.pk,
        role=RoleName.LANE_OWNER,
        lane=LaneKind.MITIGATION,
        person=by,
        now=LATER,
    )
    return evidence.capture(by.as_actor(), incident.pk, PRECHECK, now=LATER)


@pytest.mark.parametrize("what", LIVING)
def test_nothing_is_lived_in_it(
    elsewhere: Incident, commander: Person, deputy: Person, what: str
) -> None:
    with pytest.raises(Refused) as refused:
        LIVING[what](commander, elsewhere, deputy)

    sentence = refused.value.violations[0].sentence
    assert "reopen it" not in sentence
    assert "take that back" not in sentence
    assert status(elsewhere) == "backfill"
    for name in ("checkpoints", "decisions", "recommendations", "branches", "closings", "updates"):
        assert not getattr(elsewhere, name).exists()
    assert not Freeze.objects.exists()


def test_the_table_refuses_what_steers_a_response(elsewhere: Incident) -> None:
    assert refused_actions(elsewhere) == NEVER_BACKFILLED
    assert {"decision.decide", "decision.execute", "message.publish"} <= NEVER_BACKFILLED


def test_what_was_said_wrongly_is_corrected_and_work_goes_on(
    elsewhere: Incident, commander: Person
) -> None:
    actor, number = commander.as_actor(), elsewhere.pk
    lifecycle.change_severity(actor, number, severity="1", reason="Data was lost", now=LATER)
    lifecycle.set_surfaces(actor, number, surfaces=(SurfaceFactory(name="Ledger"),), now=LATER)
    lanes.add_note(actor, number, text="The vendor wrote since", now=LATER)
    evidence.capture(actor, number, VERIFICATION, now=LATER)
    risks.add(actor, number, text="The second batch may be imported late", now=LATER)
    backlog.add(actor, number, WorkInput(title="Send each export once"), now=LATER)

    found = Incident.objects.get(pk=number)
    assert (found.severity, found.status) == ("1", "backfill")
    assert verify(found) is None


def test_nobody_is_told_of_it_but_of_the_work_that_it_leaves(
    elsewhere: Incident, commander: Person, deputy: Person, stranger: Person
) -> None:
    actor, number = commander.as_actor(), elsewhere.pk
    roles.add_participant(actor, number, person=stranger, now=LATER)
    roles.assign(actor, number, role=RoleName.DEPUTY, person=deputy, now=LATER)
    risks.add(actor, number, text="It may come again", owner=deputy, now=LATER)
    restrict(actor, number, restricted=True, reason="Names of customers", now=LATER)
    end(commander, elsewhere, declared(commander))
    take_back(commander, elsewhere)
    assert not Notice.objects.exists()

    work = WorkInput(title="Send each export once", owner=deputy)
    backlog.add(actor, number, work, now=LATER)
    assert [one.kind for one in Notice.objects.all()] == ["backlog.owned"]


# -- Declared in error --------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["void", "duplicate"])
def test_it_can_be_void_or_a_duplicate_and_is_then_backfilled_again(
    elsewhere: Incident, commander: Person, how: str
) -> None:
    original = declared(commander) if how == "duplicate" else None
    end(commander, elsewhere, original)
    assert status(elsewhere) == how

    take_back(commander, elsewhere)
    assert status(elsewhere) == "backfill"
    assert elsewhere.timeline.latest("seq").kind == "incident.stands"
    assert verify(Incident.objects.get(pk=elsewhere.pk)) is None


def test_what_is_lived_here_is_not_a_duplicate_of_it(
    elsewhere: Incident, incident: Incident, commander: Person
) -> None:
    with pytest.raises(Refused, match="nothing is followed there"):
        end(commander, incident, elsewhere)
    assert status(incident) == "active"


def test_written_up_twice_one_is_a_duplicate_of_the_other(
    elsewhere: Incident, commander: Person
) -> None:
    again = backfilled_incident(commander)
    end(commander, again, elsewhere)
    assert status(again) == "duplicate"


# -- What the database holds against everybody --------------------------------------------------


@pytest.mark.parametrize("to", [one for one in Status if one != Status.BACKFILLED])
def test_plain_sql_leads_nowhere_from_it(elsewhere: Incident, to: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        Incident.objects.filter(pk=elsewhere.pk).update(status=to)
    assert status(elsewhere) == "backfill"


@pytest.mark.parametrize("before", ["active", "void"])
def test_plain_sql_makes_nothing_of_it_that_was_lived(
    incident: Incident, commander: Person, before: str
) -> None:
    if before == "void":
        end(commander, incident)
        incident.voidings.update(taken_back_at=LATER)
    with pytest.raises(ProgrammingError), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(status="backfill")
    assert status(incident) == before


def test_void_it_does_not_come_back_as_active(elsewhere: Incident, commander: Person) -> None:
    end(commander, elsewhere)
    elsewhere.voidings.update(taken_back_at=LATER)
    with pytest.raises(ProgrammingError, match="void"), transaction.atomic():
        Incident.objects.filter(pk=elsewhere.pk).update(status="active")
    with pytest.raises(ProgrammingError, match="void"), transaction.atomic():
        lifecycle_steps.set_status_step(lock(elsewhere.pk), "active")


def test_the_step_alone_is_refused_too(incident: Incident, elsewhere: Incident) -> None:
    for one, to in ((incident, "backfill"), (elsewhere, "active"), (elsewhere, "watching")):
        with pytest.raises(Refused, match="goes to"), transaction.atomic():
            lifecycle_steps.set_status_step(lock(one.pk), to)


def test_a_row_without_an_account_is_not_kept(commander: Person) -> None:
    said = {"title": "Forged", "severity": "1", "declared_at": START, "declared_by": commander}
    with pytest.raises(DatabaseError, match="has an account"), transaction.atomic():
        Incident.objects.create(status="backfill", **said)
    assert not Incident.objects.exists()


def account_of(incident: Incident, by: Person, **other: Any) -> Backfill:
    times = dict.fromkeys(("began_at", "mitigated_at", "recovered_at", "at"), incident.declared_at)
    words = dict.fromkeys(("happened", "done", "kept", "source"), "Forged")
    with transaction.atomic():
        return Backfill.objects.create(incident=incident, by=by, **(times | words | other))


def test_what_was_lived_gets_no_account(incident: Incident, commander: Person) -> None:
    with pytest.raises(ProgrammingError, match="handled elsewhere"):
        account_of(incident, commander)


@pytest.mark.parametrize(
    "wrong",
    [
        {"began_at": START + timedelta(hours=1)},
        {"recovered_at": START - timedelta(hours=1)},
        {"at": START - timedelta(hours=1)},
        {"mitigated_at": START - timedelta(hours=1), "began_at": START - timedelta(hours=2)},
        {"happened": ""},
        {"source": ""},
    ],
    ids=[
        "began_late",
        "recovered_early",
        "written_early",
        "declared_late",
        "no_words",
        "no_source",
    ],
)
def test_an_account_out_of_order_or_empty_is_not_kept(
    commander: Person, wrong: dict[str, Any]
) -> None:
    said = {"title": "Forged", "severity": "1", "declared_at": START, "declared_by": commander}
    with pytest.raises(DatabaseError), transaction.atomic():
        account_of(Incident.objects.create(status="backfill", **said), commander, **wrong)
    with transaction.atomic():
        account_of(Incident.objects.create(status="backfill", **said), commander)


def test_an_account_is_never_changed(elsewhere: Incident) -> None:
    rows = Backfill.objects.filter(incident=elsewhere)
    with pytest.raises(ProgrammingError), transaction.atomic():
        rows.update(recovered_at=START)
    with pytest.raises(ProgrammingError), transaction.atomic():
        rows.delete()
