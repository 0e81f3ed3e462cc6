"""Marking an access bypass, and leaving a special rule by two people."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.actions.safeguard_steps import COLUMNS, rules_required_now
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Person, TimelineEntry
from incidents.rules import safeguard as rules
from incidents.rules.decision.option import FIRST_CODE
from incidents.rules.dual_signature import DUAL_CODE
from incidents.timeline import replay
from incidents.timeline.record import record
from incidents.vocabulary import RoleName
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text

MAX_REASON_LENGTH = 500

ASKED = "safeguard.asked"
MARKED = replay.KINDS.register("safeguard.marked")
LEFT = replay.KINDS.register("safeguard.left")
_CHANGING = ("surfaces.changed", "scenario.set")


def mark_bypass(
    actor: Actor, incident_id: int, *, reason: str, now: datetime, once: UUID | None = None
) -> Incident:
    """Say that access was bypassed: from now on rollback and revocation come before a hotfix."""
    with incident_action("safeguard.mark", actor, incident_id, now, once=once) as incident:
        if problems := rules.mark_violations(safeguard_of(incident, FIRST_CODE), reason):
            raise Refused(problems)
        incident.keeps_first = True
        incident.save(update_fields=["keeps_first"])
        record(
            incident,
            MARKED,
            actor,
            now,
            code=FIRST_CODE,
            rule=rules.LABELS[FIRST_CODE],
            reason=clean_text(reason, MAX_REASON_LENGTH),
            becomes={"keeps_first": True},
        )
    return incident


def leave(
    actor: Actor,
    incident_id: int,
    *,
    code: str,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Ask to leave a special rule, or agree where another has asked: both leave it.

    Decisions that were made under it keep their signatures.
    """
    with incident_action("safeguard.leave", actor, incident_id, now, once=once) as incident:
        safeguard, leaver = safeguard_of(incident, code), _leaver(incident, actor, code)
        if problems := rules.leave_violations(safeguard, leaver, reason):
            raise Refused(problems)
        data: dict[str, Any] = {
            "code": code,
            "rule": rules.LABELS[code],
            "reason": clean_text(reason, MAX_REASON_LENGTH),
        }
        if rules.completes(safeguard, leaver):
            column = COLUMNS[code]
            setattr(incident, column, False)
            incident.save(update_fields=[column])
            record(incident, LEFT, actor, now, **data, becomes={column: False})
        else:
            waits = rules.SECOND_SIGNER[code] if leaver.is_commander else "the commander"
            record(
                incident,
                ASKED,
                actor,
                now,
                **data,
                person_id=leaver.person,
                as_commander=leaver.is_commander,
                waits=waits,
            )
            sentence = f"{actor.name} asks to leave a rule of {incident.reference}: {data['rule']}."
            people = _others(incident, code, leaver)
            href = reverse("safeguards", args=[incident.pk])
            notify_step(incident, people, ASKED, sentence[:300], href, now)
    return incident


def safeguard_of(incident: Incident, code: str) -> rules.Safeguard:
    """A special rule as input of the rules."""
    is_required = code in rules_required_now(incident)
    request = _open_request(incident, code)
    return rules.Safeguard(
        code,
        applies=is_required or bool(getattr(incident, COLUMNS[code])),
        is_required=is_required,
        asked_by=request.data["person_id"] if request else None,
        asked_as_commander=bool(request and request.data["as_commander"]),
    )


def _open_request(incident: Incident, code: str) -> TimelineEntry | None:
    """Who asked to leave it; void once surfaces or scenario changed, or the rule did."""
    rows = TimelineEntry.objects.filter(incident=incident)
    of_code = rows.filter(kind__in=[ASKED, MARKED, LEFT], data__code=code)
    newest = of_code.order_by("-seq").first()
    if newest is None or newest.kind != ASKED:
        return None
    overtaken = rows.filter(kind__in=_CHANGING, seq__gt=newest.seq).exists()
    return None if overtaken else newest


def _leaver(incident: Incident, actor: Actor, code: str) -> rules.Leaver:
    person = Person.objects.get(pk=actor.id)
    is_commander = holder(incident, RoleName.COMMANDER) == person
    role = RoleName.DATA_OWNER if code == DUAL_CODE else RoleName.DEPUTY
    is_second = holder(incident, role) == person or (code == FIRST_CODE and person.is_admin)
    return rules.Leaver(person.pk, is_commander, is_second)


def _others(incident: Incident, code: str, leaver: rules.Leaver) -> list[Person]:
    """Who is asked to agree."""
    second = RoleName.DATA_OWNER if code == DUAL_CODE else RoleName.DEPUTY
    other = holder(incident, second if leaver.is_commander else RoleName.COMMANDER)
    return [other] if other is not None and other.pk != leaver.person else []
