"""What communication adds to the room: its lane's line and page, and a warning about lateness."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from comms.facts import promises
from comms.messages.message_log import message_log
from comms.rules.commitment import Promise, PromiseKind
from comms.rules.lapse import late_fault
from incidents.facts.incident import IncidentFacts, moment_of
from incidents.models import Incident
from incidents.rules.checkpoint import Fault


def lane_line(incident: Incident, now: datetime) -> str:
    """The communication lane's line: when the next message is awaited."""
    commitments = promises.of(incident)
    if not commitments:
        return ""
    first = commitments[0]
    context = {
        "incident": incident,
        "promise": first,
        "is_overdue": first.is_overdue(now),
    }
    return render_to_string("comms/_promise_line.html", context)


def lane_page_context(facts: IncidentFacts, now: datetime) -> dict[str, Any]:
    """The page of the communication lane: the latest messages, and the open promise."""
    return {
        "spoken": message_log(facts.incident, moment_of(facts.incident)),
        "owed": next(iter(promises.of(facts.incident)), None),
    }


def overdue_promise(facts: IncidentFacts, now: datetime) -> Iterable[Fault]:
    """The first that is overdue of each page on which it is written. The room renders again each
    minute, so it says how late it is."""
    overdue: dict[str, Promise] = {}
    for promise in promises.of(facts.incident):
        if promise.is_overdue(now):
            is_escalation = promise.kind == PromiseKind.ESCALATION
            overdue.setdefault("escalation-write" if is_escalation else "update-write", promise)
    for page, promise in overdue.items():
        href = reverse(page, args=[facts.incident.pk])
        yield late_fault(promise.kind, promise.reference, now - promise.due_at, href)
