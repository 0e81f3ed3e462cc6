"""What waits for an answer, derived from the facts, in sentences without anybody's own words."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from incidents.assessments.control import faults
from incidents.facts.incident import IncidentFacts
from incidents.vocabulary import ExecutionState, LaneKind
from lanes.facts.lanes import LaneFacts
from lanes.models import Hypothesis
from machines.brief.rows import absolute, link_to
from machines.brief.schemas import OpenQuestion


def of_lane(
    facts: IncidentFacts, lane: LaneFacts, hypotheses: Iterable[Hypothesis]
) -> list[OpenQuestion]:
    """What one lane still has to answer."""
    number, kind = facts.incident.pk, lane.kind
    page = link_to("lane", number, kind.value)
    questions = [
        OpenQuestion(about=kind.value, sentence=sentence, link=page)
        for is_open, sentence in (
            (lane.owner is None, "The lane has no owner who can act."),
            (not lane.has_boundary, "Nobody has written what the lane includes and excludes."),
            (not lane.notes, "The lane has no note yet."),
        )
        if is_open
    ]
    if lane.unknowns:
        link = link_to("unknowns", number, kind.value)
        sentence = f"{lane.unknowns} {_noun('unknown', lane.unknowns)} of the lane not resolved."
        questions.append(OpenQuestion(about=kind.value, sentence=sentence, link=link))
    if lane.handoff is not None:
        sentence = f"{lane.handoff.reference} waits for an answer."
        link = absolute(lane.handoff.get_absolute_url())
        questions.append(OpenQuestion(about=lane.handoff.reference, sentence=sentence, link=link))
    return [*questions, *_of_kind(facts, kind, hypotheses)]


def of_incident(facts: IncidentFacts, now: datetime) -> list[OpenQuestion]:
    """What is wrong until somebody acts, and who is missing."""
    room = facts.incident.get_absolute_url()
    questions = [
        OpenQuestion(about=fault.code, sentence=fault.sentence, link=absolute(fault.href or room))
        for fault in faults(facts, now)
    ]
    for lane in facts.unowned:
        link = link_to("lane", facts.incident.pk, lane.value)
        sentence = "The lane has no owner who can act."
        questions.append(OpenQuestion(about=lane.value, sentence=sentence, link=link))
    return questions


def _of_kind(
    facts: IncidentFacts, kind: LaneKind, hypotheses: Iterable[Hypothesis]
) -> Iterator[OpenQuestion]:
    if kind == LaneKind.INVESTIGATION:
        for row in hypotheses:
            if row.is_open:
                sentence = f"{row.reference} is neither confirmed nor ruled out."
                link = absolute(row.get_absolute_url())
                yield OpenQuestion(about=row.reference, sentence=sentence, link=link)
    if kind == LaneKind.VERIFICATION:
        for decision in facts.decisions:
            if decision.execution.state == ExecutionState.DONE:
                sentence = f"{decision.reference} is executed and not verified."
                link = absolute(decision.get_absolute_url())
                yield OpenQuestion(about=decision.reference, sentence=sentence, link=link)
    if kind == LaneKind.MITIGATION and facts.contradiction is not None:
        sentence = f"{facts.contradiction.reference} is open: recommendations contradict."
        link = link_to("decide-next", facts.incident.pk)
        yield OpenQuestion(about=facts.contradiction.reference, sentence=sentence, link=link)


def _noun(noun: str, many: int) -> str:
    return f"{noun} is" if many == 1 else f"{noun}s are"
