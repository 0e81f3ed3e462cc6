"""Closing through the gate, the refusal that stays on record, and opening again."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction

from incidents.actions import checkpoints, lifecycle
from incidents.models import Assignment, Incident, Notice, Person, TimelineEntry
from incidents.vocabulary import Option, RoleName
from kernel.actor import SYSTEM
from kernel.refusal import AlreadyDone, NotPermitted, Refused
from retros.closing import actions as closing
from retros.closing.steps import StatementInput
from retros.models import Closing, Statement
from retros.vocabulary import End
from retros.watch.steps import DECIDE_WITHIN
from tests.retros.closing.closable import STATEMENT, ClosingRun
from warroom.schedule import tick

pytestmark = pytest.mark.django_db(transaction=True)


def entries(ending: ClosingRun, kind: str) -> list[TimelineEntry]:
    return list(TimelineEntry.objects.filter(incident=ending.incident, kind=kind))


def unmet(ending: ClosingRun) -> list[str]:
    return [condition.code for condition in ending.conditions() if not condition.met]


def test_what_has_everything_is_closed_and_watched(ending: ClosingRun) -> None:
    ending.closable()
    closing_row = ending.close()

    assert ending.status == "watching"
    assert closing_row.watch_until - closing_row.closed_at == timedelta(hours=24)
    hours = [
        (check_in.hour, check_in.due_at - closing_row.closed_at)
        for check_in in closing_row.check_ins.all()
    ]
    assert hours == [(hour, timedelta(hours=hour)) for hour in (1, 6, 12, 23)]
    assignment = Assignment.objects.current().get(role=RoleName.WATCH_OWNER)
    assert assignment.person == ending.watcher
    [entry] = entries(ending, "incident.closed")
    assert (entry.seq, entry.data["becomes"]) == (closing_row.seq, {"status": "watching"})
    notice = Notice.objects.get(person=ending.watcher, kind="incident.closed")
    assert "Failed sign-ins above 2 %" in notice.sentence


def test_a_refused_closing_stands_on_the_record_and_changes_nothing_else(
    ending: ClosingRun,
) -> None:
    ending.mitigated()
    key = uuid4()
    with pytest.raises(Refused) as refused:
        ending.close(once=key)

    codes = [violation.code for violation in refused.value.violations]
    assert codes == ["C-WATCH", "C-BACKLOG", "C-COMMS", "C-CONFIDENCE"]
    [entry] = entries(ending, "closing.refused")
    assert (entry.data["count"], entry.data["codes"]) == ("4 conditions", ", ".join(codes))
    assert len(entry.data["unmet"]) == 4
    assert (ending.status, Closing.objects.count()) == ("active", 0)
    # The same form, mended, is no repetition.
    ending.escalate()
    ending.recovered()
    ending.harden()
    ending.state()
    ending.close(once=key)
    assert ending.status == "watching"
    with pytest.raises(AlreadyDone):
        ending.close(once=key)


def test_a_statement_that_another_saved_meanwhile_is_not_written_over(
    ending: ClosingRun, admin: Person
) -> None:
    ending.closable()
    seen = Statement.objects.get(pk=ending.incident.pk).written_at.isoformat()
    theirs = StatementInput(**STATEMENT | {"watch_owner": ending.watcher, "path": "By hand"})
    ending.after(minutes=1)
    closing.save_statement(admin.as_actor(), ending.incident.pk, theirs, now=ending.now)
    mine = replace(theirs, path="The flag", trigger="5xx above 1 %", seen=seen)

    with pytest.raises(Refused) as refused:
        ending.close(statement=mine)

    assert [
        (v.code, v.field, "Admin saved this" in v.sentence) for v in refused.value.violations
    ] == [
        ("C-CHANGED", "path", True),
        ("C-CHANGED", "trigger", True),
    ]
    assert "“By hand”" in refused.value.violations[0].sentence
    assert Statement.objects.get(pk=ending.incident.pk).path == "By hand"
    assert (ending.status, entries(ending, "closing.refused")) == ("active", [])
    # Having seen it, the commander may.
    seen = Statement.objects.get(pk=ending.incident.pk).written_at.isoformat()
    assert ending.close(statement=replace(mine, seen=seen)).path == "The flag"


def test_ones_own_other_page_is_no_other_author(ending: ClosingRun) -> None:
    ending.closable()
    statement = StatementInput(**STATEMENT | {"watch_owner": ending.watcher, "path": "By hand"})

    closing_row = ending.close(statement=replace(statement, seen="from before"))

    assert closing_row.path == "By hand"


def test_each_condition_alone_keeps_it_open(ending: ClosingRun) -> None:
    ending.escalate()
    assert set(unmet(ending)) >= {"C-VERIFIED", "C-WATCH", "C-RISKS", "C-BACKLOG", "C-COMMS"}
    ending.mitigated()
    assert unmet(ending) == ["C-WATCH", "C-BACKLOG", "C-COMMS", "C-CONFIDENCE"]
    ending.recovered()
    assert unmet(ending) == ["C-WATCH", "C-BACKLOG", "C-CONFIDENCE"]
    ending.harden()
    assert unmet(ending) == ["C-WATCH", "C-CONFIDENCE"]
    ending.state(trigger="n/a")
    assert unmet(ending) == ["C-WATCH"]
    ending.state()
    assert unmet(ending) == []
    ending.after(minutes=30)
    # The run grew old, and the checkpoint after the decision is overdue.
    assert unmet(ending) == ["C-VERIFIED", "C-OPEN"]


def test_a_hold_that_somebody_began_is_finished_first(ending: ClosingRun) -> None:
    ending.closable()
    hold = ending.decide(Option.HOLD, next_action="Watch the board").number
    ending.run()
    assert unmet(ending) == []

    ending.start(number=hold)
    ending.run()
    assert unmet(ending) == ["C-OPEN"]
    ending.finish(ending.capture(), number=hold)
    ending.run()
    assert unmet(ending) == ["C-OPEN"]
    ending.judge(ending.run(), number=hold)
    assert unmet(ending) == []
    ending.close()


def test_a_newer_failed_run_shuts_the_gate_again(ending: ClosingRun) -> None:
    ending.closable()
    ending.run(exit_code=1)

    assert unmet(ending) == ["C-VERIFIED"]
    with pytest.raises(Refused):
        ending.close()
    ending.run()
    assert ending.close().number == 1


def test_an_owner_who_left_is_none(ending: ClosingRun) -> None:
    ending.closable()
    Person.objects.filter(pk=ending.watcher.pk).update(is_active=False)
    assert unmet(ending) == ["C-WATCH"]
    Person.objects.filter(pk=ending.executor.pk).update(is_active=False)
    assert unmet(ending) == ["C-WATCH", "C-BACKLOG"]


def test_the_statement_is_kept_unfinished_and_written_once(ending: ClosingRun) -> None:
    ending.state(confidence="1", happened="", watch_owner=None)
    ending.state(confidence="1", happened="", watch_owner=None)

    [entry] = entries(ending, "closing.stated")
    assert (entry.data["confidence"], entry.data["watch_owner"]) == ("L1 incomplete evidence", "")


def test_only_who_commands_closes(ending: ClosingRun, deputy: Person) -> None:
    ending.closable()
    with pytest.raises(NotPermitted):
        ending.close(by=deputy)
    with pytest.raises(NotPermitted):
        closing.save_statement(
            deputy.as_actor(), ending.incident.pk, StatementInput(), now=ending.now
        )
    with pytest.raises(NotPermitted):
        closing.close(SYSTEM, ending.incident.pk, now=ending.now)
    assert ending.status == "active"


def test_an_admin_is_held_by_the_gate_too(ending: ClosingRun, admin: Person) -> None:
    with pytest.raises(Refused):
        ending.close(by=admin)
    assert ending.status == "active"


def test_it_is_closed_once(ending: ClosingRun) -> None:
    ending.closable().close()
    with pytest.raises(Refused) as refused:
        ending.close()
    assert [violation.code for violation in refused.value.violations] == ["C-ACTIVE"]
    with pytest.raises(Refused):
        ending.state(trigger="Another one")


def test_the_trigger_opens_it_again_with_one_confirmation(ending: ClosingRun) -> None:
    closing_row = ending.closable().close()
    ending.fire(signal="4 % since 16:01")

    closing_row.refresh_from_db()
    assert (ending.status, closing_row.end) == ("active", End.FIRED)
    [entry] = entries(ending, "incident.reopened")
    assert "4 % since 16:01" in entry.data["reason"]
    due = ending.incident.checkpoints.open().order_by("due_at").first()
    assert due is not None
    assert due.due_at <= ending.now + timedelta(minutes=10)
    assert Notice.objects.filter(person=ending.commander, kind="incident.reopened").exists()
    # The gate stands anew, and a second closing has a watch of its own.
    with pytest.raises(Refused):
        ending.fire()
    with pytest.raises(Refused, match="before the incident was opened again"):
        ending.close()
    assert unmet(ending) == ["C-VERIFIED", "C-COMMS", "C-CONFIDENCE"]
    again = ending.decide(next_action="Roll back once more")
    ending.done(again.number)
    ending.judge(ending.run(), number=again.number)
    ending.recovered()
    assert unmet(ending) == ["C-CONFIDENCE"]
    # The same words count again once somebody says them again.
    ending.state()
    assert ending.close().number == 2


def test_what_is_ahead_when_it_closes_is_lifted(ending: ClosingRun) -> None:
    ending.closable()
    ahead = ending.incident.checkpoints.open().get()
    closing_row = ending.close()

    ahead.refresh_from_db()
    assert (ahead.is_open, ahead.lifted_at) == (False, closing_row.closed_at)
    [entry] = entries(ending, "incident.closed")
    assert entry.data["lifted"] == ahead.reference
    ending.after(hours=3)
    ending.reopen()
    tick.run(ending.now)
    assert not Notice.objects.filter(kind__startswith="checkpoint.").exists()
    [due] = ending.incident.checkpoints.open()
    assert due.due_at == ending.now + DECIDE_WITHIN
    with pytest.raises(Refused, match="was lifted at closing"):
        ending.decide(checkpoint=ahead.number)


def test_a_lapse_is_noted_by_the_closing_that_it_refuses(ending: ClosingRun) -> None:
    ending.closable()
    ending.recovered(progress="mitigating", next_at=ending.now + timedelta(minutes=5))
    ending.after(minutes=20)
    with pytest.raises(Refused, match="late is not explained"):
        ending.close()

    assert len(entries(ending, "commitment.lapsed")) == 1
    [refused] = entries(ending, "closing.refused")
    assert "C-COMMS" in refused.data["codes"]


def test_reopening_needs_a_reason_and_something_closed(ending: ClosingRun) -> None:
    with pytest.raises(Refused) as refused:
        ending.reopen("n/a")
    assert [violation.code for violation in refused.value.violations] == ["W-STATUS", "W-REASON"]
    closing_row = ending.closable().close()
    ending.reopen()
    closing_row.refresh_from_db()
    assert (ending.status, closing_row.end) == ("active", End.REOPENED)
    assert closing_row.end_reason == "Customers report failures again"


@pytest.mark.parametrize("status", ["watching", "closed"])
def test_the_row_itself_refuses_to_be_closed_past_the_gate(ending: ClosingRun, status: str) -> None:
    rows = Incident.objects.filter(pk=ending.incident.pk)
    with pytest.raises(ProgrammingError, match="closure gate"), transaction.atomic():
        rows.update(status=status)
    ending.closable().close()
    ending.fire()
    # An earlier closing is no key.
    with pytest.raises(ProgrammingError, match="closure gate"), transaction.atomic():
        rows.update(status=status)
    assert ending.status == "active"


def test_a_watch_is_not_cut_short_by_the_row(ending: ClosingRun) -> None:
    ending.closable().close()
    rows = Incident.objects.filter(pk=ending.incident.pk)
    with pytest.raises(ProgrammingError, match="closure gate"), transaction.atomic():
        rows.update(status="closed")
    assert ending.status == "watching"


def test_a_closing_stays_as_it_was(ending: ClosingRun) -> None:
    made = ending.closable().close()
    for change in ({"trigger": "Another"}, {"closed_at": ending.now + timedelta(hours=1)}):
        with pytest.raises(ProgrammingError), transaction.atomic():
            Closing.objects.filter(pk=made.pk).update(**change)
    with pytest.raises(ProgrammingError), transaction.atomic():
        made.check_ins.all().delete()


STEERING = {
    "severity": lambda e: lifecycle.change_severity(
        e.commander.as_actor(), e.incident.pk, severity="2", reason="Only one region", now=e.now
    ),
    "phase": lambda e: lifecycle.change_phase(
        e.commander.as_actor(), e.incident.pk, phase="hardening", reason="Done", now=e.now
    ),
    "decision": lambda e: e.decide(checkpoint=1),
    "execution": lambda e: e.start(),
    "verification": lambda e: e.judge(e.run()),
    "checkpoint": lambda e: checkpoints.schedule(
        e.commander.as_actor(),
        e.incident.pk,
        due_at=e.now + timedelta(minutes=9),
        purpose="",
        now=e.now,
    ),
}


@pytest.mark.parametrize("what", STEERING)
def test_what_is_closed_is_steered_by_nobody(ending: ClosingRun, what: str) -> None:
    ending.closable().close()
    with pytest.raises(Refused) as refused:
        STEERING[what](ending)
    assert [violation.code for violation in refused.value.violations] == ["T-OVER"]

    ending.reopen()
    ending.decide()


def test_notes_and_evidence_outlast_it(ending: ClosingRun) -> None:
    ending.closable().close()
    assert ending.capture().number > 1
    assert ending.harden().title
