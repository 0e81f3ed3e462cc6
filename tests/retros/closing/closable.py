"""An incident that has all that closing needs, lived through the actions."""

import itertools
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max

from comms.actions import publish_escalation
from comms.models import Subscriber, Update
from incidents.facts.incident import read_facts
from incidents.models import Decision, Execution, Incident, Person
from incidents.vocabulary import LaneKind, Option
from retros.backlog import actions as backlog
from retros.backlog.steps import WorkInput
from retros.closing import actions as closing
from retros.closing import facts as gate_facts
from retros.closing import rules as gate
from retros.closing.steps import StatementInput
from retros.models import Closing
from retros.watch import actions as watching
from tests.helpers import messages as saying
from tests.helpers.decision_run import DecisionRun

STATEMENT: dict[str, Any] = {
    "happened": "Some edge nodes did not know the new signing key.",
    "path": "A rollback was the fastest reversible way.",
    "uncertain": "Why the staged rollout did not show it.",
    "need": "Nothing for now.",
    "confidence": "3",
    "trigger": "Failed sign-ins above 2 % for five minutes.",
}


def follow_within(now: datetime) -> None:
    """Somebody within the company gets escalations."""
    Subscriber.objects.get_or_create(
        kind="email",
        address="pager@example.org",
        audience="internal",
        escalations=True,
        defaults={"name": "Pager", "asked_at": now, "confirmed_at": now},
    )


class ClosingRun(DecisionRun):
    """Each step takes a minute, as in ``DecisionRun``, or as long as ``pace`` says."""

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
        self._recoveries = itertools.count(1)

    def closable(self, **fields: Any) -> "ClosingRun":
        """Everything that the gate asks for."""
        self.escalate()
        self.mitigated()
        self.recovered()
        self.harden()
        self.state(**fields)
        return self

    def healed(self, apart: timedelta = timedelta(minutes=16)) -> "ClosingRun":
        """Everything that the gate asks for of what recovered without mitigation."""
        self.escalate()
        self.decide(Option.HOLD, next_action="Watch the sign-in board")
        self.run()
        self.after(minutes=apart / timedelta(minutes=1) - 1)
        self.run()
        self.recovered()
        risks = self.incident.risks.filter(retired_at=None)
        self.state(ending="alone", cause_risk=risks.first(), cause_item=self.harden())
        return self

    def decide(self, option: Option = Option.ROLLBACK, **fields: Any) -> Decision:
        return super().decide(option, **fields)

    def mitigated(self) -> None:
        decision = self.decide()
        self.done(decision.number)
        self.judge(self.run(), number=decision.number)

    def escalate(self) -> None:
        """To a follower within the company: what goes to nobody does not count."""
        follow_within(self.now)
        escalation = saying.escalation(self._later(), self.commander)
        publish_escalation(self._as(self.commander), self.incident.pk, escalation, now=self.now)

    def recovered(self, **fields: Any) -> None:
        """The last update; before it those that the gate asks for and that are still missing."""
        updates = Update.objects.filter(incident=self.incident).order_by("number")
        audience = {name: fields[name] for name in ("audience",) if name in fields}
        if not updates:
            saying.published(self.commander, self.incident, self.now, **audience)
        executed = Execution.objects.filter(incident=self.incident, mitigates=True)
        done_at = executed.aggregate(at=Max("done_at"))["at"]
        if done_at and not any(update.published_at > done_at for update in updates[1:]):
            headline = f"Undone: a part of signing in ({next(self._recoveries)})"
            middle = {"headline": headline, "progress": "mitigating", **audience}
            saying.published(self.commander, self.incident, self.now, **middle)
        # Without a pace several fall into one minute, and the same words are not published twice.
        headline = f"Signing in works again ({next(self._recoveries)})"
        recovery = {"headline": headline, "progress": "recovered", "next_at": None, "surfaces": {}}
        fields = recovery | fields
        saying.published(self.commander, self.incident, self._later(), **fields)

    def harden(self, **fields: Any) -> Any:
        work = {
            "title": "Edge nodes honour key-set expiry",
            "owner": self.executor,
            "due_on": date(2026, 4, 2),
        } | fields
        actor = self._as(self.commander)
        work = WorkInput(**work)
        return backlog.add(actor, self.incident.pk, work, now=self._later())

    def state(self, **fields: Any) -> None:
        statement = StatementInput(**({**STATEMENT, "watch_owner": self.watcher} | fields))
        closing.save_statement(
            self._as(self.commander), self.incident.pk, statement, now=self._later()
        )

    def conditions(self) -> tuple[gate.Condition, ...]:
        """The conditions of the gate as they are now."""
        incident = Incident.objects.get(pk=self.incident.pk)
        saved = gate_facts.saved_statement(incident)
        return gate.judge(gate_facts.read_gate(read_facts(incident), saved, self.now))

    def close(self, by: Person | None = None, **options: Any) -> Closing:
        actor = self._as(by or self.commander)
        return closing.close(actor, self.incident.pk, now=self._later(), **options)

    def check_in(self, text: str = "0.3 % on the sign-in board", by: Person | None = None) -> Any:
        actor = self._as(by or self.watcher)
        return watching.check_in(actor, self.incident.pk, text=text, now=self._later())

    def fire(self, by: Person | None = None, **options: Any) -> Incident:
        actor = self._as(by or self.watcher)
        return watching.fire_trigger(actor, self.incident.pk, now=self._later(), **options)

    def reopen(
        self, reason: str = "Customers report failures again", by: Person | None = None
    ) -> Incident:
        actor = self._as(by or self.commander)
        return watching.reopen(actor, self.incident.pk, reason=reason, now=self._later())

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
