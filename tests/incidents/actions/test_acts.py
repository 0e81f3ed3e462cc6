"""Acting first: the decision with its true times, its record owed, and the same rules for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse

from incidents.actions import acts, course, decisions, lifecycle, replacements
from incidents.actions.acts import ActInput
from incidents.facts.as_of import incident_at
from incidents.facts.incident import cached_facts, read_facts
from incidents.models import Decision, Person
from incidents.vocabulary import Choice, ExecutionRole, ExecutionState, LaneKind, Option
from kernel.refusal import Refused
from retros.closing import facts as gate_facts
from tests.helpers.decision_inputs import capture_evidence, decision_input
from tests.helpers.decision_run import DecisionRun
from tests.helpers.recommendations import Owners
from tests.helpers.snapshots import differences, plain

pytestmark = pytest.mark.django_db

OWED = settings.RECORD_OWED_WITHIN


def refused(attempt: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refusal:
        attempt()
    return [(violation.code, violation.field) for violation in refusal.value.violations]


def act(run: DecisionRun, by: Person | None = None, **changes: Any) -> Decision:
    fields: dict[str, Any] = {
        "what": "token_signer_v2 off in all regions",
        "option": Option.FLAG,
        "executor": run.executor,
    }
    act_input = ActInput(**(fields | changes))
    actor = (by or run.commander).as_actor()
    return acts.act_first(actor, run.incident.pk, act_input, now=run.now)


def complete(run: DecisionRun, decision: Decision, **changes: Any) -> Decision:
    fields: dict[str, Any] = {
        "option": decision.option,
        "choice": Choice.CONTINUE,
        "rejected": {
            Option.HOTFIX: "The cause is not confirmed",
            Option.ROLLBACK: "Takes six other changes with it",
        },
        "deviation_reason": "The flag is faster than the rollback",
    }
    fields |= changes
    executor = fields.pop("executor", run.executor)
    written = decision_input(run.cited, executor, run.verifier, run.now, **fields)
    actor = run.commander.as_actor()
    number = decision.checkpoint.number
    return decisions.decide(actor, run.incident.pk, number, written, now=run.now)


# -- The act -----------------------------------------------------------------------------------


def test_one_line_is_enough_to_begin(executing: DecisionRun) -> None:
    decision = act(executing)

    facts = read_facts(executing.incident)
    assert (decision.reference, decision.owed, decision.option) == ("D-1", True, Option.FLAG)
    assert decision.checkpoint.due_at == executing.now + OWED
    assert facts.owed == (decision,)
    execution = facts.decisions[0].execution
    assert (execution.state, execution.started_at) == (ExecutionState.STARTED, executing.now)
    entry = executing.incident.timeline.get(kind="decision.acted")
    assert entry.data["what"] == "token_signer_v2 off in all regions"


def test_what_was_done_already_has_its_own_times_and_its_proof(executing: DecisionRun) -> None:
    began = executing.now - timedelta(minutes=6)
    done = executing.now - timedelta(minutes=5)
    proof = capture_evidence(
        executing.incident, executing.commander, executing.now - timedelta(minutes=4)
    )

    act(executing, began_at=began, done_at=done, evidence=[proof.number])

    execution = read_facts(executing.incident).decisions[0].execution
    assert (execution.state, execution.started_at, execution.done_at) == (
        ExecutionState.DONE,
        began,
        done,
    )
    assert list(execution.proof.all()) == [proof]


def test_who_was_named_in_the_meantime_gives_way_to_whom_the_record_names(
    executing: DecisionRun, stranger: Person
) -> None:
    decision = act(executing)
    named = replacements.replace_holder(
        executing.commander.as_actor(),
        executing.incident.pk,
        decision.number,
        role=ExecutionRole.VERIFIER,
        person=stranger,
        reason="They know the board",
        now=executing.now,
    )
    executing.now += timedelta(minutes=1)

    completed = complete(executing, decision)

    execution = read_facts(executing.incident).decisions[0].execution
    assert named.person == stranger
    assert execution.verifier == completed.verifier == executing.verifier
    kinds = executing.incident.timeline.filter(kind="execution.replaced")
    assert kinds.count() == 2


def test_proof_captured_between_the_act_and_its_record_counts(executing: DecisionRun) -> None:
    act(executing, began_at=executing.now - timedelta(minutes=6))
    proof = capture_evidence(
        executing.incident, executing.commander, executing.now - timedelta(minutes=3)
    )

    executing.finish(proof)

    assert read_facts(executing.incident).decisions[0].execution.state == ExecutionState.DONE


def test_only_the_commander_begins_and_only_what_can_be_undone(executing: DecisionRun) -> None:
    problems = refused(lambda: act(executing, by=executing.executor, option=Option.HOTFIX))

    assert problems == [("A-NOW", "began_at"), ("A-NOW", "option")]


def test_a_broad_act_that_happened_is_recorded_and_marked(executing: DecisionRun) -> None:
    decision = act(
        executing,
        by=executing.executor,
        option=Option.HOTFIX,
        began_at=executing.now - timedelta(minutes=2),
    )

    assert decision.is_undecided
    assert executing.incident.timeline.get(kind="decision.acted").data["undecided"] is True


def test_times_that_cannot_be_are_refused(executing: DecisionRun) -> None:
    now = executing.now
    ahead = refused(lambda: act(executing, began_at=now + timedelta(minutes=5)))
    turned = refused(
        lambda: act(
            executing, began_at=now - timedelta(minutes=1), done_at=now - timedelta(hours=1)
        )
    )

    assert ahead == [("A-TIME", "began_at")]
    assert turned == [("A-TIME", "done_at"), ("A-TIME", "evidence")]


# -- Beside what runs --------------------------------------------------------------------------


def test_beside_another_both_run_to_their_end(executing: DecisionRun) -> None:
    first = act(executing)

    problems = refused(lambda: act(executing, option=Option.ROLLBACK, what="Roll the canary back"))
    assert problems == [("D-ONE", "supersede_reason")]
    second = act(
        executing,
        what="Roll the canary back",
        option=Option.ROLLBACK,
        beside_reason="The flag is in sign-in, the canary in billing",
        supersede_reason="n/a",
    )

    running = read_facts(executing.incident).mitigations
    assert [execution.decision for execution in running] == [first, second]
    assert running[1].beside_reason == "The flag is in sign-in, the canary in billing"


def test_in_place_of_another_the_first_ends(executing: DecisionRun) -> None:
    first = act(executing)
    act(executing, what="Roll back", option=Option.ROLLBACK, supersede_reason="The flag failed")

    states = {d.reference: d.execution.state for d in read_facts(executing.incident).decisions}
    assert states == {first.reference: ExecutionState.SUPERSEDED, "D-2": ExecutionState.STARTED}


def test_at_most_three_run_beside_each_other(executing: DecisionRun) -> None:
    act(executing)
    for number in range(2):
        act(executing, what=f"Region {number} off", beside_reason=f"Region {number} is its own")

    problems = refused(
        lambda: act(executing, what="A fourth", beside_reason="It is in a region of its own")
    )

    assert problems == [("D-ONE", "beside_reason")]


# -- The record --------------------------------------------------------------------------------


def test_the_record_is_the_same_with_the_same_rules(executing: DecisionRun) -> None:
    decision = act(executing)
    executing.now += timedelta(minutes=3)

    problems = refused(lambda: complete(executing, decision, blast_radius="", verification=""))
    assert [code for code, _ in problems] == ["D-BLAST", "D-VERIFY"]
    complete(executing, decision)

    decision.refresh_from_db()
    assert (decision.owed, decision.recorded_at) == (False, executing.now)
    assert decision.blast_radius == "All sign-ins for 40 seconds a region"
    assert decision.checkpoint != decision.next_checkpoint
    assert read_facts(executing.incident).owed == ()
    assert Decision.objects.filter(incident=executing.incident).count() == 1
    assert executing.incident.timeline.filter(kind="decision.recorded").count() == 1


def test_the_record_is_of_what_was_done(executing: DecisionRun) -> None:
    decision = act(executing)

    problems = refused(
        lambda: complete(
            executing,
            decision,
            option=Option.ROLLBACK,
            choice=Choice.ROLLBACK,
            executor=executing.commander,
            rejected={
                Option.FLAG: "It does not cover the signer",
                Option.HOTFIX: "The cause is not confirmed",
            },
        )
    )

    assert problems == [("A-RECORD", "option"), ("A-RECORD", "executor")]


def test_an_open_contradiction_does_not_keep_a_record_of_what_was_done_from_being_complete(
    executing: DecisionRun, lane_owners: dict[LaneKind, Person]
) -> None:
    decision = act(executing)
    recommending = Owners(executing.incident, lane_owners, executing.cited, executing.now)
    recommending.recommend(LaneKind.MITIGATION, "rollback")
    recommending.recommend(LaneKind.INVESTIGATION, "hotfix")

    complete(executing, decision)

    facts = read_facts(executing.incident)
    assert (facts.owed, facts.contradiction is not None) == ((), True)
    entry = executing.incident.timeline.get(kind="decision.recorded")
    assert any("X-1 is open" in warning for warning in entry.data["warnings"])


def test_a_complete_record_is_final(executing: DecisionRun) -> None:
    decision = act(executing)
    with pytest.raises(Error), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(why_now="Something else")
    with pytest.raises(Error), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(option=Option.HOTFIX, owed=False)

    complete(executing, decision)

    with pytest.raises(Error), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(why_now="Something else")


def test_while_a_record_is_late_only_a_reversible_act_is_decided(executing: DecisionRun) -> None:
    act(executing)
    executing.now += OWED
    other = executing.incident.checkpoints.open().order_by("number").first()
    assert other is not None
    broad = decision_input(
        executing.cited,
        executing.executor,
        executing.verifier,
        executing.now,
        option=Option.HOTFIX,
        choice=Choice.CONTINUE,
        rejected={Option.FLAG: "It is off already", Option.ROLLBACK: "Takes others with it"},
        deviation_reason="The fix is one line",
        beside_reason="It touches another service",
    )

    problems = refused(
        lambda: decisions.decide(
            executing.commander.as_actor(),
            executing.incident.pk,
            other.number,
            broad,
            now=executing.now,
        )
    )

    assert problems == [("D-OWED", "option")]
    reversible = replace(broad, option=Option.ROLLBACK, choice=Choice.ROLLBACK)
    again = refused(
        lambda: decisions.decide(
            executing.commander.as_actor(),
            executing.incident.pk,
            other.number,
            reversible,
            now=executing.now,
        )
    )
    assert ("D-OWED", "option") not in again


def test_its_checkpoint_is_not_passed_over(executing: DecisionRun) -> None:
    decision = act(executing)
    actor, number = executing.commander.as_actor(), decision.checkpoint.number

    moved = refused(
        lambda: course.move(
            actor,
            executing.incident.pk,
            number,
            due_at=executing.now + timedelta(minutes=50),
            reason="No time now",
            now=executing.now,
        )
    )
    cancelled = refused(
        lambda: course.cancel(
            actor, executing.incident.pk, number, reason="No time now", now=executing.now
        )
    )

    assert moved == cancelled == [("A-RECORD", "")]


def test_an_owed_record_keeps_the_gate_shut(executing: DecisionRun) -> None:
    act(executing)
    facts = read_facts(executing.incident)

    gate = gate_facts.read_gate(facts, None, executing.now)

    assert "The record of D-1, which was done first, is owed." in [
        loose.sentence for loose in gate.loose
    ]


def test_looking_back_the_record_was_still_owed(executing: DecisionRun) -> None:
    decision = act(executing)
    before = executing.now + timedelta(minutes=1)
    executing.now += timedelta(minutes=3)
    complete(executing, decision)

    (then,) = cached_facts(incident_at(executing.incident, before)).decisions

    assert (then.owed, then.blast_radius) == (True, "")


def test_looking_back_an_owed_record_is_as_the_act_made_it(executing: DecisionRun) -> None:
    """Whoever completes it writes over who acted, what was done, how severe it was then."""
    decision = act(executing, by=executing.executor, began_at=executing.now - timedelta(minutes=2))
    incident, (owed,) = executing.incident, read_facts(executing.incident).decisions
    before = executing.now + timedelta(minutes=1)
    executing.now += timedelta(minutes=3)
    severity = "1" if incident.severity != "1" else "2"
    commander, now = executing.commander.as_actor(), executing.now
    lifecycle.change_severity(
        commander, incident.pk, severity=severity, reason="Two regions", now=now
    )
    completed = complete(executing, decision, why_now="It is known to work")
    changed = {name for name, value in plain(owed).items() if plain(completed).get(name) != value}

    (then,) = cached_facts(incident_at(incident, before)).decisions

    assert differences(plain(then), plain(owed)) == []
    assert changed >= {"actor_id", "severity", "next_action", "why_now", "deadline"}


# -- The pages ---------------------------------------------------------------------------------


def test_acting_first_asks_for_two_inputs(
    client: Client, executing: DecisionRun, commander: Person
) -> None:
    client.force_login(commander)
    address = reverse("act", args=[executing.incident.pk])
    form = client.get(address).context["form"]
    prefilled = {name: form[name].value() for name in form.fields if form[name].value()}

    sent = client.post(address, prefilled | {"what": "token_signer_v2 off", "option": "flag"})

    assert sent.status_code == 302
    assert Decision.objects.get(incident=executing.incident).executor == commander


def test_the_page_of_the_record_is_filled_in(
    client: Client, executing: DecisionRun, commander: Person
) -> None:
    decision = act(executing)
    client.force_login(commander)

    page = client.get(decision.checkpoint.get_absolute_url())

    form = page.context["form"]
    assert form["option"].value() == "flag"
    assert form["executor"].value() == executing.executor.pk
    assert not form["why_now"].value()
    assert "Complete the record of D-1" in page.text
