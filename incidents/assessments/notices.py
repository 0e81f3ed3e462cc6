"""Which notices still say something: one whose act is done, or that is no longer so, leaves."""

from collections.abc import Callable, Iterable, Sequence

from incidents.facts.incident import IncidentFacts
from incidents.facts.summary import IncidentSummary
from incidents.models import Execution, Notice
from incidents.vocabulary import Status
from kernel.registry import Registry

type Ending = Callable[[IncidentFacts, Notice], bool]

ENDINGS = Registry[Ending]("ending of a kind of notice")
"""By the kind of notice: whether its matter is over. What has none here stays until it is seen.

It is asked with the summary of an incident too, which has few facts: see ``READERS``."""

type Reader = Callable[[Sequence[IncidentFacts]], None]

READERS = Registry[Reader]("reader for the endings of a kind of notice")
"""By the kind of notice: reads for all incidents at once what its ending would read for each."""


def current_notices(facts: IncidentFacts, notices: Iterable[Notice]) -> list[Notice]:
    """Those of one incident whose matter is not over, in the same order."""
    return [notice for notice in notices if not _is_over(facts, notice)]


def current_notices_of_all(
    known: Iterable[IncidentSummary], notices: Iterable[Notice]
) -> list[Notice]:
    """Those of several incidents whose matter is not over; at most a query for each reader.

    ``known`` are the summaries of active and watched incidents; of any other every notice stays.
    What is read stays with them: duties that are asked for afterwards need not read it again.
    """
    by_incident = {facts.incident.pk: facts for facts in known}
    notices = list(notices)
    kinds = {notice.kind for notice in notices if notice.incident_id in by_incident}
    for reader in dict.fromkeys(READERS[kind] for kind in sorted(kinds & READERS.keys())):
        reader(list(by_incident.values()))
    return [
        notice
        for notice in notices
        if (facts := by_incident.get(notice.incident_id)) is None or not _is_over(facts, notice)
    ]


def _is_over(facts: IncidentFacts, notice: Notice) -> bool:
    return notice.kind in ENDINGS and ENDINGS[notice.kind](facts, notice)


def _execution(facts: IncidentFacts, notice: Notice) -> Execution | None:
    """The execution of the decision that the notice is about."""
    named = (d.execution for d in facts.decisions if d.reference == notice.subject)
    return next(named, None)


@ENDINGS.register_as("checkpoint.soon")
@ENDINGS.register_as("checkpoint.due")
@ENDINGS.register_as("checkpoint.missed")
@ENDINGS.register_as("draft.kept")
def is_checkpoint_over(facts: IncidentFacts, notice: Notice) -> bool:
    if facts.incident.status != Status.ACTIVE:
        return True
    return notice.subject not in {checkpoint.reference for checkpoint in facts.open_checkpoints}


@ENDINGS.register_as("contradiction.opened")
def is_resolved(facts: IncidentFacts, notice: Notice) -> bool:
    return facts.contradiction is None or facts.contradiction.reference != notice.subject


@ENDINGS.register_as("verification.failed")
def is_decided_again(facts: IncidentFacts, notice: Notice) -> bool:
    return facts.failed is None or facts.failed.reference != notice.subject


@ENDINGS.register_as("execution.done")
def is_judged(facts: IncidentFacts, notice: Notice) -> bool:
    execution = _execution(facts, notice)
    return execution is not None and bool(execution.judged_at or execution.ended_at)


@ENDINGS.register_as("decision.signed")
def is_executed(facts: IncidentFacts, notice: Notice) -> bool:
    execution = _execution(facts, notice)
    return execution is not None and bool(execution.started_at or execution.ended_at)


@ENDINGS.register_as("decision.sign")
def is_signed(facts: IncidentFacts, notice: Notice) -> bool:
    """Whether the person signed since, or it is withdrawn or superseded."""
    execution = _execution(facts, notice)
    if execution is None:
        return False
    return execution.ended_at is not None or any(
        signature.person_id == notice.person_id and signature.signed_at >= notice.at
        for signature in facts.signatures_of(execution.decision)
    )


@ENDINGS.register_as("decision.acted")
def is_record_complete(facts: IncidentFacts, notice: Notice) -> bool:
    return notice.subject not in {decision.reference for decision in facts.owed}


@ENDINGS.register_as("command.absent")
def is_command_held(facts: IncidentFacts, notice: Notice) -> bool:
    return facts.commander is not None or facts.incident.status != Status.ACTIVE


@ENDINGS.register_as("recommendation.together")
def is_pair_answered(facts: IncidentFacts, notice: Notice) -> bool:
    """Whether both owners say so by now, or it is not asked any more."""
    asked = _pair_of(notice)
    return asked not in facts.stated_together or asked[::-1] in facts.stated_together


@ENDINGS.register_as("recommendation.paired")
def is_pair_over(facts: IncidentFacts, notice: Notice) -> bool:
    pair = _pair_of(notice)
    return not facts.stated_together.issuperset({pair, pair[::-1]})


def _pair_of(notice: Notice) -> tuple[str, ...]:
    """The two recommendations that the notice is about; the owner of the first one said so."""
    return tuple(notice.subject.split())


@ENDINGS.register_as("recommendation.proposed")
def is_proposal_answered(facts: IncidentFacts, notice: Notice) -> bool:
    return notice.subject not in {row.reference for row in facts.proposed_recommendations}
