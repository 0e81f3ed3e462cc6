"""What became of an option in this incident so far, to be shown beside it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from incidents.assessments.chosen_option import kind_of_row
from incidents.facts.incident import IncidentFacts
from incidents.models import Decision
from incidents.vocabulary import ExecutionState


@dataclass(frozen=True, slots=True)
class PastUse:
    """One decision for the option: ``at`` is when it came to its state."""

    decision: Decision
    state: str
    at: datetime

    @property
    def has_failed(self) -> bool:
        return self.state == ExecutionState.FAILED

    @property
    def has_worked(self) -> bool:
        return self.state == ExecutionState.VERIFIED


def past_uses(facts: IncidentFacts) -> Mapping[str, list[PastUse]]:
    """By kind of option, in order of time."""
    uses: dict[str, list[PastUse]] = defaultdict(list)
    for decision in facts.decisions:
        execution = decision.execution
        times = (execution.judged_at, execution.ended_at, execution.done_at, execution.started_at)
        at = next((moment for moment in times if moment is not None), decision.decided_at)
        uses[kind_of_row(decision)].append(PastUse(decision, execution.state, at))
    return uses
