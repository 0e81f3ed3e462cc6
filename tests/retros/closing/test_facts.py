"""What the gate reads of what really happened: each condition that only passes on a sentence of
the record, met and unmet by acts and not by values."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.actions import branches, checkpoints, evidence, freezes, lifecycle
from incidents.models import Surface
from incidents.vocabulary import (
    DependencyClass,
    EvidenceKind,
    LaneKind,
    Option,
    RoleName,
    Severity,
)
from lanes.handoff import actions as handoffs
from retros.closing import rules as gate
from tests.helpers.decision_inputs import VERIFICATION
from tests.helpers.factories import SurfaceFactory
from tests.helpers.handoffs import terms
from tests.helpers.recommendations import Owners
from tests.retros.closing.closable import ClosingRun

pytestmark = pytest.mark.django_db(transaction=True)

type Act = Callable[[ClosingRun], object]


def condition(ending: ClosingRun, code: str) -> gate.Condition:
    return next(condition for condition in ending.conditions() if condition.code == code)


def surface(ending: ClosingRun) -> Surface:
    return SurfaceFactory(name="Sign-in API")


def freeze(ending: ClosingRun, name: str = "Sign-in API") -> None:
    options = {"surface": SurfaceFactory(name=name), "scope": "", "reason": "Hold still"}
    freezes.freeze(ending.commander.as_actor(), ending.incident.pk, **options, now=ending.now)


def lift(ending: ClosingRun) -> None:
    freezes.lift_freeze(
        ending.commander.as_actor(),
        ending.incident.pk,
        surface=surface(ending),
        reason="It is over",
        now=ending.after(minutes=1),
    )


def keep(ending: ClosingRun) -> None:
    freezes.keep_freeze(
        ending.commander.as_actor(),
        ending.incident.pk,
        surface=surface(ending),
        owner=ending.executor,
        reason="Until the keys are rotated",
        now=ending.after(minutes=1),
    )


def decline(ending: ClosingRun) -> None:
    freezes.decline_freeze(
        ending.commander.as_actor(),
        ending.incident.pk,
        surface=surface(ending),
        reason="Its releases are stopped already",
        now=ending.now,
    )


def offer(ending: ClosingRun) -> None:
    """The mitigation lane, to who verifies."""
    due = ending.incident.checkpoints.open().get().number
    offer_terms = terms(ending.verifier, checkpoint=due)
    giver, number = ending.executor.as_actor(), ending.incident.pk
    handoffs.offer(giver, number, offer_terms, lane=LaneKind.MITIGATION, now=ending.now)


def answer(ending: ClosingRun, how: str) -> None:
    options = {"reason": "I am off shift"} if how == "decline" else {}
    do = getattr(handoffs, how)
    do(ending.verifier.as_actor(), ending.incident.pk, 1, now=ending.after(minutes=1), **options)


def differ(ending: ClosingRun) -> Owners:
    lanes = {LaneKind.MITIGATION: ending.executor, LaneKind.VERIFICATION: ending.verifier}
    owners = Owners(ending.incident, lanes, ending.cited, ending.now)
    owners.recommend(LaneKind.MITIGATION, Option.ROLLBACK)
    owners.recommend(LaneKind.VERIFICATION, Option.FLAG)
    return owners


def agree(ending: ClosingRun) -> None:
    differ(ending).withdraw(2, ending.verifier)


def pending(ending: ClosingRun) -> None:
    """A second decision, which needs the data owner's signature."""
    ledger = SurfaceFactory(name="Ledger", dependency_class=DependencyClass.BILLING)
    ending.incident.surfaces.add(ledger)
    ending.assign(RoleName.DATA_OWNER, ending.watcher)
    ending.decide(Option.WRITE_FREEZE, next_action="Compare the ledgers")


def withdrawn(ending: ClosingRun) -> None:
    pending(ending)
    ending.withdraw(number=2)


def begun(ending: ClosingRun) -> None:
    hold = ending.decide(Option.HOLD, next_action="Watch the board")
    ending.start(number=hold.number)


def ahead(ending: ClosingRun) -> None:
    checkpoints.schedule(
        ending.commander.as_actor(),
        ending.incident.pk,
        due_at=ending.now + timedelta(minutes=50),
        purpose="Look once more",
        now=ending.now,
    )


def change(ending: ClosingRun) -> None:
    """Something is changed after the last run."""
    decision = ending.decide(Option.FLAG, next_action="Clear the cache")
    ending.done(decision.number)


def rerun(ending: ClosingRun) -> None:
    change(ending)
    ending.judge(ending.run(), number=2)


def run_again(ending: ClosingRun) -> None:
    item = replace(VERIFICATION, command="curl -sf https://api.example.test/healthz")
    by, now = ending.verifier.as_actor(), ending.after(minutes=1)
    evidence.capture(by, ending.incident.pk, item, now=now)


def nothing(ending: ClosingRun) -> None:
    """It stands as it is."""


def each(*acts: Act) -> Act:
    def do(ending: ClosingRun) -> None:
        for act in acts:
            act(ending)

    return do


def other(ending: ClosingRun) -> None:
    freeze(ending, "Checkout")


def promised(ending: ClosingRun) -> None:
    """The promised time of the next update passes; no tick has run that could have noted it."""
    next_at = ending.now + timedelta(minutes=12)
    ending.recovered(progress="mitigating", next_at=next_at)
    ending.after(minutes=30)


def captured(by: str = "verifier", **other: object) -> Act:
    """A verification run that is newer than the one that a verdict rests on."""

    def act(ending: ClosingRun) -> None:
        ending.capture(replace(VERIFICATION, text="As before", **other), getattr(ending, by))

    return act


def stopped(ending: ClosingRun) -> None:
    """A second mitigation takes the place of the first while that is being executed."""
    ending.start(number=ending.decide(Option.FLAG, next_action="Clear the cache").number)
    ending.decide(
        Option.ROLLBACK,
        next_action="Roll back again",
        supersede_reason="The cache fills again at once",
    )


def undone(ending: ClosingRun) -> None:
    stopped(ending)
    ending.done(3)
    ending.judge(ending.run(), number=3)


def lowered(ending: ClosingRun) -> None:
    """From a severity that asks for an escalation to one that does not."""
    actor, number = ending.commander.as_actor(), ending.incident.pk
    options = {"severity": Severity.SEV3, "reason": "Two people are left", "now": ending.now}
    lifecycle.change_severity(actor, number, **options)


def merged(ending: ClosingRun) -> None:
    """A branch is merged after the last run: what runs is no longer what was verified."""
    actor, number = ending.executor.as_actor(), ending.incident.pk
    options = {"type": "hotfix", "name": "hotfix/keys", "owner": ending.executor}
    row = branches.open_branch(actor, number, **options, now=ending.after(minutes=1))
    end = {"state": "merged", "reason": "", "now": ending.after(minutes=1)}
    branches.end_branch(actor, number, row.number, **end)


MET: dict[str, tuple[str, Act]] = {
    "stale: run again after the merge": ("C-STALE", each(merged, captured())),
    "verified: a newer run of who verifies": ("C-VERIFIED", captured()),
    "verified: a newer link beside a run": (
        "C-VERIFIED",
        captured(kind=EvidenceKind.LINK, url="https://boards.example.test/sign-in"),
    ),
    "verified: stopped halfway, and undone": ("C-VERIFIED", undone),
    "comms: escalated, then lowered": ("C-COMMS", lowered),
    "open: nothing": ("C-OPEN", nothing),
    "open: a checkpoint ahead": ("C-OPEN", ahead),
    "open: a handoff that was accepted": (
        "C-OPEN",
        each(offer, lambda ending: answer(ending, "accept")),
    ),
    "open: a handoff that was declined": (
        "C-OPEN",
        each(offer, lambda ending: answer(ending, "decline")),
    ),
    "open: owners who agree again": ("C-OPEN", agree),
    "open: a decision that was withdrawn": ("C-OPEN", withdrawn),
    "freeze: none": ("C-FREEZE", nothing),
    "freeze: lifted": ("C-FREEZE", each(freeze, lift)),
    "freeze: kept on purpose": ("C-FREEZE", each(freeze, keep)),
    "freeze: declined with a reason": ("C-FREEZE", decline),
    "stale: no change since": ("C-STALE", nothing),
    "stale: run again after the change": ("C-STALE", rerun),
    "stale: run twice": ("C-STALE", run_again),
}

UNMET: dict[str, tuple[str, Act, str]] = {
    "stale: a branch that was merged": ("C-STALE", merged, "B-1 was merged after the last"),
    "verified: somebody else's newer run failed": (
        "C-VERIFIED",
        captured("watcher", exit_code=1),
        "failed.",
    ),
    "verified: stopped halfway": ("C-VERIFIED", stopped, "D-2 was stopped while it was executed"),
    "open: a handoff": ("C-OPEN", offer, "The handoff of Mitigation waits for"),
    "open: a contradiction": ("C-OPEN", lambda ending: differ(ending), "Contradiction X-1 is open"),
    "open: a signature": ("C-OPEN", pending, "D-2 waits for signatures."),
    "open: a hold that was begun": ("C-OPEN", begun, "D-2 is being executed."),
    "open: an overdue checkpoint": (
        "C-OPEN",
        lambda ending: ending.after(hours=2),
        "Checkpoint CP-2 is overdue.",
    ),
    "freeze: one": ("C-FREEZE", freeze, "Sign-in API is still frozen."),
    "freeze: frozen again": ("C-FREEZE", each(freeze, lift, freeze), "Sign-in API is still"),
    "freeze: one of two": ("C-FREEZE", each(freeze, keep, other), "Checkout is still frozen."),
    "freeze: after it was declined": ("C-FREEZE", each(decline, freeze), "Sign-in API is still"),
    "stale: a change": ("C-STALE", change, "D-2"),
    "stale: a change after a second run": ("C-STALE", each(run_again, change), "D-2"),
    "stale: changed once more": ("C-STALE", each(rerun, change), "D-3"),
}


@pytest.mark.parametrize(("code", "act"), MET.values(), ids=MET.keys())
def test_met(ending: ClosingRun, code: str, act: Act) -> None:
    act(ending.closable())

    judged = condition(ending, code)

    assert judged.met, judged.says


@pytest.mark.parametrize(("code", "act", "says"), UNMET.values(), ids=UNMET.keys())
def test_unmet(ending: ClosingRun, code: str, act: Act, says: str) -> None:
    act(ending.closable())

    judged = condition(ending, code)

    assert not judged.met
    assert any(says in sentence for sentence in judged.says), judged.says


RESULTLESS = {
    "a link": {"kind": EvidenceKind.LINK, "url": "https://boards.example.test/sign-in"},
    "a log": {"kind": EvidenceKind.LOG},
    "a graph": {"kind": EvidenceKind.METRIC},
    "a command without its exit code": {"exit_code": None},
}


@pytest.mark.parametrize("other", RESULTLESS.values(), ids=RESULTLESS.keys())
def test_what_has_no_result_is_no_run(ending: ClosingRun, other: dict[str, object]) -> None:
    captured(**other)(ending)

    assert "no command or check with its result" in condition(ending, "C-VERIFIED").sentence


def test_a_run_is_of_who_verifies(ending: ClosingRun) -> None:
    captured("watcher")(ending)
    sentence = condition(ending, "C-VERIFIED").sentence
    assert "was not captured or judged by who verifies" in sentence

    ending.assign(RoleName.LANE_OWNER, ending.watcher, LaneKind.VERIFICATION)
    assert condition(ending, "C-VERIFIED").met


def test_what_was_sent_while_it_was_severe_is_asked_for_later(ending: ClosingRun) -> None:
    lowered(ending)

    judged = condition(ending, "C-COMMS")

    assert "SEV-1 needs an internal escalation, and none reached anybody." in judged.says


def test_a_hold_alone_is_no_decision_on_mitigation(ending: ClosingRun) -> None:
    ending.decide(Option.HOLD)

    assert "No decision on mitigation is recorded." in condition(ending, "C-RECORD").says


def test_a_lapse_that_no_tick_has_noted_yet_is_one(ending: ClosingRun) -> None:
    promised(ending.closable())
    ending.run()
    ending.recovered()

    judged = condition(ending, "C-COMMS")

    assert (judged.met, len(judged.says)) == (False, 1)
    assert "late is not explained" in judged.sentence
