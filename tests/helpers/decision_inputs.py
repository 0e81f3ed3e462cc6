"""Filled-in forms and the evidence they need, for whoever decides in a test."""

from datetime import datetime, timedelta
from typing import Any

from incidents.actions import evidence, lifecycle
from incidents.actions.decisions import DecisionInput
from incidents.models import Evidence, Incident, Person
from incidents.rules.evidence import Capture
from incidents.vocabulary import Choice, Confidence, EvidenceKind, LaneKind, Option, Purpose

PRECHECK = Capture(
    kind=EvidenceKind.COMMAND,
    command="git log --oneline -n 5",
    text="4be90a7 Cache team membership\n8f3c21d Sign tokens with the new key set\n",
    exit_code=0,
)
ROLLBACK_CHECK = Capture(
    kind=EvidenceKind.COMMAND,
    command="deploy rollback --dry-run",
    purpose=Purpose.ROLLBACK_CHECK,
    text="dry run passed\n",
    exit_code=0,
)


VERIFICATION = Capture(
    kind=EvidenceKind.COMMAND,
    command="probe sign-in --all-regions",
    purpose=Purpose.VERIFICATION,
    lane=LaneKind.VERIFICATION,
    text="401 rate 0.3 %\n",
    exit_code=0,
)


def capture_evidence(
    incident: Incident, by: Person, now: datetime, item: Capture = PRECHECK
) -> Evidence:
    return evidence.capture(by.as_actor(), incident.pk, item, now=now)


def prepare_decision(incident: Incident, commander: Person, now: datetime) -> Evidence:
    """Readiness holds once the lanes are staffed; returns the precheck output."""
    actor = commander.as_actor()
    lifecycle.set_channel(actor, incident.pk, channel="#inc", now=now)
    lifecycle.set_revision(actor, incident.pk, revision="4be90a7", now=now)
    capture_evidence(incident, commander, now, ROLLBACK_CHECK)
    return capture_evidence(incident, commander, now)


def decision_input(
    cited: Evidence, executor: Person, verifier: Person, now: datetime, **other: Any
) -> DecisionInput:
    """A decision that every rule accepts, for a full rollback in 30 minutes."""
    fields: dict[str, Any] = {
        "scope": "Sign-in in all regions",
        "evidence": (cited.number,),
        "risk_new": "Sessions issued before the rollback may fail until they expire",
        "next_action": "Roll auth-gateway back, region by region",
        "deadline": now + timedelta(minutes=30),
        "choice": Choice.ROLLBACK,
        "option": Option.ROLLBACK,
        "rejected": {
            Option.FLAG: "The flag does not cover the signer",
            Option.HOTFIX: "The cause is not confirmed",
        },
        "why_now": "Failures grow every minute",
        "reversibility": "Eleven minutes forward again",
        "blast_radius": "All sign-ins for 40 seconds a region",
        "verification": "401 rate below 0.5 % for five minutes",
        "confidence": Confidence.L3,
        "executor": executor,
        "verifier": verifier,
        "deviation_reason": "",
    }
    return DecisionInput(**(fields | other))


def decision_form_data(
    cited: Evidence, executor: Person, verifier: Person, **other: Any
) -> dict[str, Any]:
    """The same decision as the browser sends it."""
    return {
        "scope": "Sign-in in all regions",
        "evidence": [cited.number],
        "risk_new": "Sessions issued before the rollback may fail until they expire",
        "next_action": "Roll auth-gateway back, region by region",
        "deadline": "+30",
        "choice": "rollback",
        "option": "rollback",
        "rejected_flag": "The flag does not cover the signer",
        "rejected_hotfix": "The cause is not confirmed",
        "why_now": "Failures grow every minute",
        "reversibility": "Eleven minutes forward again",
        "blast_radius": "All sign-ins for 40 seconds a region",
        "verification": "401 rate below 0.5 % for five minutes",
        "confidence": "3",
        "executor": executor.pk,
        "verifier": verifier.pk,
        **other,
    }
