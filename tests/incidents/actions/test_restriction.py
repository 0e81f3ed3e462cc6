"""Restricting an incident that runs: who is left out, who is kept, who sees it again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import acts, branches, decisions, replacements, restriction, risks, roles
from incidents.actions.acts import ActInput
from incidents.assessments import control
from incidents.facts.incident import read_facts
from incidents.models import Incident, Notice, Person
from incidents.rules.checkpoint import Fault
from incidents.vocabulary import BranchType, Choice, ExecutionRole, LaneKind, Option, RoleName
from kernel.refusal import NotPermitted, Refused
from tests.helpers.decision_inputs import decision_input
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START
from tests.incidents.actions.test_supersede import Deciding

NOW = START + timedelta(minutes=6)
WHY = "Personal data in the logs"


def restrict(by: Person, incident: Incident, restricted: bool = True, reason: str = WHY) -> None:
    restriction.restrict(by.as_actor(), incident.pk, restricted=restricted, reason=reason, now=NOW)


def knows(person: Person, incident: Incident) -> bool:
    return Incident.objects.visible_to(person).filter(pk=incident.pk).exists()


@pytest.mark.django_db
def test_who_takes_no_part_no_longer_knows_of_it(
    incident: Incident, commander: Person, stranger: Person, admin: Person
) -> None:
    assert knows(stranger, incident)

    restrict(commander, incident)

    assert [knows(p, incident) for p in (commander, admin, stranger)] == [True, True, False]
    entry = incident.timeline.latest("seq")
    assert (entry.kind, entry.data["becomes"]) == ("restriction.changed", {"restricted": True})


@pytest.mark.django_db
def test_it_can_be_opened_again(incident: Incident, commander: Person, stranger: Person) -> None:
    restrict(commander, incident)

    restrict(commander, incident, restricted=False, reason="It was test data")

    assert knows(stranger, incident)


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  ", "n/a", "None."])
def test_a_reason_is_asked_for(incident: Incident, commander: Person, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        restrict(commander, incident, reason=reason)

    assert [v.field for v in refused.value.violations] == ["reason"]
    incident.refresh_from_db()
    assert not incident.restricted


@pytest.mark.django_db
def test_what_is_so_already_is_refused(incident: Incident, commander: Person) -> None:
    with pytest.raises(Refused, match="already"):
        restrict(commander, incident, restricted=False)


@pytest.mark.django_db
def test_who_executes_what_is_unfinished_is_kept(
    incident: Incident, commander: Person, lane_owners: dict[LaneKind, Person], stranger: Person
) -> None:
    deciding = Deciding(incident, commander, lane_owners)
    deciding.executor = stranger
    deciding.decide(Option.FLAG)
    assert not incident.participations.filter(person=stranger).exists()

    restrict(commander, incident)

    assert knows(stranger, incident)


@pytest.mark.django_db
def test_only_who_commands_may(incident: Incident, stranger: Person) -> None:
    with pytest.raises(NotPermitted):
        restrict(stranger, incident)


@pytest.mark.django_db
def test_who_holds_a_role_and_may_not_enter_is_a_fault(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    roles.assign(commander.as_actor(), incident.pk, role=RoleName.DEPUTY, person=stranger, now=NOW)
    restrict(commander, incident)
    incident.refresh_from_db()
    before = read_facts(incident)
    incident.participations.filter(person=stranger).delete()
    after = read_facts(incident)

    assert (before.deputy, before.unable) == (stranger, ())
    assert (after.deputy, [row.person for row in after.unable]) == (None, [stranger])
    (fault, *_) = control.faults(after, NOW)
    assert (fault.code, fault.label) == ("R-UNABLE", f"{stranger} may not enter")


# -- Who cannot act is not named -----------------------------------------------------------------


def refusals(attempt: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        attempt()
    return [(v.code, v.field) for v in refused.value.violations]


@pytest.mark.django_db
def test_nobody_who_cannot_act_here_is_named_by_any_act(
    executing: DecisionRun, stranger: Person, data_owner: Person
) -> None:
    run, who = executing, executing.commander.as_actor()
    number = run.incident.pk
    Person.objects.filter(pk=data_owner.pk).update(is_active=False)
    data_owner.refresh_from_db()
    restrict(run.commander, run.incident)

    def act(person: Person) -> None:
        what = ActInput(what="Flag off", option=Option.FLAG, executor=person)
        acts.act_first(who, number, what, now=run.now)

    def replace(role: ExecutionRole, person: Person) -> None:
        replacements.replace_holder(
            who, number, 1, role=role, person=person, reason="Asleep", now=run.now
        )

    def lane(person: Person) -> None:
        roles.assign(
            who, number, role=RoleName.LANE_OWNER, lane="mitigation", person=person, now=run.now
        )

    def branch(person: Person) -> None:
        branches.open_branch(
            who, number, type=BranchType.HOTFIX, name="fix/signer", owner=person, now=run.now
        )

    def risk(person: Person) -> None:
        risks.add(who, number, text="Sessions may fail", owner=person, now=run.now)

    def decide(field: str, person: Person) -> None:
        before = getattr(run, field)
        setattr(run, field, person)
        try:
            run.decide(Option.FLAG)
        finally:
            setattr(run, field, before)

    deciding = {
        "execute": lambda p: decide("executor", p),
        "verify": lambda p: decide("verifier", p),
    }
    expected = {
        "execute": ("D-OWNERS", "executor"),
        "verify": ("D-OWNERS", "verifier"),
        "act": ("A-WHAT", "executor"),
        "branch": ("B-OWNER", "owner"),
        "risk": ("RISK-OWNER", "owner"),
        "replace executor": ("X-OTHER", "person"),
        "replace verifier": ("X-OTHER", "person"),
    }
    doors = {**deciding, "act": act, "branch": branch, "risk": risk}
    found = {
        (door, str(person)): refusals(lambda name=name, p=person: name(p))
        for person in (stranger, data_owner)
        for door, name in doors.items()
    }
    run.decide(Option.FLAG)
    for person in (stranger, data_owner):
        for role in ExecutionRole:
            found[f"replace {role.value}", str(person)] = refusals(
                lambda p=person, r=role: replace(r, p)
            )
    found["lane", str(data_owner)] = refusals(lambda: lane(data_owner))

    assert found == {
        **{(d, str(p)): [code] for d, code in expected.items() for p in (stranger, data_owner)},
        ("lane", str(data_owner)): [("R-PERSON", "person")],
    }
    assert not Notice.objects.filter(person__in=[stranger, data_owner]).exists()


@pytest.mark.django_db
def test_who_did_it_already_is_a_fact_and_a_fault_with_the_way_to_mend_it(
    executing: DecisionRun, stranger: Person
) -> None:
    run, who = executing, executing.commander.as_actor()
    restrict(run.commander, run.incident)
    began = run.now - timedelta(minutes=2)
    what = ActInput(what="Flag off", option=Option.FLAG, executor=stranger, began_at=began)

    decision = acts.act_first(who, run.incident.pk, what, now=run.now)

    assert not Notice.objects.filter(person=stranger).exists()
    (fault,) = [f for f in _faults(run.incident) if f.code == "R-UNABLE"]
    assert fault.label == f"{stranger} may not enter"
    assert "executor of D-1" in fault.sentence
    assert fault.href == reverse("replace-holder", args=[run.incident.pk, 1, "executor"])
    # What they did is recorded all the same, by the commander.
    written = decision_input(
        run.cited,
        stranger,
        run.verifier,
        run.now,
        option=Option.FLAG,
        choice=Choice.CONTINUE,
        rejected={Option.HOTFIX: "Not confirmed", Option.ROLLBACK: "Takes six other changes"},
        deviation_reason="The flag is faster",
    )
    decisions.decide(who, run.incident.pk, decision.checkpoint.number, written, now=run.now)
    assert not run.read().owed


@pytest.mark.django_db
def test_who_owns_something_and_may_not_enter_any_more_is_a_fault(
    executing: DecisionRun, stranger: Person
) -> None:
    """Restricted later, or removed, or deactivated: each shows, with where somebody is named."""
    run, who = executing, executing.commander.as_actor()
    number = run.incident.pk
    run.executor = stranger
    run.decide(Option.FLAG)
    branches.open_branch(
        who, number, type=BranchType.HOTFIX, name="fix/signer", owner=stranger, now=run.now
    )
    risks.own(who, number, 1, owner=stranger, now=run.now)
    assert "R-UNABLE" not in {fault.code for fault in _faults(run.incident)}

    restrict(run.commander, run.incident)
    assert "R-UNABLE" not in {fault.code for fault in _faults(run.incident)}  # executes, so kept
    roles.remove_participant(who, number, person=stranger, now=run.now)
    (fault,) = [f for f in _faults(run.incident) if f.code == "R-UNABLE"]
    Person.objects.filter(pk=stranger.pk).update(is_active=False)
    (left,) = [f for f in _faults(run.incident) if f.code == "R-UNABLE"]

    assert "executor of D-1, owner of B-1 and owner of RISK-1" in fault.sentence
    assert "let them take part" in fault.sentence
    assert (left.label, left.href) == (f"{stranger} can no longer act", fault.href)


def _faults(incident: Incident) -> tuple[Fault, ...]:
    return control.faults(read_facts(Incident.objects.get(pk=incident.pk)), NOW)


@pytest.mark.django_db
def test_the_record_of_an_act_offers_who_did_it_also_after_they_left(
    executing: DecisionRun, client: Client
) -> None:
    run = executing
    what = ActInput(what="Flag off", option=Option.FLAG, executor=run.executor)
    decision = acts.act_first(run.commander.as_actor(), run.incident.pk, what, now=run.now)
    Person.objects.filter(pk=run.executor.pk).update(is_active=False)
    client.force_login(run.commander)

    page = client.get(decision.checkpoint.get_absolute_url())

    assert page.context["form"]["executor"].field.queryset.filter(pk=run.executor.pk).exists()
