"""The playbook's two templates as Markdown, filled in from facts.

Playbook, "War-room artifact bundle (copy/paste)". Times are UTC, with T+ since declaring.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from incidents.assessments import decision as decision_assessment
from incidents.facts.incident import IncidentFacts
from incidents.models import Backfill, Decision, Incident, Person, TimelineEntry
from incidents.rules.conflict import verdict
from incidents.vocabulary import Choice, Option, Phase, Severity

NOT_RECORDED = "not recorded"

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~]|&(?=#?\w+;))")
_AT_START = re.compile(r"^(\s*)([-+=]|\d+[.)])")


def escape(text: str) -> str:
    """What somebody typed as one line of Markdown that means just these words."""
    line = " ".join(text.split())
    return _AT_START.sub(_guarded, _SPECIAL.sub(r"\\\1", line))


def _guarded(match: re.Match[str]) -> str:
    mark = match[2]
    return f"{match[1]}{mark[:-1]}\\{mark[-1]}"


def moment(at: datetime, incident: Incident) -> str:
    """``2026-03-05 14:20 UTC, T+00:20``."""
    minutes = int((at - incident.clock_start).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes >= 0 else "-"
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, T{sign}{hours:02d}:{rest:02d}"


def _fields(title: str, rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"- {label}: {value or NOT_RECORDED}" for label, value in rows]
    return "\n".join([f"### {title}", *lines, ""])


def snapshot(facts: IncidentFacts, now: datetime) -> str:
    """The Incident Command Snapshot as it is at ``now``."""
    incident = facts.incident
    if incident.backfilled:
        return _account(facts, incident.backfilled)
    following = facts.next_checkpoint
    return _fields(
        "Incident Command Snapshot",
        (
            ("Incident ID", f"{incident.reference} {escape(incident.title)}"),
            ("Severity", Severity(incident.severity).label),
            ("Incident commander", escape(str(facts.commander or ""))),
            ("Current phase", Phase(incident.phase).label.lower()),
            ("Latest stable revision", escape(incident.last_known_good)),
            ("Candidate mitigation path", _candidate(facts)),
            *_together(facts),
            # Nobody is asked for it. What stays a risk after all is another matter.
            ("Risk if we wait 30 minutes", ""),
            ("Residual risks", _risks(facts)),
            (
                "Next checkpoint at",
                f"{moment(following.due_at, incident)} ({following.reference})"
                if following
                else "",
            ),
            ("Next owner", _next_owner(facts)),
        ),
    )


def _account(facts: IncidentFacts, backfill: Backfill) -> str:
    """Of what was handled elsewhere: its account, marked as such."""
    incident = facts.incident
    return _fields(
        f"Backfilled incident {incident.reference}: handled elsewhere",
        (
            ("Incident ID", f"{incident.reference} {escape(incident.title)}"),
            ("Status", str(incident.get_status_display()).lower()),
            ("Severity", Severity(incident.severity).label),
            ("Surfaces", escape(", ".join(surface.name for surface in facts.surfaces))),
            ("Answers for it here", escape(str(facts.commander or ""))),
            ("Began", _long_ago(backfill.began_at)),
            ("Declared", _long_ago(incident.declared_at)),
            ("Mitigated", _long_ago(backfill.mitigated_at)),
            ("Recovered", _long_ago(backfill.recovered_at)),
            ("What happened", escape(backfill.happened)),
            ("What was done", escape(backfill.done)),
            ("Its record", escape(backfill.kept)),
            (
                "Written up",
                f"{_long_ago(backfill.at)}, {escape(str(backfill.by))}. {escape(backfill.source)}",
            ),
        ),
    )


def _long_ago(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _candidate(facts: IncidentFacts) -> str:
    """What runs, else what leads among the recommendations; a default posture is nobody's path."""
    if running := facts.mitigation:
        state = running.get_state_display().lower()
        return f"{escape(running.decision.title)} ({running.decision.reference}, {state})"
    recommended = facts.open_recommendations
    if not recommended:
        return ""
    conflict = decision_assessment.conflict_of(facts, {})
    lead = verdict(conflict.sides) if conflict else None
    leading = {side.number for side in lead.sides} if lead else set()
    best = [row for row in recommended if lead is None or row.number in leading]
    titles = "; ".join(
        f"{escape(row.title)} ({row.reference}, {escape(row.owner_name)})" for row in best
    )
    return f"recommended: {titles}"


def _together(facts: IncidentFacts) -> list[tuple[str, str]]:
    """Which recommendations both owners say go together; no line where none do."""
    pairs = [
        f"R-{number} and R-{other}"
        for number, others in decision_assessment.together(facts).items()
        for other in sorted(others)
        if number < other
    ]
    return [("Recommended together", "; ".join(pairs))] if pairs else []


def _risks(facts: IncidentFacts) -> str:
    return "; ".join(f"{escape(risk.text)} ({risk.reference})" for risk in facts.open_risks)


def _next_owner(facts: IncidentFacts) -> str:
    """Who acts next: the one who executes or verifies what runs, else the commander."""
    running = facts.mitigation
    if running is None:
        return escape(str(facts.commander or ""))
    if running.done_at:
        return f"{escape(str(running.verifier))} (verifies)"
    return f"{escape(str(running.executor))} (executes)"


def _holder(named: Person, now: Person) -> str:
    """Who executes or verifies it, and who was named at first where that is somebody else."""
    return (
        escape(str(now)) if now == named else f"{escape(str(now))}, at first {escape(str(named))}"
    )


def _own_reach(decision: Decision) -> str:
    nearest = decision.get_nearest_step_display().lower() or "none"
    reach = decision.get_reach_display().lower()
    return f"{reach}: {escape(decision.own_reach_reason)} (nearest step of the ladder: {nearest})"


def decision_record(
    decision: Decision, facts: IncidentFacts, corrections: Iterable[TimelineEntry] = ()
) -> str:
    """The Checkpoint Decision Record: the playbook's fields, then the rest of the record.

    ``corrections`` are the entries that correct its texts.
    """
    incident, execution = facts.incident, decision.execution
    evidence = "; ".join(
        f"{item.reference} {escape(item.title)}" for item in decision.evidence.all()
    )
    rejected = "; ".join(
        f"{escape(option.label)}: {escape(option.reason)}" for option in decision.rejected.all()
    )
    signed = "; ".join(
        f"{escape(str(signature.person))} as {signature.get_role_display().lower()},"
        f" {moment(signature.signed_at, incident)}"
        for signature in facts.signatures_of(decision)
    )
    rows = [
        ("Timestamp", moment(decision.decided_at, incident)),
        ("Evidence reviewed", evidence),
        ("Decision", f"{Choice(decision.choice).label.lower()}: {escape(decision.title)}"),
        ("Why this decision now", escape(decision.why_now)),
        ("Rejected alternatives", rejected),
        ("Owner for execution", _holder(decision.executor, execution.executor)),
        ("Owner for verification", _holder(decision.verifier, execution.verifier)),
        (
            "Severity and commander",
            f"{Severity(decision.severity).label}, {escape(str(decision.commander))}",
        ),
        ("Impacted scope", escape(decision.scope)),
        ("Reversibility", escape(decision.reversibility)),
        ("Blast radius", escape(decision.blast_radius)),
        ("Verification", escape(decision.verification)),
        ("Confidence", str(decision.get_confidence_display())),
        (
            "Residual risks",
            "; ".join(f"{r.reference} {escape(r.text)}" for r in decision.risks.all()),
        ),
        (
            "Next action",
            f"{escape(decision.next_action)}, by {moment(decision.deadline, incident)}",
        ),
        ("State", str(execution.get_state_display()).lower()),
    ]
    if decision.option == Option.OWN:
        rows.append(("Why it reaches so far", _own_reach(decision)))
    rows += [("Done first", _done_first(decision, incident))] * decision.acted_first
    rows += [("Beside another because", escape(execution.beside_reason))] * bool(
        execution.beside_reason
    )
    rows += [("Why not the default response (posture)", escape(decision.deviation_reason))] * bool(
        decision.deviation_reason
    )
    rows += [("Emergency override", escape(decision.override_reason))] * bool(
        decision.override_reason
    )
    rows += [("Signatures", signed)] * execution.dual
    rows += [
        (
            f"{entry.data['label']}, corrected by {escape(entry.actor_name)},"
            f" {moment(entry.at, incident)}",
            escape(entry.data["text"]),
        )
        for entry in corrections
    ]
    return _fields(f"Checkpoint Decision Record {decision.reference}, {incident.reference}", rows)


def _done_first(decision: Decision, incident: Incident) -> str:
    """When an act came before its record, and whether that is there."""
    execution = decision.execution
    began = moment(execution.started_at, incident) if execution.started_at else NOT_RECORDED
    written = moment(decision.recorded_at, incident) if decision.recorded_at else "still owed"
    undecided = "; before it was decided" if decision.is_undecided else ""
    return f"begun {began}; record {written}{undecided}"
