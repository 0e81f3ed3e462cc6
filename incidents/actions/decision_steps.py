"""A decision within the transaction that records it: its input, and its effects as steps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any

from incidents.actions.checkpoint_steps import schedule_step
from incidents.actions.contradiction_steps import weigh_step
from incidents.actions.notices import notify_step
from incidents.actions.signature_steps import request_signatures_step, sign_step
from incidents.assessments import decision as decision_assessment
from incidents.assessments.chosen_option import kind_of_row, own_columns, target_of_row
from incidents.assessments.decision import candidate
from incidents.facts.incident import IncidentFacts
from incidents.locking import check_locked
from incidents.models import Checkpoint, Decision, Evidence, Execution, Incident, Person, Side
from incidents.rules.conflict import Scores
from incidents.rules.decision import Cited, DecisionFields, Proposal, mitigates, settles
from incidents.rules.decision.option import beside_reason_of
from incidents.rules.decision.own_option import Alternative, OwnOption, kind_of
from incidents.rules.draft import NO_STAMP, DraftStamp
from incidents.timeline.record import record
from incidents.vocabulary import ExecutionState, Purpose, RecommendationState, SignRole
from kernel.actor import Actor
from kernel.refusal import Violation
from kernel.text import clean_line, clean_text, masked_raw

REASSESS = timedelta(minutes=10)
"""Playbook, "Contradiction handling protocol": reassess within it."""

MAX_NAME = 120
_MAX_COLUMN_CHARACTERS = {"next_action": 300, "option_detail": 200, "risk_new": 500}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionInput(DecisionFields):
    """A Checkpoint Decision Record as its author filled it in.

    The fields of the form: those that the rules read as they are, and these.

    ``evidence``, ``conflict_evidence`` and ``risks`` are numbers within the incident; ``scores``
    maps the numbers of recommendations to the commander's scores. ``shape`` are the errors of
    fields that could not be parsed (an odd time, a text too long), ``raw`` is the form as typed,
    stored as the draft when the decision is refused.
    """

    evidence: tuple[int, ...] = ()
    risks: tuple[int, ...] = ()
    risk_new: str = ""
    executor: Person | None = None
    verifier: Person | None = None
    scores: Mapping[int, Scores] = field(default_factory=dict)
    conflict_evidence: tuple[int, ...] = ()
    shape: tuple[Violation, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict)
    stamp: DraftStamp = NO_STAMP

    @property
    def cited(self) -> frozenset[int]:
        """Every evidence item that the record rests on."""
        return frozenset(self.evidence) | frozenset(self.conflict_evidence)

    def proposal(
        self, incident: Incident, evidence: Iterable[Evidence], risks: tuple[str, ...]
    ) -> Proposal:
        """As input of the rules: ``evidence`` are the cited items of ``incident``, ``risks`` the
        texts of all risks."""
        cited = {
            item.number: Cited(
                item.number,
                item.has_content,
                item.purpose == Purpose.PRECHECK and not item.is_claimed,
                item.actor_name if item.purpose == Purpose.PRECHECK and item.is_claimed else "",
            )
            for item in evidence
        }

        def citations(numbers: tuple[int, ...]) -> tuple[Cited, ...]:
            return tuple(cited.get(n) or Cited(n, of_incident=False) for n in numbers)

        return Proposal(
            **{name: getattr(self, name) for name in _SHARED},
            evidence=citations(self.evidence),
            risks=risks,
            executor=candidate(self.executor, incident),
            verifier=candidate(self.verifier, incident),
            conflict_evidence=citations(self.conflict_evidence),
        )

    def columns(self) -> dict[str, Any]:
        """The columns of the record that have a field of the same name."""
        filled_in = {name: getattr(self, name) for name in _COLUMNS}
        return {
            name: entry.strip() if isinstance(entry, str) else entry
            for name, entry in filled_in.items()
        } | own_columns(self.option, self.own)


_SHARED = tuple(shared.name for shared in fields(DecisionFields))
_COLUMNS = tuple(
    column.name
    for column in Decision._meta.concrete_fields
    if column.name in {own.name for own in fields(DecisionInput)}
)


def mask_input(decision_input: DecisionInput) -> DecisionInput:
    """Every text without its secrets: a record is read by many and never changed."""
    texts: dict[str, Any] = {
        own.name: clean_text(text, _MAX_COLUMN_CHARACTERS.get(own.name))
        for own in fields(decision_input)
        if isinstance(text := getattr(decision_input, own.name), str)
    }
    rejected = {option: clean_text(reason) for option, reason in decision_input.rejected.items()}
    alternatives = tuple(
        Alternative(clean_line(a.name, MAX_NAME), clean_text(a.reason))
        for a in decision_input.alternatives
    )
    return replace(
        decision_input,
        rejected=rejected,
        own=clean_own(decision_input.own),
        alternatives=alternatives,
        raw=masked_raw(decision_input.raw),
        **texts,
    )


def clean_own(own: OwnOption | None) -> OwnOption | None:
    """An own option as it is stored."""
    if own is None:
        return None
    name, why = clean_line(own.name, MAX_NAME), clean_line(own.reach_reason, 300)
    return replace(own, name=name, reach_reason=why)


def apply_effects_step(
    incident: Incident,
    facts: IncidentFacts,
    decision: Decision,
    decision_input: DecisionInput,
    cited: Iterable[Evidence],
    actor: Actor,
    now: datetime,
) -> None:
    """Apply everything that follows from a decision, after its own entry."""
    check_locked(incident)
    beside = beside_reason_of(decision_input)
    if mitigates(decision.option) and not beside:
        supersede_step(facts, decision, decision_input.supersede_reason, actor, now)
    _begin_execution(facts, decision, beside, actor, now)
    settle_step(incident, facts, decision, decision_input, cited, actor, now)


def settle_step(
    incident: Incident,
    facts: IncidentFacts,
    decision: Decision,
    decision_input: DecisionInput,
    cited: Iterable[Evidence],
    actor: Actor,
    now: datetime,
) -> None:
    """Resolve a contradiction and answer the recommendations that the decision is about."""
    check_locked(incident)
    conflict = decision_assessment.conflict_of(facts, {})
    if conflict is not None and settles(
        decision.option, kind_of(decision.option, decision.own_name), conflict
    ):
        _resolve(facts, decision, decision_input, cited, actor, now)
        _answer_recommendations(incident, facts, decision, actor, now)
    elif mitigates(decision.option):
        _answer_recommendations(incident, facts, decision, actor, now)


def supersede_step(
    facts: IncidentFacts, decision: Decision, reason: str, actor: Actor, now: datetime
) -> None:
    """Every unfinished mitigation ends, for the reason that ``D-ONE`` required."""
    for running in facts.mitigations:
        _supersede(running, decision, reason, actor, now)


def _supersede(
    running: Execution, decision: Decision, reason: str, actor: Actor, now: datetime
) -> None:
    before = running.decision
    running.state, running.ended_at = ExecutionState.SUPERSEDED, now
    running.end_reason, running.superseded_by = reason.strip(), decision
    running.save()
    record(
        decision.incident,
        "decision.superseded",
        actor,
        now,
        subject=before.reference,
        by=decision.reference,
        reason=running.end_reason,
    )
    sentence = f"Stop: {before.reference} of {decision.incident.reference} is superseded by"
    notify_step(
        decision.incident,
        [p for p in (running.executor, running.verifier) if p.pk != actor.id],
        "decision.superseded",
        f"{sentence} {decision.reference}.",
        decision.get_absolute_url(),
        now,
        before.reference,
    )


def _begin_execution(
    facts: IncidentFacts, decision: Decision, beside_reason: str, actor: Actor, now: datetime
) -> None:
    """Create the row of its progress.

    A decision that two people must sign (``D-DUAL``) waits, and a commander who decides has signed
    it by deciding.
    """
    dual = decision_assessment.is_dual(facts)
    Execution.objects.create(
        decision=decision,
        incident=decision.incident,
        state=ExecutionState.PENDING if dual else ExecutionState.DECIDED,
        mitigates=mitigates(decision.option),
        dual=dual,
        beside_reason=beside_reason if facts.mitigations else "",
    )
    request_or_sign_step(decision, dual, actor, now)


def request_or_sign_step(decision: Decision, dual: bool, actor: Actor, now: datetime) -> None:
    """A commander who decides has signed by that; otherwise both signatures are requested."""
    if dual and actor.is_person and decision.commander_id == actor.id:
        person = Person.objects.get(pk=actor.id)
        sign_step(decision.incident, decision, person, SignRole.COMMANDER, actor, now)
    elif dual:
        request_signatures_step(decision.incident, decision, now)


def _resolve(
    facts: IncidentFacts,
    decision: Decision,
    decision_input: DecisionInput,
    cited: Iterable[Evidence],
    actor: Actor,
    now: datetime,
) -> None:
    """End the contradiction, with both sides and all scores recorded (``D-CONFLICT``)."""
    contradiction = facts.contradiction
    if contradiction is None:
        return
    sides = facts.sides_of(contradiction)
    taken = _taken(facts, decision)
    conflict = decision_assessment.conflict_of(facts, {})
    still = frozenset(stand.number for stand in (conflict.sides if conflict else ()))
    for side in sides:
        _score(side, decision_input, taken, still)
    chosen = [s.recommendation for s in sides if s.chosen]
    disproof = [item for item in cited if item.number in decision_input.conflict_evidence]
    contradiction.closed_at, contradiction.decision = now, decision
    contradiction.closing_reason = decision_input.conflict_reason.strip()
    contradiction.save(update_fields=["closed_at", "decision", "closing_reason"])
    contradiction.evidence.set(disproof)
    record(
        decision.incident,
        "contradiction.resolved",
        actor,
        now,
        subject=contradiction.reference,
        decision=decision.reference,
        chosen=" and ".join(f"{r.reference}, {r.title}," for r in chosen).rstrip(","),
        reason=contradiction.closing_reason,
        evidence=[item.reference for item in disproof],
        scores=[_side_scores(side) for side in sides],
    )
    _reassess(facts, decision, contradiction.reference, actor, now)


def _score(
    side: Side, decision_input: DecisionInput, chosen: frozenset[int], still: frozenset[int]
) -> None:
    """``still`` are the numbers of the sides that were at issue to the end."""
    number = side.recommendation.number
    scores = decision_input.scores.get(number)
    if scores is not None and number in still:
        side.reversibility, side.blast_radius = scores.reversibility, scores.blast_radius
    side.chosen = number in chosen
    side.save(update_fields=["reversibility", "blast_radius", "chosen"])


def _side_scores(side: Side) -> dict[str, object]:
    """A side as data of the entry, with the author's and the commander's scores."""
    recommendation = side.recommendation
    return {
        "recommendation": recommendation.reference,
        "option": recommendation.title,
        "owner": recommendation.owner_name,
        "author": [recommendation.reversibility, recommendation.blast_radius],
        "commander": [side.reversibility, side.blast_radius],
        "chosen": side.chosen,
    }


def _reassess(
    facts: IncidentFacts, decision: Decision, reference: str, actor: Actor, now: datetime
) -> Checkpoint | None:
    """Schedule a checkpoint within ten minutes, unless one is due by then."""
    limit = now + REASSESS
    ended = decision.checkpoint_id
    due = [decision.deadline, *(c.due_at for c in facts.open_checkpoints if c.pk != ended)]
    if any(now < moment <= limit for moment in due):
        return None
    return schedule_step(decision.incident, actor, limit, f"Reassess after {reference}", now)


def _taken(facts: IncidentFacts, decision: Decision) -> frozenset[int]:
    """The numbers of the open recommendations that the decision takes."""
    kind, target = kind_of_row(decision), target_of_row(decision)
    same = [r for r in facts.open_recommendations if kind_of_row(r) == kind]
    targets = {named for r in same if (named := target_of_row(r))}
    if len(targets) > 1 and target:
        same = [r for r in same if target_of_row(r) in ("", target)]
    return frozenset(r.number for r in same)


def _answer_recommendations(
    incident: Incident, facts: IncidentFacts, decision: Decision, actor: Actor, now: datetime
) -> None:
    """Close every open recommendation as chosen or not chosen.

    What goes together with all that is chosen stays open: it can still be done beside it. What is
    left so may contradict each other.
    """
    if not facts.open_recommendations:
        return
    taken, goes_with = _taken(facts, decision), decision_assessment.together(facts)
    for recommendation in facts.open_recommendations:
        is_chosen = recommendation.number in taken
        if not is_chosen and taken and taken <= goes_with[recommendation.number]:
            continue
        recommendation.state = (
            RecommendationState.CHOSEN if is_chosen else RecommendationState.PASSED_OVER
        )
        recommendation.closed_at = now
        recommendation.closing_reason = f"{decision.reference}: {decision.title}"[:300]
        recommendation.save(update_fields=["state", "closed_at", "closing_reason"])
    weigh_step(incident, actor, now)
