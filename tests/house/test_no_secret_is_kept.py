"""Whatever is typed into an action, its secrets are neither on the timeline nor in its rows, and
nor are control characters, which mail, XML and calendars cannot hold."""

from collections.abc import Callable
from typing import Any

import pytest

from comms.actions import (
    explain_lapse,
    publish_escalation,
    publish_leadership_note,
    save_draft,
)
from comms.models import Escalation, Lapse, LeadershipNote, MessageDraft, Update
from comms.vocabulary import MessageKind
from incidents.actions import (
    branches,
    checkpoints,
    evidence,
    freezes,
    lifecycle,
    recommendations,
    restriction,
    risks,
    safeguards,
    signatures,
    voiding,
)
from incidents.models import (
    Backfill,
    Branch,
    Checkpoint,
    DecisionDraft,
    Execution,
    Freeze,
    Incident,
    Notice,
    Person,
    Recommendation,
    Risk,
    TimelineEntry,
    Voided,
)
from incidents.vocabulary import LaneKind
from lanes import actions as lanes
from lanes.handoff import actions as handoffs
from lanes.models import BoundaryItem, Handoff, Hypothesis, Unknown
from retros.backlog import actions as backlog
from retros.backlog.steps import WorkInput
from retros.closing import actions as closing
from retros.closing.steps import StatementInput
from retros.models import (
    Addendum,
    Answer,
    BacklogItem,
    CheckIn,
    Closing,
    LookBackDraft,
    Package,
    Remark,
    RemarkAnswer,
    Statement,
)
from retros.review import actions as reviewing
from retros.review.actions import AnswerInput
from retros.watch import actions as watching
from tests.helpers import messages as saying
from tests.helpers.backfilled import backfilled_incident
from tests.helpers.decision_inputs import PRECHECK
from tests.helpers.factories import START, declared
from tests.house.test_every_action_records import LATER, Scene

SECRET = "hunter2xyz9"
CONTROLS = "\x0b\x0c\x07\uffff\ufffe\x1b[31m"
LEAK = f"Seen{CONTROLS}by us: password={SECRET}"

CHANNEL = f"https://somebody:{SECRET}@chat.example.org/room{CONTROLS}"

TYPED: dict[str, Callable[[Scene], Any]] = {
    "severity": lambda s: s.do(lifecycle.change_severity, severity="2", reason=LEAK),
    "phase": lambda s: s.do(lifecycle.change_phase, phase="containment", reason=LEAK),
    "channel": lambda s: s.do(lifecycle.set_channel, channel=CHANNEL),
    "revision": lambda s: s.do(lifecycle.set_revision, revision=LEAK),
    "rollback": lambda s: s.do(lifecycle.set_rollback_reach, broad=True, reason=LEAK),
    "freeze": lambda s: s.do(freezes.freeze, surface=s.surface, scope=LEAK, reason=LEAK),
    "no freeze": lambda s: s.do(freezes.decline_freeze, surface=s.surface, reason=LEAK),
    "lift": lambda s: (
        s.do(freezes.freeze, surface=s.surface, scope="", reason="Hold still"),
        s.do(freezes.lift_freeze, surface=s.surface, reason=LEAK),
    ),
    "keep": lambda s: (
        s.do(freezes.freeze, surface=s.surface, scope="", reason="Hold still"),
        s.do(freezes.keep_freeze, surface=s.surface, owner=s.other, reason=LEAK),
    ),
    "branch": lambda s: s.do(branches.open_branch, type="hotfix", name=LEAK, owner=s.other),
    "end of a branch": lambda s: (
        s.branch(),
        s.do(branches.end_branch, 1, state="abandoned", reason=LEAK),
    ),
    "risk": lambda s: s.do(risks.add, text=LEAK, owner=s.other),
    "end of a risk": lambda s: (
        s.do(risks.add, text="Old sessions may fail"),
        s.do(risks.retire, 1, reason=LEAK),
    ),
    "checkpoint": lambda s: s.do(checkpoints.schedule, due_at=LATER + s.soon, purpose=LEAK),
    "restriction": lambda s: s.do(restriction.restrict, restricted=True, reason=LEAK),
    "bypass": lambda s: s.do(safeguards.mark_bypass, reason=LEAK),
    "leaving a rule": lambda s: (
        s.do(safeguards.mark_bypass, reason="Anybody could read the tokens"),
        s.do(safeguards.leave, code="D-FIRST", reason=LEAK),
    ),
    "scenario": lambda s: s.adopt(LEAK),
    "recommendation": lambda s: s.recommend(option_detail=LEAK, reasons=LEAK),
    "end of a decision": lambda s: (s.decide(), s.do(signatures.withdraw, 1, reason=LEAK)),
    "verification": lambda s: (s.start(), s.finish(), s.judge(finding=LEAK)),
    "withdrawal": lambda s: (s.recommend(), s.do(recommendations.withdraw, 1, reason=LEAK)),
    "note": lambda s: s.do(lanes.add_note, text=LEAK),
    "handoff": lambda s: s.offer(
        included=(LEAK,), excluded=(f"Not {LEAK}",), unknowns=LEAK, trigger=LEAK, message=LEAK
    ),
    "handoff of the watch": lambda s: s.offer_watch(
        included=(LEAK,), excluded=(f"Not {LEAK}",), unknowns=LEAK, trigger=LEAK, message=LEAK
    ),
    "declined": lambda s: (s.offer(), s.do(handoffs.decline, 1, reason=LEAK)),
    "withdrawn": lambda s: (s.offer(), s.do(handoffs.withdraw, 1, reason=LEAK)),
    "boundary": lambda s: s.do(
        lanes.set_boundary, lane=LaneKind.MITIGATION, included=[LEAK], excluded=[]
    ),
    "unknown": lambda s: s.ask(LEAK),
    "resolution": lambda s: (
        s.ask(),
        s.do(lanes.resolve_unknown, 1, lane=LaneKind.MITIGATION, resolution=LEAK),
    ),
    "hypothesis": lambda s: s.do(lanes.state_hypothesis, text=LEAK, reproduction=LEAK),
    "finding": lambda s: (
        s.do(lanes.state_hypothesis, text="The key set is stale"),
        s.do(evidence.capture, PRECHECK),
        s.do(lanes.decide_hypothesis, 1, verdict="confirmed", evidence=(1,), finding=LEAK),
    ),
    "update": lambda s: s.publish(
        headline=f"People see {LEAK}", impact=LEAK, mitigation=LEAK, unknowns=(LEAK,)
    ),
    "no unknowns": lambda s: s.publish(unknowns=(), no_unknowns=LEAK),
    "correction": lambda s: (s.publish(), s.publish(corrects=1, correction=LEAK)),
    "escalation": lambda s: s.do(
        publish_escalation,
        saying.escalation(LATER, s.other, summary=LEAK, impact=LEAK, decision=LEAK, ask=LEAK),
    ),
    "leadership note": lambda s: s.do(
        publish_leadership_note,
        saying.note(s.other, happened=LEAK, path=LEAK, uncertain=LEAK, need=LEAK),
    ),
    "draft of a message": lambda s: s.do(save_draft, MessageKind.UPDATE, {"impact": [LEAK]}),
    "lapse": lambda s: (s.lapse(), s.do(explain_lapse, 1, explanation=LEAK)),
    "hardening item": lambda s: s.harden(title=LEAK, detail=LEAK),
    "changed item": lambda s: s.do(backlog.change, s.harden().pk, WorkInput(title=LEAK)),
    "dropped item": lambda s: s.do(backlog.drop, s.harden().pk, reason=LEAK),
    "closing statement": lambda s: s.do(
        closing.save_statement,
        StatementInput(happened=LEAK, path=LEAK, uncertain=LEAK, need=LEAK, trigger=LEAK),
    ),
    "closing": lambda s: s.closed(trigger=LEAK, happened=LEAK),
    "signal": lambda s: (s.closed(), s.do(watching.fire_trigger, signal=LEAK)),
    "reopened": lambda s: (s.closed(), s.do(watching.reopen, reason=LEAK)),
    "check-in": lambda s: (s.closed(), s.do(watching.check_in, text=LEAK)),
    "void": lambda s: s.do(voiding.void, reason=LEAK),
    "taken back": lambda s: (
        s.do(voiding.void, reason="A drill alert"),
        s.do(voiding.take_back, reason=LEAK),
    ),
    "remark on a package": lambda s: s.sent_back(remark=LEAK),
    "package made anew": lambda s: s.revised(said=LEAK),
    "package that failed": lambda s: s.unmade(error=LEAK),
    "draft of a review": lambda s: (
        s.closed(),
        s.do(reviewing.save_draft, 1, "review", {"ignored": [LEAK]}),
    ),
    "review": lambda s: s.looked_back(metric=AnswerInput(text=LEAK, follows="none", why_not=LEAK)),
    "item of a review": lambda s: s.looked_back(
        metric=AnswerInput(
            text=LEAK, follows="item", title=LEAK, owner=s.other, due_on=START.date()
        )
    ),
    "later thought": lambda s: (
        s.looked_back(),
        s.do(reviewing.add_thought, 1, "review", text=LEAK),
    ),
    "item opened again": lambda s: s.do(backlog.reopen, s.dropped().pk, reason=LEAK),
}


@pytest.mark.parametrize("what", TYPED)
def test_a_secret_is_masked(
    incident: Incident, commander: Person, stranger: Person, what: str
) -> None:
    TYPED[what](Scene(incident, commander, stranger))

    rows = kept()
    assert SECRET not in rows
    assert "masked" in rows
    assert controls_in(rows) == set()


def test_a_secret_in_a_declaration_is_masked(commander: Person) -> None:
    declared(commander, title=f"Broken: {LEAK}", known=LEAK, evidence_channel=CHANNEL, now=START)

    assert SECRET not in kept()
    assert controls_in(kept()) == set()


def test_a_secret_in_what_was_handled_elsewhere_is_masked(commander: Person) -> None:
    told = {"happened": LEAK, "done": f"Said {LEAK}", "kept": CHANNEL, "source": LEAK}
    backfilled_incident(commander, title=f"Broken: {LEAK}", **told)

    assert SECRET not in kept()
    assert "masked" in kept()
    assert controls_in(kept()) == set()


def controls_in(rows: str) -> set[str]:
    """As ``repr`` writes them."""
    codes = {repr(control)[1:-1] for control in CONTROLS} - set(CONTROLS)
    return {code for code in codes if code in rows}


def kept() -> str:
    models = (
        Backfill,
        TimelineEntry,
        Incident,
        Freeze,
        Checkpoint,
        BoundaryItem,
        Handoff,
        Unknown,
        Hypothesis,
        DecisionDraft,
        Execution,
        Recommendation,
        Branch,
        Risk,
        Notice,
        Update,
        Escalation,
        LeadershipNote,
        MessageDraft,
        Lapse,
        BacklogItem,
        Statement,
        Closing,
        CheckIn,
        Voided,
        Package,
        Remark,
        RemarkAnswer,
        Answer,
        Addendum,
        LookBackDraft,
    )
    return str([list(model.objects.values()) for model in models])
