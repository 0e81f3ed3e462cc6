"""What a decision asks of people: to sign, execute, verify it, or decide again when it failed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse

from incidents.assessments.signatures import dual_facts
from incidents.duties.duty import Duty, register_while
from incidents.duties.urgency import Urgency
from incidents.facts.incident import IncidentFacts
from incidents.models import Decision, Person, Recommendation
from incidents.rules import dual_signature
from incidents.vocabulary import ExecutionState, RoleName, Status


@register_while(Status.ACTIVE)
def of_decisions(
    all_facts: Sequence[IncidentFacts], person: Person, now: datetime
) -> Iterable[Duty]:
    for facts in all_facts:
        for decision in facts.decisions:
            if decision.execution.is_unfinished and decision.execution.mitigates:
                yield from _of_decision(facts, decision, person)
        if facts.failed is not None and facts.commander == person:
            yield _decide_again(facts, facts.failed)
        if facts.contradiction is not None and facts.commander == person:
            yield _resolve(facts)
        for row in facts.proposed_recommendations:
            if facts.holder(RoleName.LANE_OWNER, row.lane) == person:
                yield _answer(facts, row)


def _of_decision(facts: IncidentFacts, decision: Decision, person: Person) -> Iterable[Duty]:
    state = decision.execution.state
    acted_first = decision.execution.signs_afterwards
    open_to_sign = dual_signature.is_open_to_sign(state, acted_first=acted_first)
    if decision.execution.dual and open_to_sign and not decision.owed:
        signed = dual_facts(facts, decision)
        yield from _sign(facts, decision, signed, person)
        if not signed.is_complete and not acted_first:
            return
    if decision.execution.executor_id == person.pk:
        yield from _execute(facts, decision, state)
    if decision.execution.verifier_id == person.pk:
        yield from _verify(facts, decision, state)


def _sign(
    facts: IncidentFacts, decision: Decision, signed: dual_signature.DualFacts, person: Person
) -> Iterable[Duty]:
    for signature in dual_signature.missing_signatures(signed):
        if signature.person == person.pk:
            yield Duty(
                incident=facts.incident,
                role="signer",
                urgency=Urgency.SIGN,
                title=f"Sign {decision.reference}: {decision.title}",
                why="Two people sign where billing or ledger data is touched. It waits for you.",
                href=decision.get_absolute_url(),
                button=f"Read and sign {decision.reference}",
                key="D",
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
    yield Duty(
        incident=facts.incident,
        role=role,
        urgency=Urgency.EXECUTE,
        title=title,
        why=why,
        href=href,
        button=button,
        key="D",
        due_at=decision.deadline,
    )


def _verify(facts: IncidentFacts, decision: Decision, state: str) -> Iterable[Duty]:
    done = state == ExecutionState.DONE
    role = f"owner for verification of {decision.reference}"
    if done:
        yield Duty(
            incident=facts.incident,
            role=role,
            urgency=Urgency.VERIFY,
            title=f"Verify {decision.reference}",
            why=f"It is executed. Expected signal: {decision.verification}",
            href=reverse("verify", args=[facts.incident.pk, decision.number]),
            button="Verify",
            key="D",
            due_at=decision.deadline,
        )
    else:
        yield Duty(
            incident=facts.incident,
            role=role,
            urgency=Urgency.PREPARE_VERIFICATION,
            title=f"Be ready to verify {decision.reference}",
            why=f"Capture the baseline now. Expected signal: {decision.verification}",
            href=decision.get_absolute_url(),
            button=f"Read {decision.reference}",
            due_at=decision.deadline,
        )


def _decide_again(facts: IncidentFacts, failed: Decision) -> Duty:
    return Duty(
        incident=facts.incident,
        role="commander",
        urgency=Urgency.DECIDE_AGAIN,
        title=f"Decide again: verification of {failed.reference} failed",
        why=failed.execution.finding,
        href=reverse("decide-next", args=[facts.incident.pk]),
        button="Decide",
        key="D",
        due_at=facts.next_checkpoint.due_at if facts.next_checkpoint else None,
    )


def _answer(facts: IncidentFacts, row: Recommendation) -> Duty:
    return Duty(
        incident=facts.incident,
        role=f"owner of {row.get_lane_display()}",
        urgency=Urgency.ANSWER_RECOMMENDATION,
        title=f"Adopt {row.reference}, or decline it",
        why=f"{row.actor_name} recommends {row.title}. It counts once you adopt it.",
        href=reverse("recommendation-answer", args=[facts.incident.pk, row.number]),
        button=f"Read {row.reference}",
        key="D",
    )


def _resolve(facts: IncidentFacts) -> Duty:
    contradiction = facts.contradiction
    assert contradiction is not None
    sides = [
        side.recommendation for side in facts.sides_of(contradiction) if side.recommendation.is_open
    ]
    requested = ", ".join(f"{r.owner_name} recommends {r.title}" for r in sides)
    return Duty(
        incident=facts.incident,
        role="commander",
        urgency=Urgency.RESOLVE_CONTRADICTION,
        title=f"Resolve contradiction {contradiction.reference}, then decide",
        why=f"{requested}. No mitigation can be decided until you choose.",
        href=reverse("decide-next", args=[facts.incident.pk]),
        button="Compare and decide",
        key="D",
        due_at=facts.next_checkpoint.due_at if facts.next_checkpoint else None,
    )
