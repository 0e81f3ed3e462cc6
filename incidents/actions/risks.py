"""The residual-risk register: noted, owned, retired. Nothing is ever removed from it."""

from datetime import datetime
from uuid import UUID

from incidents.actions.act import act, next_number, notify, said
from incidents.actions.lifecycle import refuse_unfit
from incidents.models import Incident, Person, Risk
from incidents.rules import risk as rules
from incidents.timeline.record import check_locked, record
from warroom.kernel.actor import Actor
from warroom.kernel.refusal import Refused


def add(
    actor: Actor,
    incident_id: int,
    *,
    text: str,
    owner: Person | None = None,
    now: datetime,
    once: UUID | None = None,
) -> Risk:
    """Note a residual risk (RISK-n). Without an owner it is shown as such."""
    with act("risk.change", actor, incident_id, now, once=once) as incident:
        if problems := rules.text_violations(text):
            raise Refused(problems)
        if owner is not None:
            refuse_unfit(owner, "owner")
        return add_step(incident, text, owner, actor, now)


def add_step(
    incident: Incident, text: str, owner: Person | None, actor: Actor, now: datetime
) -> Risk:
    """The row and its entry, within a transaction that holds the incident."""
    check_locked(incident)
    risk = Risk.objects.create(
        incident=incident,
        number=next_number(incident.risks.all()),
        text=said(text, 500),
        owner=owner,
        noted_at=now,
    )
    record(
        incident,
        "risk.noted",
        actor,
        now,
        subject=risk.reference,
        text=risk.text,
        owner=str(owner) if owner else "",
        owner_id=owner.pk if owner else None,
    )
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
    with act("risk.change", actor, incident_id, now, once=once) as incident:
        risk = incident.risks.select_related("owner").get(number=number)
        if not risk.is_open:
            raise Refused.because("RISK-STATE", f"{risk.reference} is retired already.", "owner")
        refuse_unfit(owner, "owner")
        before, risk.owner = risk.owner, owner
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
            before_id=before.pk if before else None,
        )
        if owner.pk != actor.id:
            sentence = f"{risk.reference} of {incident.reference} is yours: {risk.text}"[:300]
            href = incident.get_absolute_url()
            notify(incident, [owner], "risk.owned", sentence, href, now, risk.reference)
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
    """Retire a risk, with the reason why it is none any more."""
    with act("risk.change", actor, incident_id, now, once=once) as incident:
        risk = incident.risks.get(number=number)
        if problems := rules.retire_violations(reason, risk.reference, risk.is_open):
            raise Refused(problems)
        risk.retired_at, risk.retired_reason = now, said(reason, 500)
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
