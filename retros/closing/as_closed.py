"""What may change after a closing, copied at the closing: a package is read from it.

A worker builds the package later, and its next version is built days later; risks are retired and
backlog items are finished meanwhile.
"""

from typing import Any, TypedDict

from incidents.facts.incident import IncidentFacts
from incidents.models import Incident, Risk
from retros.models import BacklogItem
from retros.vocabulary import BacklogState


class ClosedWork(TypedDict):
    """A risk or a backlog item. ``due_on`` is an ISO date or empty."""

    reference: str
    text: str
    owner: str
    due_on: str
    tracker: str
    state: str


def copy_state(facts: IncidentFacts) -> dict[str, Any]:
    """The incident, its risks, backlog, branches and the progress of its decisions, as JSON.

    The closing adds ``ending``, a sentence, where it recovered without mitigation.
    """
    incident = facts.incident
    return {
        "title": incident.title,
        "severity": incident.get_severity_display(),
        "scenario": facts.scenario.title if facts.scenario else "",
        "surfaces": [str(surface) for surface in facts.surfaces],
        "last_known_good": incident.last_known_good,
        "risks": copy_risks(incident),
        "backlog": copy_backlog(incident),
        "branches": [
            {
                "name": branch.name,
                "type": str(branch.get_type_display()),
                "state": str(branch.get_state_display()),
                "owner": str(branch.owner),
            }
            for branch in facts.branches
        ],
        "decisions": {
            decision.reference: {
                "state": str(decision.execution.get_state_display()),
                "done_at": (
                    decision.execution.done_at.isoformat() if decision.execution.done_at else ""
                ),
            }
            for decision in facts.decisions
        },
    }


def copy_risks(incident: Incident) -> list[ClosedWork]:
    """All of the register, the open ones first; one that is retired says why."""
    rows = Risk.objects.filter(incident=incident).select_related("owner").order_by("number")
    works = [
        ClosedWork(
            reference=risk.reference,
            text=risk.text,
            owner=str(risk.owner or ""),
            due_on="",
            tracker="",
            state="" if risk.is_open else f"retired: {risk.retired_reason}",
        )
        for risk in rows
    ]
    return sorted(works, key=lambda work: bool(work["state"]))


def copy_backlog(incident: Incident) -> list[ClosedWork]:
    """Every item that was not dropped."""
    rows = BacklogItem.objects.filter(incident=incident).exclude(state=BacklogState.DROPPED)
    return [
        ClosedWork(
            reference=item.reference,
            text=item.title,
            owner=str(item.owner or ""),
            due_on=item.due_on.isoformat() if item.due_on else "",
            tracker=item.tracker,
            state=str(item.get_state_display()),
        )
        for item in rows.select_related("owner").order_by("pk")
    ]
