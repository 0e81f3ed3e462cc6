"""The residual-risk register: noted, owned, retired. Nothing is ever removed from it."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse

from incidents.actions.ownership import can_answer, notify_owner_step
from incidents.actions.risk_steps import add_risk_step
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Person, Risk
from incidents.rules import risk as rules
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text


def add(
    actor: Actor,
    incident_id: int,
    *,
    text: str,
    owner: Person | None = None,
    now: datetime,
    once: UUID | None = None,
) -> Risk:
    """Add a residual risk (RISK-n) to the register. It may have no owner yet."""
    with incident_action("risk.change", actor, incident_id, now, once=once) as incident:
        answers = _answers(incident, owner) if owner else None
        if problems := rules.add_violations(text, answers):
            raise Refused(problems)
        risk = add_risk_step(incident, text, owner, actor, now)
        if owner is not None:
            _tell(risk, owner, actor, now)
    return risk


def own(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    owner: Person,
    now: datetime,
    once: UUID | None = None,
) -> Risk:
    """Give a risk to an owner."""
    with incident_action("risk.change", actor, incident_id, now, once=once) as incident:
        risk = incident.risks.get(number=number)
        before = risk.owner_id
        answers = _answers(incident, owner)
        if problems := rules.own_violations(risk.reference, risk.is_open, before, answers):
            raise Refused(problems)
        risk.owner = owner
        risk.save(update_fields=["owner"])
        record(
            incident,
            "risk.owned",
            actor,
            now,
            subject=risk.reference,
            text=risk.text,
            owner=str(owner),
            owner_id=owner.pk,
            before_id=before,
        )
        _tell(risk, owner, actor, now)
    return risk


def retire(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Risk:
    """Retire a risk, with the reason why it is no risk any more."""
    with incident_action("risk.change", actor, incident_id, now, once=once) as incident:
        risk = incident.risks.get(number=number)
        if problems := rules.retire_violations(reason, risk.reference, risk.is_open):
            raise Refused(problems)
        risk.retired_at, risk.retired_reason = now, clean_text(reason, 500)
        risk.save(update_fields=["retired_at", "retired_reason"])
        record(
            incident,
            "risk.retired",
            actor,
            now,
            subject=risk.reference,
            text=risk.text,
            reason=risk.retired_reason,
        )
    return risk


def _answers(incident: Incident, owner: Person) -> rules.RiskOwner:
    return rules.RiskOwner(owner.pk, str(owner), can_answer(incident, owner))


def _tell(risk: Risk, owner: Person, actor: Actor, now: datetime) -> None:
    href = reverse("risks", args=[risk.incident_id])
    notify_owner_step(
        risk.incident, owner, actor, "risk.owned", risk.reference, risk.text, href, now
    )
