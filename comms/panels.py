"""What comms show in the room: the promise with its time, and that it is late."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse

from comms.messages import promises
from comms.messages.message_log import spoken
from incidents.facts.incident import IncidentFacts, moment_of
from incidents.models import Incident
from incidents.rules.checkpoint import Fault
from incidents.rules.wording import duration


def line(incident: Incident, now: datetime) -> str:
    """In the communication lane: for when the next update is promised."""
    owed = promises.of(incident)
    if not owed:
        return ""
    first = owed[0]
    context = {
        "incident": incident,
        "next_at": first.next_at,
        "is_overdue": first.promise.is_overdue(now),
    }
    return render_to_string("comms/_promise_line.html", context)


def holds(facts: IncidentFacts, now: datetime) -> dict[str, Any]:
    """On the page of the communication lane: what was said when, to whom, and what is owed."""
    return {
        "spoken": spoken(facts.incident, moment_of(facts.incident)),
        "owed": next(iter(promises.of(facts.incident)), None),
    }


def late(facts: IncidentFacts, now: datetime) -> Iterable[Fault]:
    """The first promise that is overdue. How late it is, the room says each minute."""
    overdue = [one for one in promises.of(facts.incident) if one.promise.is_overdue(now)]
    if overdue:
        since = now - overdue[0].next_at
        words = f"{overdue[0].update.reference} promised the next one"
        how_late = f"{duration(since)} ago" if since else "for now"
        yield Fault(
            "U-LATE",
            "The promised update is late",
            f"{words} {how_late}: readers wait for it.",
            reverse("update-write", args=[facts.incident.pk]),
        )
