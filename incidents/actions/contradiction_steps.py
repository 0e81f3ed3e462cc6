"""Steps that open, extend and end contradictions, inside the transaction of an action."""

from datetime import datetime

from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.actions.transaction import next_number
from incidents.assessments.chosen_option import as_open
from incidents.locking import check_locked
from incidents.models import Contradiction, Incident, Person, Recommendation, Side
from incidents.rules import recommendation as rules
from incidents.rules.wording import listed
from incidents.timeline.record import record
from incidents.vocabulary import RoleName
from kernel.actor import Actor, ActorKind


def weigh_step(incident: Incident, actor: Actor, now: datetime) -> None:
    """Open, extend or end the contradiction, as the open recommendations now stand."""
    check_locked(incident)
    recommendations = list(incident.recommendations.open().with_stated())
    contradicting = {
        one.key for one in rules.contradicting(as_open(row) for row in recommendations)
    }
    sides = [row for row in recommendations if row.pk in contradicting]
    contradiction = incident.contradictions.open().first()
    if sides and contradiction is None:
        _open(incident, sides, actor, now)
    elif sides and contradiction is not None:
        _join(incident, contradiction, sides, actor, now)
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
        Person.objects.filter(
            pk__in=[
                person
                for kind, person in (row.owner for row in recommendations)
                if kind == ActorKind.PERSON.value
            ]
        )
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
