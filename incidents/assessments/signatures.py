"""From rows to the input of ``D-DUAL``."""

from django.urls import reverse

from incidents.facts.incident import IncidentFacts
from incidents.models import Decision
from incidents.rules.dual_signature import DualFacts, RoleHolder, SignatureFacts
from incidents.vocabulary import RoleName, SignRole

_ROLES = {SignRole.COMMANDER: RoleName.COMMANDER, SignRole.DATA_OWNER: RoleName.DATA_OWNER}


def dual_facts(facts: IncidentFacts, decision: Decision, current: str | None = None) -> DualFacts:
    """``current`` is the hash of the record, if it is known; otherwise that of the facts."""
    execution = decision.execution
    rows = facts.signatures_of(decision)
    if current is None:
        current = facts.hashes.get(decision.pk)
    return DualFacts(
        reference=decision.reference,
        is_dual=execution.dual,
        state=execution.state,
        acted_first=execution.signs_afterwards,
        signatures=tuple(
            SignatureFacts(row.role, row.person_id, str(row.person), row.content_hash == current)
            for row in rows
        ),
        holders=tuple(_holder(facts, role) for role in SignRole),
        role_href=f"{reverse('role', args=[facts.incident.pk])}?who={RoleName.DATA_OWNER}",
    )


def _holder(facts: IncidentFacts, role: SignRole) -> RoleHolder:
    person = facts.holder(_ROLES[role])
    return RoleHolder(role.value, person.pk if person else None, str(person) if person else "")
