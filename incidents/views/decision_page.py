"""What the page of the decision form shows beside its fields."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Q, Value, When
from django.forms import BoundField

from incidents.assessments import control
from incidents.assessments import decision as decision_assessment
from incidents.facts import incident as incident_facts
from incidents.forms.decisions import DecisionForm
from incidents.models import Checkpoint, Decision, Evidence, Incident, Person
from incidents.panels.room import bar
from incidents.rules.decision import postures
from incidents.rules.evidence import PRECHECK_COMMANDS
from incidents.vocabulary import Choice
from incidents.web.time_zone import number
from kernel.text import one_line

NEWEST_EVIDENCE = 8
PAGE_SIZE = 30
MAX_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Part:
    """A line of what is filled in: folded to its value while it has one and nothing is wrong."""

    value: str
    origin: str
    is_open: bool


def owed_at(facts: incident_facts.IncidentFacts, point: Checkpoint) -> Decision | None:
    """The decision whose record is owed at this checkpoint, if that is what it is for."""
    return next((d for d in facts.owed if d.checkpoint_id == point.pk), None)


def context_of(
    incident: Incident, point: Checkpoint, form: DecisionForm, now: datetime
) -> dict[str, Any]:
    facts = incident_facts.cached_facts(incident)
    owed = owed_at(facts, point)
    judged = decision_assessment.without(facts, owed) if owed else facts
    at = decision_assessment.situation_of(judged, now)
    cited = {str(one) for one in form["evidence"].value() or ()}
    disproving = {str(one) for one in form["conflict_evidence"].value() or ()}
    shown = cited | disproving
    evidence = _evidence(incident, shown)
    return {
        "incident": incident,
        "bar": bar(incident, now),
        "checkpoint": point,
        "is_overdue": point.is_overdue(now),
        "form": form,
        "evidence": evidence,
        "evidence_count": incident.evidence.count(),
        "older_before": min((e.number for e in evidence if str(e.number) not in shown), default=0),
        "shown_first": ",".join(sorted(shown)),
        "cited": cited,
        "disproving": disproving,
        "at": at,
        "contradiction": facts.contradiction,
        "picked_risks": {str(one) for one in form["risks"].value() or ()},
        "facts": facts,
        "owed": owed,
        "begun_from": form.prefill.begun_from if form.prefill and not owed else None,
        "readiness": control.readiness(facts, now),
        "is_first": at.is_first,
        "postures": postures(incident.severity, at.surfaces),
        "parts": _parts(form, facts, evidence),
        "prechecks": [
            *PRECHECK_COMMANDS,
            *(s.health_check for s in facts.surfaces if s.health_check),
        ],
    }


def _evidence(incident: Incident, ticked: set[str]) -> list[Evidence]:
    """What is ticked, however old, then the newest; newest first in each."""
    numbers = [n for text in ticked if (n := number(text)) is not None]
    first = Case(When(number__in=numbers, then=Value(0)), default=Value(1))
    rows = incident.evidence.defer("text").order_by(first, "-number")
    return list(rows[: len(numbers) + NEWEST_EVIDENCE])


def evidence_lines(
    incident: Incident, query: str, before: int | None, shown: str
) -> dict[str, Any]:
    """A page of evidence that matches ``query``, or that is older than ``before``.

    ``shown`` are the numbers, with commas, that the page has whatever their age.
    """
    numbers = [n for text in shown.split(",")[:MAX_SHOWN] if (n := number(text)) is not None]
    rows = incident.evidence.defer("text").order_by("-number").exclude(number__in=numbers)
    if words := one_line(query):
        digits = words.removeprefix("E-").removeprefix("e-")
        found = Q(title__icontains=words) | Q(command__icontains=words)
        if (wanted := number(digits)) is not None:
            found |= Q(number=wanted)
        rows = rows.filter(found)
    if before is not None:
        rows = rows.filter(number__lt=before)
    page = list(rows[: PAGE_SIZE + 1])
    return {
        "evidence": page[:PAGE_SIZE],
        "has_more": len(page) > PAGE_SIZE,
        "q": words,
        "shown": shown,
    }


def _parts(
    form: DecisionForm, facts: incident_facts.IncidentFacts, evidence: list[Evidence]
) -> dict[str, Part]:
    cited = {str(one) for one in form["evidence"].value() or ()}
    picked = {str(one) for one in form["risks"].value() or ()}
    items = [f"{e.reference} {e.title}" for e in evidence if str(e.number) in cited]
    risks = [f"{r.reference} {r.text}" for r in facts.open_risks if str(r.number) in picked]
    risk = str(form["risk_new"].value() or "")
    choice = str(form["choice"].value() or "")
    deviation = str(form["deviation_reason"].value() or "")
    override = str(form["override_reason"].value() or "")
    return {
        "evidence": _part(form, ", ".join(items), "evidence"),
        "scope": _part(form, str(form["scope"].value() or ""), "scope"),
        "risks": _part(form, "; ".join([*risks, *([risk] if risk else [])]), "risk_new", "risks"),
        "next_action": _part(form, str(form["next_action"].value() or ""), "next_action"),
        "deadline": _part(form, _deadline(form), "deadline"),
        "owners": _part(form, _owners(form), "executor", "verifier"),
        "choice": _part(
            form,
            Choice(choice).label if choice in Choice.values else "It follows from the option",
            "choice",
        ),
        "posture": _part(form, deviation or "Follow it, or say why not", "deviation_reason"),
        "override": _part(form, override, "override_reason"),
    }


def _part(form: DecisionForm, value: str, *names: str) -> Part:
    fields: list[BoundField] = [form[name] for name in names]
    origin = next((o for f in fields if (o := getattr(f.field, "origin", ""))), "")
    return Part(value, origin, not value or any(field.errors for field in fields))


def _deadline(form: DecisionForm) -> str:
    typed = str(form["deadline"].value() or "")
    minutes = typed.removeprefix("+")
    return f"In {minutes} minutes" if minutes != typed and minutes.isdigit() else typed


def _owners(form: DecisionForm) -> str:
    """Who executes and who verifies in words; "" while one of them is missing."""
    values = [form[name].value() for name in ("executor", "verifier")]
    keys = [number(str(getattr(value, "pk", value) or "")) for value in values]
    people = Person.objects.in_bulk([key for key in keys if key is not None])
    names = [people.get(key) if key is not None else None for key in keys]
    return f"{names[0]} executes, {names[1]} verifies" if all(names) else ""
