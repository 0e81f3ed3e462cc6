"""What a decision asks of people: to sign, execute, verify it, or decide again when it failed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse

from incidents.assessments.signatures import dual_facts
from incidents.duties.duty import Duty, register
from incidents.facts.incident import IncidentFacts
from incidents.models import Decision, Person
from incidents.rules import dual_signature
from incidents.vocabulary import ExecutionState


@register
def of_decisions(
    standings: Sequence[IncidentFacts], person: Person, now: datetime
) -> Iterable[Duty]:
    for facts in standings:
        for decision in facts.decisions:
            if decision.execution.is_unfinished and decision.execution.mitigates:
                yield from _of_decision(facts, decision, person)
        if facts.failed is not None and facts.commander == person:
            yield _decide_again(facts, facts.failed)
        if facts.contradiction is not None and facts.commander == person:
            yield _resolve(facts)


def _of_decision(facts: IncidentFacts, decision: Decision, person: Person) -> Iterable[Duty]:
    state = decision.execution.state
    if decision.execution.dual and state in dual_signature.OPEN_TO_SIGN:
        signed = dual_facts(facts, decision)
        yield from _sign(facts, decision, signed, person)
        if not signed.is_complete:
            return
    if decision.executor_id == person.pk:
        yield from _execute(facts, decision, state)
    if decision.verifier_id == person.pk:
        yield from _verify(facts, decision, state)


def _sign(
    facts: IncidentFacts, decision: Decision, signed: dual_signature.DualFacts, person: Person
) -> Iterable[Duty]:
    for signature in dual_signature.missing_signatures(signed):
        if signature.person == person.pk:
            yield Duty(
                facts.incident,
                "signer",
                5,
                f"Sign {decision.reference}: {decision.title}",
                "Two people sign where billing or ledger data is touched. It waits for you.",
                decision.get_absolute_url(),
                f"Read and sign {decision.reference}",
                "D",
            )


def _execute(facts: IncidentFacts, decision: Decision, state: str) -> Iterable[Duty]:
    role = f"owner for execution of {decision.reference}"
    href = decision.get_absolute_url()
    if state == ExecutionState.DECIDED:
        why = f"{decision.title}. {decision.next_action}"
        title, button = f"Execute {decision.reference}", "Start"
    elif state == ExecutionState.STARTED:
        why = f"{decision.title} is being executed. When it is done, show it with evidence."
        title, button = f"Finish {decision.reference}", "It is done"
        href = reverse("done", args=[facts.incident.pk, decision.number])
    else:
        return
    yield Duty(facts.incident, role, 7, title, why, href, button, "D", decision.deadline)


def _verify(facts: IncidentFacts, decision: Decision, state: str) -> Iterable[Duty]:
    done = state == ExecutionState.DONE
    role = f"owner for verification of {decision.reference}"
    if done:
        yield Duty(
            facts.incident,
            role,
            6,
            f"Verify {decision.reference}",
            f"It is executed. Expected signal: {decision.verification}",
            reverse("verify", args=[facts.incident.pk, decision.number]),
            "Verify",
            "D",
            decision.deadline,
        )
    else:
        yield Duty(
            facts.incident,
            role,
            60,
            f"Be ready to verify {decision.reference}",
            f"Capture the baseline now. Expected signal: {decision.verification}",
            decision.get_absolute_url(),
            f"Read {decision.reference}",
            "",
            decision.deadline,
        )


def _decide_again(facts: IncidentFacts, failed: Decision) -> Duty:
    return Duty(
        facts.incident,
        "commander",
        3,
        f"Decide again: verification of {failed.reference} failed",
        failed.execution.finding,
        reverse("decide-next", args=[facts.incident.pk]),
        "Decide",
        "D",
        facts.next_checkpoint.due_at if facts.next_checkpoint else None,
    )


def _resolve(facts: IncidentFacts) -> Duty:
    contradiction = facts.contradiction
    assert contradiction is not None
    sides = [
        side.recommendation for side in facts.sides_of(contradiction) if side.recommendation.is_open
    ]
    requested = ", ".join(f"{r.actor_name} recommends {r.title}" for r in sides)
    return Duty(
        facts.incident,
        "commander",
        2,
        f"Resolve contradiction {contradiction.reference}, then decide",
        f"{requested}. No mitigation can be decided until you choose.",
        reverse("decide-next", args=[facts.incident.pk]),
        "Compare and decide",
        "D",
        facts.next_checkpoint.due_at if facts.next_checkpoint else None,
    )
