"""Deciding at a checkpoint, or trying what the rules say of a record."""

from dataclasses import replace
from typing import Any

from django.http import QueryDict
from ninja import Router
from pydantic import Field

from incidents.actions import decisions as actions
from incidents.actions.checkpoint_steps import ended_violations
from incidents.actions.decisions import DecisionInput
from incidents.assessments import decision as decision_assessment
from incidents.assessments import recommendations
from incidents.facts import incident as incident_facts
from incidents.forms.decisions import DecisionForm
from incidents.models import Checkpoint
from incidents.permissions import require
from incidents.views import decision_page
from incidents.vocabulary import Choice, Confidence
from kernel import clock
from kernel.refusal import Violation
from machines.api.doors import TokenRequest, writes
from machines.api.problems import ProblemViolation, problem_violation
from machines.api.rules import FIELD
from machines.api.schemas import Body, Reference
from machines.api.writing.answers import answers
from machines.api.writing.as_forms import named_as_in_body, options_of, people, renamed, sent
from machines.api.writing.bodies import Numbers, Text, Time, Username
from machines.api.writing.execution import DecisionWritten, decision_written
from machines.api.writing.lookups import call
from machines.api.writing.own_options import OwnOptionBody

router = Router(tags=["Decisions"])

_LONG = 4000


class AlternativeBody(Body):
    """What was thought of beside the ladder, and why it is not done."""

    name: Text = Field("", max_length=120)
    reason: Text = Field("", max_length=2000)


class ScoreBody(Body):
    """The commander's scores of one side of a contradiction, from 1 to 5."""

    reversibility: int | None = Field(None, ge=1, le=5)
    blast_radius: int | None = Field(None, ge=1, le=5)


class DecisionBody(Body):
    """A Checkpoint Decision Record. Whatever is left out, the rules judge.

    ``option`` is one that the incident offers, or own; where two recommendations name different
    targets of one option, ``side_3`` takes that of R-3. ``rejected`` has reasons by option,
    ``scores`` those of the sides by the number of their recommendation.
    """

    scope: Text = Field("", max_length=_LONG)
    evidence: Numbers = []
    risks: Numbers = []
    risk_new: Text = Field("", max_length=500)
    next_action: Text = Field("", max_length=300)
    deadline: Time = ""
    choice: Choice | None = None
    option: Text = Field("", max_length=400)
    option_detail: Text = Field("", max_length=200)
    own: OwnOptionBody = OwnOptionBody()
    alternatives: list[AlternativeBody] = Field([], max_length=20)
    rejected: dict[Text, Text] = Field({}, max_length=20)
    why_now: Text = Field("", max_length=_LONG)
    reversibility: Text = Field("", max_length=_LONG)
    blast_radius: Text = Field("", max_length=_LONG)
    verification: Text = Field("", max_length=_LONG)
    confidence: Confidence | None = None
    executor: Username = ""
    verifier: Username = ""
    deviation_reason: Text = Field("", max_length=_LONG)
    override_reason: Text = Field("", max_length=_LONG)
    supersede_reason: Text = Field("", max_length=_LONG)
    beside_reason: Text = Field("", max_length=_LONG)
    conflict_evidence: Numbers = []
    conflict_reason: Text = Field("", max_length=_LONG)
    scores: dict[Text, ScoreBody] = Field({}, max_length=20)


class Trial(Reference):
    """Every rule that the record does not meet; none where it could be decided."""

    violations: list[ProblemViolation]


_TEXTS = (
    *("scope", "evidence", "risks", "risk_new", "next_action", "deadline", "choice", "option"),
    *("option_detail", "why_now", "reversibility", "blast_radius", "verification", "confidence"),
    *("deviation_reason", "override_reason", "supersede_reason", "beside_reason"),
    *("conflict_evidence", "conflict_reason"),
)
"""Fields that the form has by the same name."""


@router.post(
    "/incidents/{int:number}/checkpoints/{int:checkpoint}/decision",
    response={200: Trial, **answers(DecisionWritten)},
    operation_id="decide",
)
@writes("decision.decide")
def decide(
    request: TokenRequest,
    number: int,
    checkpoint: int,
    payload: DecisionBody,
    dry_run: bool = False,
) -> Trial | DecisionWritten:
    """End a checkpoint with a decision. With ``dry_run=true`` nothing is written: it answers every
    rule that is not met, to whoever may read the incident.
    """
    if dry_run:
        require("room.view", request.actor, request.incident)
    point = request.incident.checkpoints.get(number=checkpoint)
    decision_input = _decision_input(request, point, payload)
    if dry_run:
        unmet = ended_violations(point) or actions.unmet(
            request.incident, checkpoint, decision_input, clock.now()
        )
        violations = [problem_violation(one) for one in renamed(unmet, _body_name)]
        return Trial(
            reference=point.reference, link=point.get_absolute_url(), violations=violations
        )
    with named_as_in_body(_body_name):
        row = actions.decide(request.actor, number, checkpoint, decision_input, **call(request))
    return decision_written(row)


def _decision_input(
    request: TokenRequest, point: Checkpoint, payload: DecisionBody
) -> DecisionInput:
    """The record as the form reads it, with what the form has no field for."""
    facts = incident_facts.cached_facts(request.incident)
    owed = decision_page.owed_at(facts, point)
    usernames = {"executor": payload.executor, "verifier": payload.verifier}
    keys, missing = people(request, usernames)
    form_data = _as_sent(request, payload, keys)
    form = DecisionForm(
        form_data,
        offered=decision_assessment.offered(facts),
        conflict=decision_assessment.conflict_of(facts, {}),
        summaries=recommendations.summaries(facts),
        is_owed=owed is not None,
        executed_by=owed.execution.executor_id if owed else None,
        **options_of(request),
    )
    form.is_valid()
    unknown = tuple(
        Violation(FIELD, f"{_body_name(name)}: There is nothing to say this of.", name)
        for name in form_data
        if name not in form.fields and name.startswith(("rejected_", "score_"))
    )
    decision_input = form.written()
    return replace(decision_input, shape=decision_input.shape + missing + unknown)


def _as_sent(request: TokenRequest, payload: DecisionBody, keys: dict[str, int]) -> QueryDict:
    body = payload.model_dump(mode="json")
    fields: dict[str, Any] = {name: body[name] for name in _TEXTS} | payload.own.typed() | keys
    fields["alternative_name"] = [other.name for other in payload.alternatives]
    fields["alternative_reason"] = [other.reason for other in payload.alternatives]
    fields |= {f"rejected_{option}": reason for option, reason in payload.rejected.items()}
    for side, scores in payload.scores.items():
        fields[f"score_{side}_reversibility"] = scores.reversibility
        fields[f"score_{side}_blast_radius"] = scores.blast_radius
    return sent(request, fields)


def _body_name(field: str) -> str:
    """The body's name of a field of the form: ``rejected.flag`` of ``rejected_flag``."""
    if field.startswith("rejected_"):
        return field.replace("_", ".", 1)
    if field.startswith("score_"):
        _, side, score = field.split("_", 2)
        return f"scores.{side}.{score}"
    if field.startswith("alternative_"):
        return "alternatives"
    return {
        "own_name": "own.name",
        "own_reach": "own.reach",
        "own_reach_reason": "own.reach_reason",
        "nearest_step": "own.nearest_step",
    }.get(field, field)
