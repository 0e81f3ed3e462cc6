"""An incident that has all that closing needs, lived through the actions."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from comms.actions import publish_escalation
from incidents.models import Decision, Incident, Person
from incidents.vocabulary import LaneKind, Option
from retros.backlog import actions as backlog
from retros.closing import actions as closing
from retros.closing.actions import Stated
from retros.models import Closing
from retros.watch import actions as watching
from tests.helpers import messages as saying
from tests.helpers.decision_run import DecisionRun

STATED: dict[str, Any] = {
    "happened": "Some edge nodes did not know the new signing key.",
    "path": "A rollback was the fastest reversible way.",
    "uncertain": "Why the staged rollout did not show it.",
    "need": "Nothing for now.",
    "confidence": "3",
    "trigger": "Failed sign-ins above 2 % for five minutes.",
}


class Ending(DecisionRun):
    """Each step takes a minute, as in ``Executing``, or as long as ``pace`` says."""

    pace = timedelta(minutes=1)

    def __init__(
        self,
        incident: Incident,
        commander: Person,
        owners: Mapping[LaneKind, Person],
        **options: Any,
    ) -> None:
        super().__init__(incident, commander, owners, **options)
        self.watcher = owners[LaneKind.INVESTIGATION]

    def closable(self, **stated: Any) -> "Ending":
        """Everything that the gate asks for."""
        self.escalate()
        self.mitigated()
        self.recovered()
        self.harden()
        self.state(**stated)
        return self

    def decide(self, option: Option = Option.ROLLBACK, **said: Any) -> Decision:
        return super().decide(option, **said)

    def mitigated(self) -> None:
        made = self.decide()
        self.done(made.number)
        self.judge(self.run(), number=made.number)

    def escalate(self) -> None:
        said = saying.escalation(self._later(), self.commander)
        publish_escalation(self._as(self.commander), self.incident.pk, said, now=self.now)

    def recovered(self, **said: Any) -> None:
        said = {"progress": "recovered", "next_at": None, "surfaces": {}} | said
        saying.published(self.commander, self.incident, self._later(), **said)

    def harden(self, **said: Any) -> Any:
        work = {
            "title": "Edge nodes honour key-set expiry",
            "owner": self.executor,
            "due_on": date(2026, 4, 2),
        } | said
        actor = self._as(self.commander)
        work = backlog.Work(**work)
        return backlog.add(actor, self.incident.pk, work, now=self._later())

    def state(self, **said: Any) -> None:
        stated = Stated(**({**STATED, "watch_owner": self.watcher} | said))
        closing.state(self._as(self.commander), self.incident.pk, stated, now=self._later())

    def close(self, by: Person | None = None, **said: Any) -> Closing:
        actor = self._as(by or self.commander)
        return closing.close(actor, self.incident.pk, now=self._later(), **said)

    def check_in(self, text: str = "0.3 % on the sign-in board", by: Person | None = None) -> Any:
        actor = self._as(by or self.watcher)
        return watching.check_in(actor, self.incident.pk, text=text, now=self._later())

    def fire(self, by: Person | None = None, **said: Any) -> Incident:
        actor = self._as(by or self.watcher)
        return closing.fire(actor, self.incident.pk, now=self._later(), **said)

    def reopen(
        self, reason: str = "Customers report failures again", by: Person | None = None
    ) -> Incident:
        actor = self._as(by or self.commander)
        return closing.reopen(actor, self.incident.pk, reason=reason, now=self._later())

    def after(self, **length: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(**length)
        return self.now

    def _later(self) -> datetime:
        self.now += self.pace
        return self.now

    @property
    def status(self) -> str:
        return Incident.objects.values_list("status", flat=True).get(pk=self.incident.pk)
