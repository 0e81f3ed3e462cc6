"""Two recommendations of different owners go together: both owners say so, and can take it back."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse

from incidents.actions.contradiction_steps import weigh_step
from incidents.actions.notices import notify_step
from incidents.actions.transaction import incident_action
from incidents.assessments.chosen_option import as_open
from incidents.models import Incident, Person, Recommendation, TogetherStatement
from incidents.models.author import Authored
from incidents.rules import recommendation as rules
from incidents.timeline.record import record
from kernel.actor import Actor, ActorKind
from kernel.refusal import NotPermitted, Refused
from kernel.text import clean_line

MAX_NOTE = 300


def state_together(
    actor: Actor,
    incident_id: int,
    *,
    mine: int,
    other: int,
    note: str = "",
    now: datetime,
    once: UUID | None = None,
) -> TogetherStatement:
    """The owner of R-``mine`` says that it goes together with R-``other`` (``R-PAIR``).

    Once both owners say so, the two no longer contradict each other. Until then the other owner is
    notified. Playbook, "Contradiction handling protocol".
    """
    with incident_action("recommendation.pair", actor, incident_id, now, once=once) as incident:
        own, theirs = _rows(actor, incident, mine, other)
        if problems := rules.together_violations(_pair(own, theirs)):
            raise Refused(problems)
        statement = TogetherStatement.objects.create(
            recommendation=own,
            other=theirs,
            note=clean_line(note, MAX_NOTE),
            stated_at=now,
            **Authored.columns(actor),
        )
        is_mutual = own.pk in theirs.stated  # type: ignore[attr-defined]
        record(
            incident,
            "recommendation.paired" if is_mutual else "recommendation.together",
            actor,
            now,
            lane=own.lane,
            subject=own.reference,
            other=theirs.reference,
            text=statement.note,
        )
        _notify_other(incident, own, theirs, actor, now, is_mutual=is_mutual)
        weigh_step(incident, actor, now)
    return statement


def withdraw_together(
    actor: Actor,
    incident_id: int,
    *,
    mine: int,
    other: int,
    now: datetime,
    once: UUID | None = None,
) -> TogetherStatement:
    """Take it back: unless they come to agree, the two contradict each other again."""
    with incident_action("recommendation.pair", actor, incident_id, now, once=once) as incident:
        own, theirs = _rows(actor, incident, mine, other)
        if problems := rules.apart_violations(_pair(own, theirs)):
            raise Refused(problems)
        statement = own.together_statements.get(other=theirs, withdrawn_at=None)
        statement.withdrawn_at = now
        statement.save(update_fields=["withdrawn_at"])
        record(
            incident,
            "recommendation.apart",
            actor,
            now,
            lane=own.lane,
            subject=own.reference,
            other=theirs.reference,
        )
        weigh_step(incident, actor, now)
    return statement


def _rows(
    actor: Actor, incident: Incident, mine: int, other: int
) -> tuple[Recommendation, Recommendation]:
    """Both recommendations, the first of which is the actor's own."""
    every = incident.recommendations.with_stated()
    rows = {row.number: row for row in every.filter(number__in=(mine, other))}
    own, theirs = rows.get(mine), rows.get(other)
    if own is None or theirs is None or own == theirs:
        raise Refused(rules.no_pair_violations())
    if own.owner != (actor.kind.value, actor.id):
        raise NotPermitted(f"Only the owner of {own.reference} says what it goes together with.")
    return own, theirs


def _pair(own: Recommendation, theirs: Recommendation) -> rules.Pair:
    a, b = as_open(own), as_open(theirs)
    return rules.Pair(
        mine=own.reference,
        other=theirs.reference,
        are_open=own.is_open and theirs.is_open,
        differ=rules.differ(a, b),
        is_stated=b.key in a.stated,
    )


def _notify_other(
    incident: Incident,
    own: Recommendation,
    theirs: Recommendation,
    actor: Actor,
    now: datetime,
    *,
    is_mutual: bool,
) -> None:
    kind, person = theirs.owner
    if kind != ActorKind.PERSON.value or person is None:
        return
    pair = f"{own.reference} and {theirs.reference}"
    sentence = (
        f"{actor.name} says too that {pair} of {incident.reference} go together."
        if is_mutual
        else f"{actor.name} says that {pair} of {incident.reference} go together. Say so too, or"
        " leave it to the commander."
    )
    notify_step(
        incident,
        list(Person.objects.filter(pk=person)),
        "recommendation.paired" if is_mutual else "recommendation.together",
        sentence[:300],
        reverse("together", args=[incident.pk]),
        now,
        f"{own.reference} {theirs.reference}",
    )
