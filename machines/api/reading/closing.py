"""How an incident ends: what closing still needs, the watch, the package, review and retro."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from ninja import Router, Schema

from incidents.actions.role_steps import holder
from incidents.facts.incident import cached_facts
from incidents.models import Incident
from incidents.vocabulary import RoleName
from kernel import clock
from machines.api.doors import TokenRequest, reads
from machines.api.reading.answers import (
    PersonName,
    answers,
    link_to,
    person_name,
    person_or_none,
    reference_to,
)
from machines.api.schemas import Reference, datetime
from retros.closing import facts as gate_facts
from retros.closing.rules import Condition, Remedy, judge
from retros.models import Answer, CheckIn, Closing, LookBack, Package
from retros.vocabulary import End, Ending, Look, PackageState, Question, Verdict
from retros.watch.facts import watch_href

router = Router(tags=["Closing"])

AT = "/incidents/{int:number}"


class RemedyRow(Schema):
    """What would meet a condition: what its link says."""

    label: str


class ConditionRow(Schema):
    """One condition of the gate: ``sentence`` says what meets it, else what is missing."""

    code: str
    title: str
    met: bool
    sentence: str
    is_main: bool
    remedies: list[RemedyRow]


class GateState(Schema):
    """Whether the incident could be closed now, and by which conditions."""

    is_open: bool
    met: int
    conditions: list[ConditionRow]
    link: str


class CheckInRow(Schema):
    """A check-in, due ``hour`` hours after closing."""

    hour: int
    due_at: datetime
    missed_at: datetime | None
    answered_at: datetime | None
    answered_by: PersonName | None
    text: str


class WatchState(Schema):
    """The watch of the last closing; ``end`` is how it ended."""

    is_open: bool
    closing: int
    closed_at: datetime
    closed_by: PersonName
    ending: Ending
    trigger: str
    watch_until: datetime
    owner: PersonName | None
    check_ins: list[CheckInRow]
    ended_at: datetime | None
    end: End | None
    end_reason: str
    link: str


class PackageRow(Schema):
    """A version of the closure package; ``done`` in percent while it is made."""

    number: int
    state: PackageState
    asked_at: datetime
    made_at: datetime | None
    done: int
    step: str
    error: str
    words: int
    sha256: str
    verdict: Verdict | None
    verdict_by: PersonName | None
    verdict_at: datetime | None
    link: str


class PackageList(Schema):
    """The versions of the closure package, the newest first; none before the first closing."""

    versions: list[PackageRow]


class AnswerRow(Schema):
    """An answer, with the backlog item that it became or the reason why it became none."""

    question: Question
    label: str
    text: str
    item: Reference | None
    why_not: str


class LookBackRow(Schema):
    kind: Look
    due_at: datetime
    finished_at: datetime | None
    finished_by: PersonName | None
    superseded_at: datetime | None
    answers: list[AnswerRow]
    link: str


class ReviewState(Schema):
    """The review and the retro of the last closing; drafts are nobody's but their author's."""

    closing: int
    looks: list[LookBackRow]


@router.get(f"{AT}/gate", response=answers(GateState), operation_id="gate")
@reads("gate.read")
def gate(request: TokenRequest, number: int) -> GateState:
    """Every condition of the closure gate, met or not."""
    incident = request.incident
    saved = gate_facts.saved_statement(incident)
    facts = gate_facts.read_gate(cached_facts(incident), saved, clock.now())
    conditions = [_condition(one) for one in judge(facts)]
    met = sum(one.met for one in conditions)
    return GateState(
        is_open=met == len(conditions),
        met=met,
        conditions=conditions,
        link=link_to(reverse("gate", args=[number])),
    )


@router.get(f"{AT}/watch", response=answers(WatchState), operation_id="watch")
@reads("watch.read")
def watch(request: TokenRequest, number: int) -> WatchState:
    """The watch of the last closing, or 404 before the first."""
    incident = request.incident
    row = _last_closing(incident)
    return WatchState(
        is_open=row.is_watched,
        closing=row.number,
        closed_at=row.closed_at,
        closed_by=person_name(row.closed_by),
        ending=Ending(row.ending),
        trigger=row.trigger,
        watch_until=row.watch_until,
        owner=person_or_none(holder(incident, RoleName.WATCH_OWNER)),
        check_ins=[_check_in(one) for one in row.check_ins.select_related("answered_by")],
        ended_at=row.ended_at,
        end=End(row.end) if row.end else None,
        end_reason=row.end_reason,
        link=link_to(watch_href(incident)),
    )


@router.get(f"{AT}/package", response=answers(PackageList), operation_id="package")
@reads("package.read")
def package(request: TokenRequest, number: int) -> PackageList:
    """The versions of the closure package, and what became of each."""
    rows = Package.objects.light().filter(incident=request.incident).order_by("-number")
    return PackageList(versions=[_package(row) for row in rows.select_related("verdict__by")])


@router.get(f"{AT}/review", response=answers(ReviewState), operation_id="review")
@reads("review.read")
def review(request: TokenRequest, number: int) -> ReviewState:
    """The review and the retro of the last closing, or 404 before the first."""
    closing = _last_closing(request.incident)
    rows = LookBack.objects.filter(closing=closing).select_related("finished_by", "closing")
    looks = rows.prefetch_related("answers__item")
    return ReviewState(closing=closing.number, looks=[_look(row) for row in looks])


def _last_closing(incident: Incident) -> Closing:
    row: Closing | None = incident.closings.select_related("closed_by").last()
    if row is None:
        raise Http404(f"{incident.reference} was not closed yet.")
    return row


def _condition(row: Condition) -> ConditionRow:
    return ConditionRow(
        code=row.code,
        title=row.title,
        met=row.met,
        sentence=row.sentence,
        is_main=row.is_main,
        remedies=[_remedy(one) for one in row.remedies],
    )


def _remedy(row: Remedy) -> RemedyRow:
    return RemedyRow(label=row.label)


def _check_in(row: CheckIn) -> CheckInRow:
    names = ("hour", "due_at", "missed_at", "answered_at", "text")
    return CheckInRow(
        **{name: getattr(row, name) for name in names},
        answered_by=person_or_none(row.answered_by),
    )


def _package(row: Any) -> PackageRow:
    names = ("number", "state", "asked_at", "made_at", "done", "step", "error", "words", "sha256")
    verdict = getattr(row, "verdict", None)
    return PackageRow(
        **{name: getattr(row, name) for name in names},
        verdict=verdict.verdict if verdict else None,
        verdict_by=person_name(verdict.by) if verdict else None,
        verdict_at=verdict.at if verdict else None,
        link=link_to(row.get_absolute_url()),
    )


def _look(row: LookBack) -> LookBackRow:
    names = ("kind", "due_at", "finished_at", "superseded_at")
    return LookBackRow(
        **{name: getattr(row, name) for name in names},
        finished_by=person_or_none(row.finished_by),
        answers=[_answer(one) for one in row.answers.all()],
        link=link_to(row.get_absolute_url()),
    )


def _answer(row: Answer) -> AnswerRow:
    return AnswerRow(
        question=Question(row.question),
        label=row.get_question_display(),
        text=row.text,
        item=reference_to(row.item) if row.item else None,
        why_not=row.why_not,
    )
