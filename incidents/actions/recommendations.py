"""What lane owners recommend, and the contradictions between them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from incidents.actions.contradiction_steps import weigh_step
from incidents.actions.decision_steps import clean_own
from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.actions.transaction import incident_action, next_number
from incidents.assessments import decision as decision_assessment
from incidents.assessments.chosen_option import own_columns, own_data, own_of
from incidents.facts.incident import read_facts
from incidents.models import Evidence, Incident, Person, Recommendation
from incidents.models.author import Authored
from incidents.permissions import incident_roles, may
from incidents.rules import recommendation as rules
from incidents.rules.conflict import Scores
from incidents.rules.decision import Cited
from incidents.rules.decision.own_option import OwnOption
from incidents.timeline.record import record
from incidents.vocabulary import LaneKind, Option, RecommendationState, RoleName
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
        theirs = incident.recommendations.open().filter(_counts_as(actor), lane=lane)
        before = theirs.first()
        recommendation = _store(incident, proposed, evidence, lane, actor, now, replaced=theirs)
        _record_made("recommendation.made", recommendation, evidence, before, actor, now)
        weigh_step(incident, actor, now)
    return recommendation


def propose(
    actor: Actor,
    incident_id: int,
    proposed: RecommendationInput,
    *,
    lane: str,
    now: datetime,
    once: UUID | None = None,
) -> Recommendation:
    """Recommend an option to a lane that the author does not own (``R-LANE``).

    It replaces what they proposed there before, and waits for the owner of the lane, who is
    notified. Until it is adopted it counts as nobody's.
    """
    proposed = replace(proposed, own=clean_own(proposed.own))
    with incident_action("recommendation.propose", actor, incident_id, now, once=once) as incident:
        if problems := rules.over_violations(incident.status):
            raise Refused(problems)
        owner = holder(incident, RoleName.LANE_OWNER, lane)
        evidence = list(incident.evidence.filter(number__in=proposed.evidence).defer("text"))
        problems = rules.propose_violations(
            incident.reference,
            LaneKind(lane).label,
            reverse("join", args=[incident.pk]),
            takes_part=incident.participations.filter(person=actor.id).exists(),
            owns_lane=owner is not None and owner.pk == actor.id,
        )
        problems += rules.violations(_recommendation_facts(incident, proposed, evidence))
        if problems:
            raise Refused(problems)
        waiting = incident.recommendations.filter(
            lane=lane, state=RecommendationState.PROPOSED, **_author(actor)
        )
        before = waiting.first()
        recommendation = _store(
            incident, proposed, evidence, lane, actor, now, replaced=waiting, is_proposed=True
        )
        _record_made("recommendation.proposed", recommendation, evidence, before, actor, now)
        if owner is not None:
            _notify(
                recommendation,
                owner,
                "recommendation.proposed",
                f"{actor.name} recommends {recommendation.title} to your lane: adopt it, or"
                " decline it.",
                now,
            )
    return recommendation


def adopt(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str = "",
    now: datetime,
    once: UUID | None = None,
) -> Recommendation:
    """The owner of its lane adopts R-``number``: from now on it counts as theirs.

    It replaces what is open of theirs in that lane; a contradiction is opened, extended or ended as
    if they had recommended it themselves. The author is notified.
    """
    with _answering(actor, incident_id, number, now, once) as (incident, recommendation):
        lane = recommendation.lane
        if problems := rules.answer_violations(recommendation.reference, recommendation.state):
            raise Refused(problems)
        owner = Person.objects.get(pk=actor.id)
        same_author = Q(
            actor_kind=recommendation.actor_kind, actor_id=recommendation.actor_id, proposed=True
        )
        for earlier in incident.recommendations.open().filter(_counts_as(actor) | same_author):
            if earlier.lane == lane:
                reason_closed = f"Replaced by {recommendation.reference}"
                _close(earlier, RecommendationState.REPLACED, reason_closed, now)
        recommendation.state = RecommendationState.OPEN
        recommendation.adopted_by, recommendation.adopted_at = owner, now
        recommendation.save(update_fields=["state", "adopted_by", "adopted_at"])
        record(
            incident,
            "recommendation.adopted",
            actor,
            now,
            lane=lane,
            subject=recommendation.reference,
            option=recommendation.title,
            author=recommendation.actor_name,
            text=clean_text(reason, 300),
        )
        _notify_author(recommendation, "recommendation.adopted", f"{owner} adopted", now)
        weigh_step(incident, actor, now)
    return recommendation


def decline(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Recommendation:
    """The owner of its lane declines R-``number``, with a reason that its author is sent."""
    with _answering(actor, incident_id, number, now, once) as (incident, recommendation):
        lane = recommendation.lane
        reference, state = recommendation.reference, recommendation.state
        if problems := rules.decline_violations(reference, state, reason):
            raise Refused(problems)
        _close(recommendation, RecommendationState.DECLINED, clean_text(reason, 300), now)
        record(
            incident,
            "recommendation.declined",
            actor,
            now,
            lane=lane,
            subject=reference,
            option=recommendation.title,
            author=recommendation.actor_name,
            reason=recommendation.closing_reason,
        )
        ended = f"{actor.name} declined ({recommendation.closing_reason})"
        _notify_author(recommendation, "recommendation.declined", ended, now)
    return recommendation


@contextmanager
def _answering(
    actor: Actor, incident_id: int, number: int, now: datetime, once: UUID | None
) -> Iterator[tuple[Incident, Recommendation]]:
    """The transaction of an answer by the owner of the lane, with the recommendation in it."""
    lane = _lane_of(incident_id, number)
    with incident_action(
        "recommendation.answer", actor, incident_id, now, lane=lane, once=once
    ) as incident:
        yield incident, incident.recommendations.get(number=number)


def _lane_of(incident_id: int, number: int) -> str:
    """Which lane it was made to; that never changes, so it is read before the lock."""
    return Recommendation.objects.get(incident=incident_id, number=number).lane


def _notify_author(recommendation: Recommendation, kind: str, what: str, now: datetime) -> None:
    author = Person.objects.filter(pk=recommendation.actor_id).first()
    if author is not None and not recommendation.is_agent:
        sentence = f"{what} {recommendation.reference}, {recommendation.title}."
        _notify(recommendation, author, kind, sentence, now)


def _notify(
    recommendation: Recommendation, person: Person, kind: str, sentence: str, now: datetime
) -> None:
    notify_step(
        recommendation.incident,
        [person],
        kind,
        sentence[:300],
        recommendation.get_absolute_url(),
        now,
        recommendation.reference,
    )


def withdraw(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Recommendation:
    """Take a recommendation back, with a reason: by whose it is, or by the commander.

    One to a lane is its author's until it is adopted, then the owner's who adopted it.
    """
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


def _counts_as(actor: Actor) -> Q:
    """Those that count as the actor's: their own, and those that they adopted."""
    own = Q(**_author(actor))
    return own | Q(adopted_by=actor.id) if actor.is_person else own


def _record_made(
    kind: str,
    recommendation: Recommendation,
    evidence: Iterable[Evidence],
    before: Recommendation | None,
    actor: Actor,
    now: datetime,
) -> None:
    record(
        recommendation.incident,
        kind,
        actor,
        now,
        lane=recommendation.lane,
        subject=recommendation.reference,
        option=recommendation.title,
        own=own_data(own_of(recommendation)),
        reasons=recommendation.reasons,
        reversibility=recommendation.reversibility,
        blast_radius=recommendation.blast_radius,
        evidence=[item.reference for item in evidence],
        replaces=before.reference if before else "",
    )


def _store(
    incident: Incident,
    proposed: RecommendationInput,
    evidence: Iterable[Evidence],
    lane: str,
    actor: Actor,
    now: datetime,
    *,
    replaced: Iterable[Recommendation],
    is_proposed: bool = False,
) -> Recommendation:
    number = next_number(incident.recommendations.all())
    for earlier in replaced:
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
        proposed=is_proposed,
        state=RecommendationState.PROPOSED if is_proposed else RecommendationState.OPEN,
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
    is_owner = recommendation.owner == (actor.kind.value, actor.id)
    if not is_owner and not may("decision.decide", incident_roles(actor, incident)):
        reference, author = recommendation.reference, recommendation.owner_name
        raise NotPermitted(f"Only {author} or the commander can withdraw {reference}.")
