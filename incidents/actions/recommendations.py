"""What lane owners recommend, and the contradictions between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.actions.transaction import incident_action, next_number
from incidents.assessments import decision as decision_assessment
from incidents.facts.incident import read_facts
from incidents.locking import check_locked
from incidents.models import Contradiction, Evidence, Incident, Person, Recommendation, Side
from incidents.models.author import Authored
from incidents.permissions import incident_roles, may
from incidents.rules import recommendation as rules
from incidents.rules.conflict import Scores
from incidents.rules.decision import Cited
from incidents.rules.wording import listed
from incidents.timeline.record import record
from incidents.vocabulary import Option, RecommendationState, RoleName, Status
from kernel.actor import Actor
from kernel.refusal import NotPermitted, Refused
from kernel.text import clean_text, says_nothing


@dataclass(frozen=True, slots=True)
class RecommendationInput:
    """A recommendation as its author filled it in; ``evidence`` are numbers in the incident."""

    option: str = ""
    option_detail: str = ""
    reasons: str = ""
    evidence: tuple[int, ...] = ()
    reversibility: int | None = None
    blast_radius: int | None = None


def recommend(
    actor: Actor,
    incident_id: int,
    proposed: RecommendationInput,
    *,
    lane: str,
    now: datetime,
    once: UUID | None = None,
) -> Recommendation:
    """Recommend an option as owner of ``lane``. It replaces what the author recommended there.

    When open recommendations of different owners now choose different options, a contradiction
    opens, or this one joins the open one (``D-CONFLICT``).
    """
    with incident_action(
        "recommendation.make", actor, incident_id, now, lane=lane, once=once
    ) as incident:
        if incident.status != Status.ACTIVE:
            raise Refused.because("R-OVER", "The incident is over: nothing is to be decided.")
        evidence = list(incident.evidence.filter(number__in=proposed.evidence).defer("text"))
        if problems := rules.violations(_recommendation_facts(incident, proposed, evidence)):
            raise Refused(problems)
        before = incident.recommendations.open().filter(lane=lane, **_author(actor)).first()
        recommendation = _store(incident, proposed, evidence, lane, actor, now)
        record(
            incident,
            "recommendation.made",
            actor,
            now,
            lane=lane,
            subject=recommendation.reference,
            option=recommendation.title,
            reasons=recommendation.reasons,
            reversibility=recommendation.reversibility,
            blast_radius=recommendation.blast_radius,
            evidence=[item.reference for item in evidence],
            replaces=before.reference if before else "",
        )
        _weigh(incident, actor, now)
    return recommendation


def withdraw(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Recommendation:
    """Take a recommendation back, with a reason: by its author or by the commander."""
    with incident_action("recommendation.withdraw", actor, incident_id, now, once=once) as incident:
        recommendation = incident.recommendations.get(number=number)
        _require_author_or_command(actor, incident, recommendation)
        if not recommendation.is_open:
            state = RecommendationState(recommendation.state).label.lower()
            words = f"{recommendation.reference} is not open any more: {state}."
            raise Refused.because("R-STATE", words, "reason")
        if says_nothing(reason):
            raise Refused.because("R-REASON", "Say why it is withdrawn.", "reason")
        _close(recommendation, RecommendationState.WITHDRAWN, clean_text(reason, 300), now)
        record(
            incident,
            "recommendation.withdrawn",
            actor,
            now,
            lane=recommendation.lane,
            subject=recommendation.reference,
            reason=recommendation.closing_reason,
        )
        _weigh(incident, actor, now)
    return recommendation


def _recommendation_facts(
    incident: Incident, proposed: RecommendationInput, evidence: Iterable[Evidence]
) -> rules.RecommendationFacts:
    cited = {item.number: Cited(item.number, item.has_content) for item in evidence}
    offered = decision_assessment.offered(read_facts(incident))
    return rules.RecommendationFacts(
        option=proposed.option,
        reasons=proposed.reasons,
        evidence=tuple(
            cited.get(number) or Cited(number, of_incident=False) for number in proposed.evidence
        ),
        scores=Scores(proposed.reversibility, proposed.blast_radius),
        offered=frozenset(offer.option for offer in offered),
    )


def _author(actor: Actor) -> dict[str, object]:
    return {"actor_kind": actor.kind.value, "actor_id": actor.id}


def _store(
    incident: Incident,
    proposed: RecommendationInput,
    evidence: Iterable[Evidence],
    lane: str,
    actor: Actor,
    now: datetime,
) -> Recommendation:
    number = next_number(incident.recommendations.all())
    for earlier in incident.recommendations.open().filter(lane=lane, **_author(actor)):
        _close(earlier, RecommendationState.REPLACED, f"Replaced by R-{number}", now)
    # What the rules have just required.
    assert proposed.reversibility is not None
    assert proposed.blast_radius is not None
    recommendation = Recommendation.objects.create(
        incident=incident,
        number=number,
        lane=lane,
        option=Option(proposed.option),
        option_detail=clean_text(proposed.option_detail, 200),
        reasons=clean_text(proposed.reasons),
        reversibility=proposed.reversibility,
        blast_radius=proposed.blast_radius,
        made_at=now,
        **Authored.columns(actor),
    )
    recommendation.evidence.set(evidence)
    return recommendation


def _close(
    recommendation: Recommendation, state: RecommendationState, reason: str, now: datetime
) -> None:
    recommendation.state, recommendation.closed_at, recommendation.closing_reason = (
        state,
        now,
        reason,
    )
    recommendation.save(update_fields=["state", "closed_at", "closing_reason"])


def _require_author_or_command(
    actor: Actor, incident: Incident, recommendation: Recommendation
) -> None:
    is_author = (recommendation.actor_kind, recommendation.actor_id) == (actor.kind.value, actor.id)
    if not is_author and not may("decision.decide", incident_roles(actor, incident)):
        reference, author = recommendation.reference, recommendation.actor_name
        raise NotPermitted(f"Only {author} or the commander can withdraw {reference}.")


def _weigh(incident: Incident, actor: Actor, now: datetime) -> None:
    """Open, extend or end the contradiction, as the open recommendations now stand."""
    check_locked(incident)
    recommendations = list(incident.recommendations.open())
    contradict = rules.contradict(
        rules.OpenRecommendation(
            (recommendation.actor_kind, recommendation.actor_id), recommendation.option
        )
        for recommendation in recommendations
    )
    contradiction = incident.contradictions.open().first()
    if contradict and contradiction is None:
        _open(incident, recommendations, actor, now)
    elif contradict and contradiction is not None:
        _join(incident, contradiction, recommendations, actor, now)
    elif contradiction is not None:
        _dissolve(incident, contradiction, recommendations, actor, now)


def _open(
    incident: Incident, recommendations: list[Recommendation], actor: Actor, now: datetime
) -> None:
    number = next_number(incident.contradictions.all())
    contradiction = Contradiction.objects.create(incident=incident, number=number, opened_at=now)
    Side.objects.bulk_create(
        Side(contradiction=contradiction, recommendation=recommendation, joined_at=now)
        for recommendation in recommendations
    )
    names = listed(recommendation.reference for recommendation in recommendations)
    record(
        incident,
        "contradiction.opened",
        actor,
        now,
        subject=contradiction.reference,
        recommendations=names,
    )
    authors = list(
        Person.objects.filter(pk__in=[v.actor_id for v in recommendations if not v.is_agent])
    )
    commander = holder(incident, RoleName.COMMANDER)
    recipients = [p for p in (commander, *authors) if p is not None and p.pk != actor.id]
    sentence = f"Contradiction {contradiction.reference} of {incident.reference}: {names} differ."
    href = incident.get_absolute_url()
    notify_step(
        incident, recipients, "contradiction.opened", sentence, href, now, contradiction.reference
    )


def _join(
    incident: Incident,
    contradiction: Contradiction,
    recommendations: list[Recommendation],
    actor: Actor,
    now: datetime,
) -> None:
    known = set(contradiction.sides.values_list("recommendation", flat=True))
    for recommendation in recommendations:
        if recommendation.pk not in known:
            Side.objects.create(
                contradiction=contradiction, recommendation=recommendation, joined_at=now
            )
            record(
                incident,
                "contradiction.joined",
                actor,
                now,
                lane=recommendation.lane,
                subject=contradiction.reference,
                recommendation=recommendation.reference,
            )


def _dissolve(
    incident: Incident,
    contradiction: Contradiction,
    recommendations: list[Recommendation],
    actor: Actor,
    now: datetime,
) -> None:
    left = listed(recommendation.reference for recommendation in recommendations)
    reason = f"{left} no longer contradict each other." if len(recommendations) > 1 else ""
    reason = reason or (
        f"Only {left} is left." if recommendations else "Nothing is recommended any more."
    )
    contradiction.closed_at, contradiction.closing_reason = now, reason
    contradiction.save(update_fields=["closed_at", "closing_reason"])
    record(
        incident,
        "contradiction.dissolved",
        actor,
        now,
        subject=contradiction.reference,
        reason=reason,
    )
