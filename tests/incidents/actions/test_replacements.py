"""Somebody else executes or verifies a decision, which itself stays as it was made."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse

from incidents.actions.replacements import replace_holder
from incidents.assessments import control
from incidents.duties.duty import duties
from incidents.facts.as_of import incident_at
from incidents.facts.incident import cached_facts, read_facts
from incidents.facts.signed_record import content_hash
from incidents.models import Incident, Notice, Person, Replacement
from incidents.panels.markdown import decision_record
from incidents.vocabulary import ExecutionRole, Option
from kernel.refusal import NotPermitted
from tests.helpers.counting import queries
from tests.helpers.decision_run import DecisionRun

pytestmark = pytest.mark.django_db

REASON = "On the train, without a line"


@pytest.fixture
def decided(executing: DecisionRun) -> DecisionRun:
    executing.decide(Option.FLAG)
    return executing


def replace(
    run: DecisionRun, person: Person, role: str = ExecutionRole.EXECUTOR, **fields: Any
) -> Replacement:
    run.now += timedelta(minutes=1)
    fields = {"reason": REASON, "now": run.now} | fields
    actor = run.commander.as_actor()
    return replace_holder(actor, run.incident.pk, 1, role=role, person=person, **fields)


def fresh(run: DecisionRun) -> Incident:
    return Incident.objects.get(pk=run.incident.pk)


def test_from_now_on_the_other_one_executes(decided: DecisionRun, stranger: Person) -> None:
    before = decided.executor

    replace(decided, stranger)

    with pytest.raises(NotPermitted, match=str(stranger)):
        decided.start()
    decided.start(by=stranger)
    facts = read_facts(fresh(decided))
    titles = {p: [d.title for d in duties([facts], p, decided.now)] for p in (before, stranger)}
    assert "Finish D-1" in titles[stranger]
    assert "Finish D-1" not in titles[before]
    assert fresh(decided).participations.filter(person=stranger).exists()


def test_from_now_on_the_other_one_verifies(decided: DecisionRun, stranger: Person) -> None:
    decided.done()

    replace(decided, stranger, ExecutionRole.VERIFIER)

    with pytest.raises(NotPermitted):
        decided.judge(decided.run())
    decided.judge(decided.run(), by=stranger)


def test_the_decision_stays_and_its_record_names_both(
    decided: DecisionRun, stranger: Person
) -> None:
    before, signed = decided.executor, content_hash(decided.read())

    replace(decided, stranger)

    decision = decided.read()
    assert (decision.executor, decision.execution.executor) == (before, stranger)
    assert content_hash(decision) == signed
    record = decision_record(decision, read_facts(fresh(decided)))
    assert f"Owner for execution: {stranger}, at first {before}" in record
    entry = decided.incident.timeline.get(kind="execution.replaced")
    assert (entry.subject, entry.data["before"], entry.data["reason"]) == (
        "D-1",
        str(before),
        REASON,
    )
    people = Notice.objects.filter(kind="execution.replaced").values_list("person", flat=True)
    assert set(people) == {before.pk, stranger.pk}


def test_who_had_started_it_stays_on_its_trail(
    client: Client, decided: DecisionRun, stranger: Person
) -> None:
    before = decided.executor
    decided.start()

    replace(decided, stranger)

    execution = decided.read().execution
    assert (execution.started_by, execution.executor) == (before, stranger)


def test_as_of_before_it_the_first_one_executes(decided: DecisionRun, stranger: Person) -> None:
    before, moment = decided.executor, decided.now
    replace(decided, stranger)

    then = cached_facts(incident_at(fresh(decided), moment)).decisions[0].execution
    later = cached_facts(incident_at(fresh(decided), decided.now)).decisions[0].execution

    assert (then.executor, later.executor) == (before, stranger)


def test_a_holder_who_is_gone_is_a_fault_that_leads_to_replacing(decided: DecisionRun) -> None:
    Person.objects.filter(pk=decided.verifier.pk).update(is_active=False)

    faults = control.faults(read_facts(fresh(decided)), decided.now)

    named = next(fault for fault in faults if fault.code == "R-UNABLE")
    assert "verifier of D-1" in named.sentence


def test_replacements_are_final(decided: DecisionRun, stranger: Person) -> None:
    row = replace(decided, stranger)

    with pytest.raises(Error), transaction.atomic():
        Replacement.objects.filter(pk=row.pk).update(reason="Another")


def test_only_who_is_in_command_replaces(decided: DecisionRun, stranger: Person) -> None:
    with pytest.raises(NotPermitted):
        replace_holder(
            stranger.as_actor(),
            decided.incident.pk,
            1,
            role=ExecutionRole.EXECUTOR,
            person=stranger,
            reason=REASON,
            now=decided.now,
        )


def test_the_page_replaces_and_refuses(
    client: Client, decided: DecisionRun, stranger: Person
) -> None:
    client.force_login(decided.commander)
    path = reverse("replace-holder", args=[decided.incident.pk, 1, "executor"])

    assert path in client.get(f"/INC-{decided.incident.pk}/D-1/").content.decode()
    assert str(decided.executor) in client.get(path).content.decode()
    assert client.post(path, {"person": "", "reason": ""}).status_code == 422
    answer = client.post(path, {"person": stranger.pk, "reason": REASON})

    assert answer["Location"] == f"/INC-{decided.incident.pk}/D-1/"
    assert decided.read().execution.executor == stranger


def test_a_replacement_needs_no_more_queries(decided: DecisionRun, stranger: Person) -> None:
    def count() -> int:
        incident = fresh(decided)
        with queries() as run:
            facts = read_facts(incident)
            str(facts.decisions[0].execution.executor)
        return len(run)

    before = count()
    replace(decided, stranger)

    assert count() == before
