"""What lane owners recommend, and the contradictions between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incidents.actions.notices import notify
from incidents.actions.role_steps import holder
from incidents.actions.transaction import incident_action, next_number
from incidents.assessments import decision as decision_assessment
from incidents.facts.incident import read_facts
from incidents.locking import check_locked
from incidents.models import Contradiction, Evidence, Incident, Person, Recommendation, Side
from incidents.models.author import Authored
from incidents.permissions import in_incident, may
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
class Proposed:
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
    proposed: Proposed,
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
        if problems := rules.violations(_judged(incident, proposed, evidence)):
            raise Refused(problems)
        before = incident.recommendations.open().filter(lane=lane, **_author(actor)).first()
        made = _store(incident, proposed, evidence, lane, actor, now)
        record(
            incident,
            "recommendation.made",
            actor,
            now,
            lane=lane,
            subject=made.reference,
            option=made.title,
            reasons=made.reasons,
            reversibility=made.reversibility,
            blast_radius=made.blast_radius,
            evidence=[item.reference for item in evidence],
            replaces=before.reference if before else "",
        )
        _weigh(incident, actor, now)
    return made


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
        made = incident.recommendations.get(number=number)
        _only_author_or_command(actor, incident, made)
        if not made.is_open:
            state = RecommendationState(made.state).label.lower()
            words = f"{made.reference} is not open any more: {state}."
            raise Refused.because("R-STATE", words, "reason")
        if says_nothing(reason):
            raise Refused.because("R-REASON", "Say why it is withdrawn.", "reason")
        _close(made, RecommendationState.WITHDRAWN, clean_text(reason, 300), now)
        record(
            incident,
            "recommendation.withdrawn",
            actor,
            now,
            lane=made.lane,
            subject=made.reference,
            reason=made.closing_reason,
        )
        _weigh(incident, actor, now)
    return made


def _judged(
    incident: Incident, proposed: Proposed, evidence: Iterable[Evidence]
) -> rules.Recommended:
    found = {item.number: Cited(item.number, item.has_content) for item in evidence}
    offered = decision_assessment.offered(read_facts(incident))
    return rules.Recommended(
        option=proposed.option,
        reasons=proposed.reasons,
        evidence=tuple(
            found.get(number) or Cited(number, of_incident=False) for number in proposed.evidence
        ),
        scores=Scores(proposed.reversibility, proposed.blast_radius),
        offered=frozenset(offer.option for offer in offered),
    )


def _author(actor: Actor) -> dict[str, object]:
    return {"actor_kind": actor.kind.value, "actor_id": actor.id}


def _store(
    incident: Incident,
    proposed: Proposed,
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
    made = Recommendation.objects.create(
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
    made.evidence.set(evidence)
    return made


def _close(made: Recommendation, state: RecommendationState, reason: str, now: datetime) -> None:
    made.state, made.closed_at, made.closing_reason = state, now, reason
    made.save(update_fields=["state", "closed_at", "closing_reason"])


def _only_author_or_command(actor: Actor, incident: Incident, made: Recommendation) -> None:
    is_author = (made.actor_kind, made.actor_id) == (actor.kind.value, actor.id)
    if not is_author and not may("decision.decide", in_incident(actor, incident)):
        words = f"Only {made.actor_name} or the commander can withdraw {made.reference}."
        raise NotPermitted(words)


def _weigh(incident: Incident, actor: Actor, now: datetime) -> None:
    """Open, extend or end the contradiction, as the open recommendations now stand."""
    check_locked(incident)
    voices = list(incident.recommendations.open())
    contradict = rules.contradict(
        rules.Voice((one.actor_kind, one.actor_id), one.option) for one in voices
    )
    found = incident.contradictions.open().first()
    if contradict and found is None:
        _open(incident, voices, actor, now)
    elif contradict and found is not None:
        _join(incident, found, voices, actor, now)
    elif found is not None:
        _dissolve(incident, found, voices, actor, now)


def _open(incident: Incident, voices: list[Recommendation], actor: Actor, now: datetime) -> None:
    number = next_number(incident.contradictions.all())
    found = Contradiction.objects.create(incident=incident, number=number, opened_at=now)
    Side.objects.bulk_create(
        Side(contradiction=found, recommendation=one, joined_at=now) for one in voices
    )
    names = listed(one.reference for one in voices)
    record(
        incident,
        "contradiction.opened",
        actor,
        now,
        subject=found.reference,
        recommendations=names,
    )
    authors = list(Person.objects.filter(pk__in=[v.actor_id for v in voices if not v.is_agent]))
    commander = holder(incident, RoleName.COMMANDER)
    told = [p for p in (commander, *authors) if p is not None and p.pk != actor.id]
    sentence = f"Contradiction {found.reference} of {incident.reference}: {names} differ."
    href = incident.get_absolute_url()
    notify(incident, told, "contradiction.opened", sentence, href, now, found.reference)


def _join(
    incident: Incident,
    found: Contradiction,
    voices: list[Recommendation],
    actor: Actor,
    now: datetime,
) -> None:
    known = set(found.sides.values_list("recommendation", flat=True))
    for one in voices:
        if one.pk not in known:
            Side.objects.create(contradiction=found, recommendation=one, joined_at=now)
            record(
                incident,
                "contradiction.joined",
                actor,
                now,
                lane=one.lane,
                subject=found.reference,
                recommendation=one.reference,
            )


def _dissolve(
    incident: Incident,
    found: Contradiction,
    voices: list[Recommendation],
    actor: Actor,
    now: datetime,
) -> None:
    left = listed(one.reference for one in voices)
    reason = f"{left} no longer contradict each other." if len(voices) > 1 else ""
    reason = reason or (f"Only {left} is left." if voices else "Nothing is recommended any more.")
    found.closed_at, found.closing_reason = now, reason
    found.save(update_fields=["closed_at", "closing_reason"])
    record(
        incident,
        "contradiction.dissolved",
        actor,
        now,
        subject=found.reference,
        reason=reason,
    )
