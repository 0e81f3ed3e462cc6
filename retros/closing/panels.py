"""What closing still needs, as the room shows it."""

from datetime import datetime

from django.template.loader import render_to_string

from incidents.facts.incident import cached_facts
from incidents.models import Incident
from retros.closing import facts as gate_facts
from retros.closing.rules import judge


def render_needs(incident: Incident, now: datetime) -> str:
    saved = gate_facts.saved_statement(incident)
    conditions = judge(gate_facts.read_gate(cached_facts(incident), saved, now))
    context = {
        "incident": incident,
        "conditions": conditions,
        "met": sum(condition.met for condition in conditions),
        "is_open": all(condition.met for condition in conditions),
    }
    return render_to_string("retros/_gate_summary.html", context)
