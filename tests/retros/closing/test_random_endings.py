"""Random incidents lived by the real actions: none is ever closed with an unmet condition.

What has to hold is asked here of the tables themselves, not of the gate.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from comms.actions import publish_escalation, publish_update
from incidents.actions import evidence, freezes, lifecycle_steps, risks, voiding
from incidents.locking import lock
from incidents.models import Evidence, Incident
from incidents.vocabulary import Option
from kernel.refusal import Refused
from retros.backlog import actions as backlog
from retros.backlog.steps import WorkInput
from retros.closing import actions as closing
from retros.closing.steps import StatementInput
from retros.models import BacklogItem, CheckIn, Closing, Statement
from retros.watch import actions as watching
from tests.helpers import messages as saying
from tests.helpers.backfilled import backfilled_incident
from tests.helpers.database import as_application
from tests.helpers.decision_inputs import VERIFICATION
from tests.helpers.factories import SurfaceFactory, declared
from tests.helpers.tiers import in_tier
from tests.incidents.actions.test_sequences import LONG, MOSTLY, PICK, SELDOM, Lived
from tests.retros.closing.closable import STATEMENT, follow_within

PARTS = in_tier(test=1, prove=4)
"""So that several workers share them; each part draws other lives."""

MANY = settings(LONG, max_examples=in_tier(test=3, prove=500))

SOME = st.sampled_from(["Old sessions may fail", "None.", "The export runs again at night"])


class Ended(Lived):
    """What closing needs comes and goes in any order; every so often all of it is there."""

    options = (Option.FLAG, Option.ROLLBACK, Option.HOLD)

    closings: ClassVar[list[int]] = []
    """The incidents that were closed, of all lives of a test."""

    @rule(progress=st.sampled_from(["investigating", "mitigating", "recovered"]))
    def update(self, progress: str) -> None:
        update_input = saying.update(self.now, self.incident, progress=progress)
        self._said(publish_update, update_input)

    @rule()
    def escalate(self) -> None:
        follow_within(self.now)
        self._said(publish_escalation, saying.escalation(self.now, self.people[0]))

    def _said(self, do: Any, message: Any) -> None:
        self.now -= timedelta(seconds=20)  # it is judged by the time for which it was written
        self._try(do, 0, message)

    @rule(text=SOME, owned=MOSTLY)
    def risk(self, text: str, owned: bool) -> None:
        self._try(risks.add, 0, text=text, owner=self.people[2] if owned else None)

    @rule(owned=MOSTLY, due=MOSTLY)
    def harden(self, owned: bool, due: bool) -> None:
        owner = self.people[3] if owned else None
        due_on = date(2026, 4, 2) if due else None
        work = WorkInput(title="Probe each region", owner=owner, due_on=due_on)
        self._try(backlog.add, 0, work)

    @rule(what=st.sampled_from(["freeze", "lift_freeze"]))
    def freeze(self, what: str) -> None:
        surface = SurfaceFactory(name="Sign-in")
        options = {"surface": surface, "reason": "Hold still"}
        scope = {"scope": ""} if what == "freeze" else {}
        self._try(getattr(freezes, what), 0, **options, **scope)

    @rule(passes=MOSTLY)
    def run(self, passes: bool) -> None:
        self._run(0 if passes else 1)

    def _run(self, exit_code: int) -> None:
        self._try(evidence.capture, 4, replace(VERIFICATION, exit_code=exit_code))

    @rule(lacks=st.sampled_from(["", "", "", "trigger", "watch_owner", "happened", "L2", "alone"]))
    def state(self, lacks: str) -> None:
        fields = STATEMENT | {"watch_owner": self.people[2]}
        if lacks == "L2":
            fields["confidence"] = "2"
        elif lacks == "alone":
            fields["ending"] = "alone"
            fields["cause_risk"] = self.incident.risks.filter(retired_at=None).first()
            fields["cause_item"] = BacklogItem.objects.filter(incident=self.incident).open().first()
        elif lacks:
            fields[lacks] = None if lacks == "watch_owner" else "n/a"
        self._try(closing.save_statement, 0, StatementInput(**fields))

    @rule(minutes=st.sampled_from([1, 5, 31]), seldom=SELDOM)
    def wait(self, minutes: int, seldom: bool) -> None:
        if seldom:
            self.now += timedelta(minutes=minutes)

    @rule(pick=PICK)
    def all_that_it_needs(self, pick: int) -> None:
        self.update("investigating")
        self.decide(pick, "", "", "", False, (3, 3), (2, 2))
        self.carry_through()
        self.escalate()
        self.update("mitigating")
        for risk in self.incident.risks.filter(owner=None, retired_at=None):
            self._try(risks.own, 0, risk.number, owner=self.people[2])
        for item in BacklogItem.objects.filter(incident=self.incident, due_on=None):
            self._try(backlog.drop, 0, item.pk, reason="Somebody else does it already")
        for item in BacklogItem.objects.filter(incident=self.incident, owner=None).open():
            self._try(backlog.drop, 0, item.pk, reason="Somebody else does it already")
        self.harden(True, True)
        self.freeze("lift_freeze")
        self.update("recovered")
        self.state("")
        self._run(0)
        self.close()

    @rule()
    def close(self) -> None:
        if self._try(closing.close, 0) is not None:
            self.closings.append(self.incident.pk)
            self._closed_rightly()

    @rule(who=st.sampled_from([0, 2, 4]), text=SOME)
    def check_in(self, who: int, text: str) -> None:
        """At any time of a watch; before its time it answers none of those that will be due."""
        self._try(watching.check_in, who, text=text)
        mine = CheckIn.objects.filter(closing__incident=self.incident)
        assert not mine.filter(answered_at__lt=F("due_at")).exists()

    @rule(who=st.sampled_from([0, 4]))
    def reopen(self, who: int) -> None:
        self._try(watching.reopen, who, reason="It fails again")

    @rule(how=st.sampled_from(["void", "duplicate", "take_back", "take_back"]), seldom=SELDOM)
    def in_error(self, how: str, seldom: bool) -> None:
        if how != "take_back" and not seldom:
            return
        options = {"original": self.another()} if how == "duplicate" else {}
        self._try(getattr(voiding, how), 0, reason="It was an alert of a drill", **options)

    @rule(how=st.sampled_from(["duplicate", "step"]), seldom=SELDOM)
    def as_if_handled_elsewhere(self, how: str, seldom: bool) -> None:
        """Written up as well, or said to be so: the one that is lived here goes on."""
        if not seldom:
            return
        backfilled = backfilled_incident(self.people[0], now=self.now)
        if how == "duplicate":
            options = {"original": backfilled.pk, "reason": "It is written up"}
            assert self._try(voiding.duplicate, 0, **options) is None
        else:
            # Of one that is void the rule allows it, and the database knows that it was lived here.
            with pytest.raises((Refused, DatabaseError)), transaction.atomic():
                lifecycle_steps.set_status_step(lock(self.incident.pk), "backfill")
        assert self._try_on(backfilled, closing.close) is None
        backfilled.refresh_from_db()
        assert backfilled.status == "backfill"

    def _try_on(self, other: Incident, do: Any) -> Any:
        mine, self.incident = self.incident, other
        try:
            return self._try(do, 0)
        finally:
            self.incident = mine

    def another(self) -> int:
        return declared(self.people[0], now=self.now).pk

    @invariant()
    def what_is_not_active_was_closed(self) -> None:
        if not hasattr(self, "incident"):
            return
        watched = Closing.objects.filter(incident=self.incident, ended_at=None).count()
        status = Incident.objects.values_list("status", flat=True).get(pk=self.incident.pk)
        assert (status, watched) in {
            ("active", 0),
            ("watching", 1),
            ("void", 0),
            ("duplicate", 0),
        }
        if status in {"void", "duplicate"}:
            assert not self._executions().filter(started_at__isnull=False).exists()

    def look_back(self) -> None:
        """Whatever became of it, somebody tries to end it well."""
        self.all_that_it_needs(0)
        self.what_is_not_active_was_closed()
        super().look_back()

    def _closed_rightly(self) -> None:
        executed = [
            execution
            for execution in self._executions()
            if execution.mitigates and execution.done_at
        ]
        ended_alone = Closing.objects.get(incident=self.incident, ended_at=None).is_unmitigated
        assert not (ended_alone and executed)
        last = max((execution.done_at for execution in executed), default=self.incident.declared_at)
        for execution in executed:
            after = [other for other in executed if other.done_at >= execution.done_at]
            assert any(other.state == "verified" for other in after)
        self._stopped_ones_are_mended()
        assert not self.incident.decisions.filter(owed=True).exists()
        assert not self._executions().filter(state__in=["pending", "started", "done"]).exists()
        runs = Evidence.objects.filter(incident=self.incident, purpose="verification")
        newest = runs.latest("number")
        assert newest.exit_code == 0
        assert last < newest.captured_at
        assert self.now - newest.captured_at < timedelta(minutes=30)
        statement = Statement.objects.get(pk=self.incident.pk)
        assert (statement.confidence, bool(statement.watch_owner_id)) == ("3", True)
        assert statement.trigger == STATEMENT["trigger"]
        register = self.incident.risks.all()
        assert register.exists()
        assert not register.filter(owner=None, retired_at=None).exists()
        items = BacklogItem.objects.filter(incident=self.incident)
        assert items.exclude(state="dropped").exists()
        assert not items.exclude(state="dropped").filter(owner=None).exists()
        assert not items.exclude(state="dropped").filter(due_on=None).exists()
        assert self.incident.escalations.exists()
        update = self.incident.updates.latest("number")
        assert update.progress == "recovered"
        assert update.published_at >= last
        updates = self.incident.updates.order_by("number")
        for execution in executed:
            assert any(row.published_at > execution.done_at for row in list(updates)[1:-1])
        assert not self.incident.freezes.filter(until=None, declined=False, kept_at=None).exists()
        overdue = self.incident.checkpoints.open().filter(due_at__lte=self.now)
        assert not overdue.exists()

    def _stopped_ones_are_mended(self) -> None:
        """What another took the place of while it ran is undone by it, or shown to do no harm."""
        verified = self._executions().filter(state="verified")
        for stopped in self._executions().filter(
            state="superseded", mitigates=True, started_at__isnull=False, done_at=None
        ):
            assert verified.filter(done_at__gt=stopped.ended_at).exists()


@pytest.mark.parametrize("part", range(PARTS))
def test_no_sequence_closes_past_the_gate(db: None, part: int) -> None:
    Ended.closings.clear()
    with as_application():
        run_state_machine_as_test(Ended, settings=MANY)
    # Some were closed, or this test looked at nothing.
    assert Ended.closings
