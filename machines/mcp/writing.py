"""The tools that write, each through the action of its form: in the caller's own lane."""

from incidents.actions.evidence import capture
from incidents.actions.recommendations import RecommendationInput
from incidents.actions.recommendations import recommend as recommend_option
from incidents.rules.evidence import Capture
from lanes.actions import hypotheses, notes, unknowns
from machines.brief import rows
from machines.mcp import answers, inputs
from machines.mcp.caller import Caller, number_of
from machines.mcp.tool import tool


@tool("note.add", "Write a note", writes=True)
def add_note(caller: Caller, arguments: inputs.Note) -> answers.Recorded:
    """Write a note of your lane on the timeline: what you saw or did, in a few sentences."""
    incident = caller.incident(arguments.incident)
    entry = notes.add_note(
        caller.actor,
        incident.pk,
        text=arguments.text,
        lane=caller.lane(arguments.lane),
        now=caller.now,
        once=caller.once,
    )
    link = rows.link_to("timeline", incident.pk)
    return answers.Recorded(reference=f"#{entry.seq}", link=link)


@tool("evidence.capture", "Capture evidence", writes=True)
def capture_evidence(caller: Caller, arguments: inputs.Captured) -> answers.Recorded:
    """Capture what a command printed, an excerpt of a log, a failing check, a metric or a link as
    evidence of your lane. It is stored once and never changed; secrets in it are masked."""
    incident = caller.incident(arguments.incident)
    fields = arguments.model_dump(exclude={"incident", "lane", "key"})
    captured = Capture(lane=caller.lane(arguments.lane), **fields)
    once = caller.once
    item = capture(caller.actor, incident.pk, captured, now=caller.now, once=once)
    link = rows.absolute(item.get_absolute_url())
    return answers.Recorded(reference=item.reference, link=link, masks=item.masks)


@tool("hypothesis.change", "State a hypothesis", writes=True)
def state_hypothesis(caller: Caller, arguments: inputs.Hypothesis) -> answers.Recorded:
    """Say what may explain the incident, and how to reproduce it when that is known. Hypotheses
    belong to the investigation lane."""
    incident = caller.incident(arguments.incident)
    row = hypotheses.state_hypothesis(
        caller.actor,
        incident.pk,
        text=arguments.text,
        reproduction=arguments.reproduction,
        now=caller.now,
        once=caller.once,
    )
    return answers.Recorded(reference=row.reference, link=rows.absolute(row.get_absolute_url()))


@tool("hypothesis.change", "Confirm a hypothesis or rule it out", writes=True)
def judge_hypothesis(caller: Caller, arguments: inputs.Verdict) -> answers.Recorded:
    """Confirm a hypothesis or rule it out, once and by evidence of this incident, with what that
    evidence shows."""
    incident = caller.incident(arguments.incident)
    row = hypotheses.decide_hypothesis(
        caller.actor,
        incident.pk,
        number_of(arguments.hypothesis),
        verdict=arguments.verdict,
        evidence=_numbers(arguments.evidence),
        finding=arguments.finding,
        now=caller.now,
        once=caller.once,
    )
    return answers.Recorded(reference=row.reference, link=rows.absolute(row.get_absolute_url()))


@tool("unknown.change", "Raise an unknown", writes=True)
def raise_unknown(caller: Caller, arguments: inputs.Unknown) -> answers.Recorded:
    """Say what your lane does not know yet."""
    incident = caller.incident(arguments.incident)
    row = unknowns.raise_unknown(
        caller.actor,
        incident.pk,
        lane=caller.lane(arguments.lane),
        text=arguments.text,
        now=caller.now,
        once=caller.once,
    )
    return answers.Recorded(reference=row.reference, link=rows.absolute(row.get_absolute_url()))


@tool("unknown.change", "Resolve an unknown", writes=True)
def resolve_unknown(caller: Caller, arguments: inputs.Resolution) -> answers.Recorded:
    """Say what is known now about an unknown of your lane, and by which evidence."""
    incident = caller.incident(arguments.incident)
    row = unknowns.resolve_unknown(
        caller.actor,
        incident.pk,
        number_of(arguments.unknown),
        lane=caller.lane(arguments.lane),
        resolution=arguments.resolution,
        evidence=_numbers(arguments.evidence),
        now=caller.now,
        once=caller.once,
    )
    return answers.Recorded(reference=row.reference, link=rows.absolute(row.get_absolute_url()))


@tool("recommendation.make", "Recommend an option", writes=True)
def recommend(caller: Caller, arguments: inputs.Recommended) -> answers.Recorded:
    """Recommend an option for your lane, with reasons, evidence and scores. It replaces your
    earlier one there. People decide; the tool who_decides says who."""
    incident = caller.incident(arguments.incident)
    proposed = RecommendationInput(
        option=arguments.option,
        option_detail=arguments.option_detail,
        reasons=arguments.reasons,
        evidence=_numbers(arguments.evidence),
        reversibility=arguments.reversibility,
        blast_radius=arguments.blast_radius,
    )
    row = recommend_option(
        caller.actor,
        incident.pk,
        proposed,
        lane=caller.lane(arguments.lane),
        now=caller.now,
        once=caller.once,
    )
    link = rows.link_to("recommendation", incident.pk, row.number)
    return answers.Recorded(reference=row.reference, link=link)


def _numbers(references: list[str]) -> tuple[int, ...]:
    return tuple(number_of(reference) for reference in references)
