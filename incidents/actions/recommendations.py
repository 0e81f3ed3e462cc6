"""What lane owners recommend, and the contradictions between them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from incidents.actions.contradiction_steps import weigh_step
from incidents.actions.decision_steps import clean_own
from incidents.actions.transaction import incident_action, next_number
from incidents.assessments import decision as decision_assessment
from incidents.assessments.chosen_option import own_columns, own_data, own_of
from incidents.facts.incident import read_facts
from incidents.models import Evidence, Incident, Recommendation
from incidents.models.author import Authored
from incidents.permissions import incident_roles, may
from incidents.rules import recommendation as rules
from incidents.rules.conflict import Scores
from incidents.rules.decision import Cited
from incidents.rules.decision.own_option import OwnOption
from incidents.timeline.record import record
from incidents.vocabulary import Option, RecommendationState
from kernel.actor import Actor
from kernel.refusal import NotPermitted, Refused
from kernel.text import clean_text


@dataclass(frozen=True, slots=True)
class RecommendationInput:
    """A recommendation as its author filled it in; ``evidence`` holds numbers in the incident."""

    option: str = ""
    option_detail: str = ""
    own: OwnOption | None = None
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
    """Recommend an option as owner of ``lane``, replacing the author's earlier one there.

    When open recommendations of different owners choose different options, a contradiction is
    opened, or extended with this recommendation (``D-CONFLICT``).
    """
    proposed = replace(proposed, own=clean_own(proposed.own))
    with incident_action(
        "recommendation.make", actor, incident_id, now, lane=lane, once=once
    ) as incident:
        if problems := rules.over_violations(incident.status):
            raise Refused(problems)
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
            own=own_data(own_of(recommendation)),
            reasons=recommendation.reasons,
            reversibility=recommendation.reversibility,
            blast_radius=recommendation.blast_radius,
            evidence=[item.reference for item in evidence],
            replaces=before.reference if before else "",
        )
        weigh_step(incident, actor, now)
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
        reference, state = recommendation.reference, recommendation.state
        if problems := rules.withdraw_violations(reference, state, reason):
            raise Refused(problems)
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
        weigh_step(incident, actor, now)
    return recommendation


def _recommendation_facts(
    incident: Incident, proposed: RecommendationInput, evidence: Iterable[Evidence]
) -> rules.RecommendationFacts:
    cited = {item.number: Cited(item.number, item.has_content) for item in evidence}
    offered = decision_assessment.offered(read_facts(incident))
    return rules.RecommendationFacts(
        option=proposed.option,
        own=proposed.own,
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
    # The rules have just required both.
    assert proposed.reversibility is not None
    assert proposed.blast_radius is not None
    recommendation = Recommendation.objects.create(
        incident=incident,
        number=number,
        lane=lane,
        option=Option(proposed.option),
        option_detail=clean_text(proposed.option_detail, 200),
        reach=proposed.own.reach if proposed.own else "",
        **own_columns(proposed.option, proposed.own),
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
