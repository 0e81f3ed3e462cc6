"""A decision on its way in tests: signed, withdrawn, started, done and judged by whom it names."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pgtrigger

from incidents.actions import checkpoints, decisions, execution, roles, signatures
from incidents.facts.signed_record import content_hash
from incidents.models import Decision, Evidence, Incident, Person
from incidents.rules.evidence import Capture
from incidents.vocabulary import LaneKind, Option, RoleName
from tests.helpers.decision_inputs import (
    PRECHECK,
    VERIFICATION,
    capture_evidence,
    decision_input,
    prepare_decision,
)
from tests.helpers.factories import START

NOW = START + timedelta(minutes=10)


class DecisionRun:
    """Each step takes a minute; ``now`` is the time of the last one."""

    def __init__(
        self,
        incident: Incident,
        commander: Person,
        owners: Mapping[LaneKind, Person],
        now: datetime = NOW,
    ) -> None:
        self.incident, self.commander = incident, commander
        self.executor = owners[LaneKind.MITIGATION]
        self.verifier = owners[LaneKind.VERIFICATION]
        self.now = now
        for lane, person in owners.items():
            self.assign(RoleName.LANE_OWNER, person, lane)
        self.cited = prepare_decision(incident, commander, now)
        due = now + timedelta(minutes=20)
        checkpoints.schedule(self._as(commander), incident.pk, due_at=due, purpose="", now=now)

    def assign(self, role: RoleName, person: Person, lane: str = "") -> None:
        actor = self._as(self.commander)
        roles.assign(actor, self.incident.pk, role=role, lane=lane, person=person, now=self.now)

    def decide(
        self,
        option: Option = Option.WRITE_FREEZE,
        by: Person | None = None,
        checkpoint: int | None = None,
        **fields: Any,
    ) -> Decision:
        """At a checkpoint, or at the next that is open."""
        rows = self.incident.checkpoints.all()
        due = rows.get(number=checkpoint) if checkpoint else rows.open().first()
        assert due is not None
        filled_in = decision_input(
            self.cited,
            self.executor,
            self.verifier,
            self._later(),
            **{
                "option": option,
                "choice": "rollback" if option == Option.ROLLBACK else "continue",
                "rejected": {
                    Option.FLAG: "The flag does not cover the signer",
                    Option.HOTFIX: "The cause is not confirmed",
                    Option.ROLLBACK: "A migration is in the way",
                },
                "deviation_reason": "The usual way needs people who sleep",
                **fields,
            },
        )
        actor = self._as(by or self.commander)
        decision = decisions.decide(actor, self.incident.pk, due.number, filled_in, now=self.now)
        return self.read(decision.number)

    def read(self, number: int = 1) -> Decision:
        """The decision as its row stands now."""
        rows = Decision.objects.select_related("execution__run", "checkpoint")
        return rows.get(incident=self.incident, number=number)

    def change(self, number: int = 1, **columns: Any) -> None:
        """Change the record behind everybody's back, past the trigger that protects it."""
        with pgtrigger.ignore("incidents.Decision:decided_is_final"):
            Decision.objects.filter(incident=self.incident, number=number).update(**columns)

    def sign(
        self, by: Person, role: str = "data_owner", number: int = 1, **fields: Any
    ) -> Decision:
        fields = {"role": role, "seen": content_hash(self.read(number))} | fields
        return signatures.sign(self._as(by), self.incident.pk, number, now=self._later(), **fields)

    def withdraw(
        self, by: Person | None = None, reason: str = "It came too early", number: int = 1
    ) -> Decision:
        actor = self._as(by or self.commander)
        return signatures.withdraw(
            actor, self.incident.pk, number, reason=reason, now=self._later()
        )

    def start(self, by: Person | None = None, number: int = 1, **fields: Any) -> Decision:
        actor = self._as(by or self.executor)
        return execution.start(actor, self.incident.pk, number, now=self._later(), **fields)

    def capture(self, item: Capture = PRECHECK, by: Person | None = None) -> Evidence:
        return capture_evidence(self.incident, by or self.executor, self._later(), item)

    def finish(
        self, *proof: Evidence, by: Person | None = None, number: int = 1, **fields: Any
    ) -> Decision:
        fields = {"evidence": [item.number for item in proof]} | fields
        actor = self._as(by or self.executor)
        return execution.finish(actor, self.incident.pk, number, now=self._later(), **fields)

    def run(self, **other: Any) -> Evidence:
        """A verification run of the verifier."""
        return self.capture(replace(VERIFICATION, **other), self.verifier)

    def judge(
        self,
        run: Evidence | None,
        passed: bool | None = True,
        by: Person | None = None,
        number: int = 1,
        **fields: Any,
    ) -> Decision:
        fields = {
            "passed": passed,
            "run": run.number if run else None,
            "finding": "401 rate 0.3 %, as in the baseline",
        } | fields
        actor = self._as(by or self.verifier)
        return execution.judge(actor, self.incident.pk, number, now=self._later(), **fields)

    def done(self, number: int = 1) -> Decision:
        """Started and shown to be done."""
        self.start(number=number)
        return self.finish(self.capture(), number=number)

    def _later(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now

    @staticmethod
    def _as(person: Person) -> Any:
        return person.as_actor()
