"""Every rule against every later change: what was refused stays refused, no demand is lost.

Rules that a case forgot are found here: a new one gets a row, a new kind of change a column.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.db import transaction

from incidents.actions import acts, lifecycle, restriction, safeguards, scenarios
from incidents.actions.acts import ActInput
from incidents.facts.incident import read_facts
from incidents.models import Incident, Person, Surface
from incidents.vocabulary import DependencyClass, LaneKind, Option, RoleName, Severity
from kernel.refusal import NotPermitted, Refused
from lanes.actions import notes
from retros.closing import facts as gate_facts
from retros.closing import rules as gate
from tests.helpers.decision_inputs import ROLLBACK_CHECK
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import PersonFactory, SurfaceFactory
from tests.helpers.recommendations import Owners

pytestmark = pytest.mark.django_db

WHY = "It turned out so"
FORBIDDEN = "not permitted"


class Walk(DecisionRun):
    """The people and surfaces of the incident, and the changes that may come at any time."""

    stranger: Person
    ledger: Surface
    website: Surface

    def impact(self, *surfaces: Surface) -> None:
        actor = self._as(self.commander)
        lifecycle.set_surfaces(actor, self.incident.pk, surfaces=surfaces, now=self.now)

    def act(self) -> None:
        what = ActInput(what="Flag off", option=Option.FLAG, executor=self.executor)
        acts.act_first(self._as(self.commander), self.incident.pk, what, now=self.now)

    def restrict(self, restricted: bool = True) -> None:
        actor, number = self._as(self.commander), self.incident.pk
        restriction.restrict(actor, number, restricted=restricted, reason=WHY, now=self.now)

    def claim(self) -> None:
        """A rollback check by somebody who owns no lane."""
        self.capture(replace(ROLLBACK_CHECK, command="undo --dry-run"), self.stranger)

    def differ(self) -> None:
        """Two owners recommend what cannot both be done."""
        lanes = {LaneKind.INVESTIGATION: self.commander, LaneKind.VERIFICATION: self.verifier}
        self.assign(RoleName.LANE_OWNER, self.commander, LaneKind.INVESTIGATION)
        owners = Owners(self.incident, lanes, self.cited, self.now)
        owners.recommend(LaneKind.INVESTIGATION, Option.ROLLBACK)
        owners.recommend(LaneKind.VERIFICATION, Option.FLAG)

    def decide_with(self, executor: Person, verifier: Person) -> None:
        before = self.executor, self.verifier
        self.executor, self.verifier = executor, verifier
        try:
            self.decide(Option.FLAG, override_reason="It cannot wait")
        finally:
            self.executor, self.verifier = before

    def unmet(self) -> None:
        """Raises what keeps the gate shut."""
        facts = read_facts(Incident.objects.get(pk=self.incident.pk))
        conditions = gate.judge(gate_facts.read_gate(facts, None, self.now))
        raise Refused(gate.violations(conditions))


@dataclass(frozen=True)
class Rule:
    """``attempt`` is refused by ``code`` after ``set_up``."""

    code: str
    set_up: Callable[[Walk], object]
    attempt: Callable[[Walk], object]


def later(minutes: int) -> Callable[[Walk], object]:
    def wait(walk: Walk) -> None:
        walk.now += timedelta(minutes=minutes)

    return wait


def each(*steps: Callable[[Walk], object]) -> Callable[[Walk], object]:
    def run(walk: Walk) -> None:
        for step in steps:
            step(walk)

    return run


RULES = {
    "two sign what was decided": Rule(
        "D-DUAL", each(lambda w: w.impact(w.ledger), lambda w: w.decide(Option.FLAG)), Walk.start
    ),
    "two sign what is decided": Rule(
        "D-DUAL",
        lambda w: w.impact(w.ledger),
        lambda w: (w.decide_with(w.commander, w.verifier), w.start(by=w.commander)),
    ),
    "rollback and revocation first": Rule(
        "D-FIRST",
        lambda w: safeguards.mark_bypass(
            w.commander.as_actor(), w.incident.pk, reason=WHY, now=w.now
        ),
        lambda w: w.decide(Option.HOTFIX),
    ),
    "first, before the start too": Rule(
        "D-FIRST",
        each(
            lambda w: w.decide(Option.HOTFIX),
            lambda w: safeguards.mark_bypass(
                w.commander.as_actor(), w.incident.pk, reason=WHY, now=w.now
            ),
        ),
        Walk.start,
    ),
    "an outsider executes nothing": Rule(
        "D-OWNERS", Walk.restrict, lambda w: w.decide_with(w.stranger, w.verifier)
    ),
    "two people in SEV-1": Rule(
        "D-OWNERS", lambda w: None, lambda w: w.decide_with(w.verifier, w.verifier)
    ),
    "a rollback check grows old": Rule("D-READY", later(61), lambda w: w.decide(Option.FLAG)),
    "a rollback check failed": Rule(
        "D-READY",
        lambda w: w.capture(replace(ROLLBACK_CHECK, exit_code=1)),
        lambda w: w.decide(Option.FLAG),
    ),
    "a claimed check shows nothing": Rule(
        "D-READY", each(later(61), Walk.claim), lambda w: w.decide(Option.FLAG)
    ),
    "a contradiction is open": Rule("D-CONFLICT", Walk.differ, lambda w: w.decide(Option.FLAG)),
    "one mitigation at a time": Rule(
        "D-ONE", lambda w: w.decide(Option.FLAG), lambda w: w.decide(Option.ROLLBACK)
    ),
    "a record is owed": Rule(
        "D-OWED",
        each(Walk.act, later(16)),
        lambda w: w.decide(Option.HOTFIX, checkpoint=1, supersede_reason=WHY),
    ),
    "done is shown": Rule(
        "X-PROOF", each(lambda w: w.decide(Option.FLAG), Walk.start), lambda w: w.finish()
    ),
    "a run proves it": Rule(
        "V-RUN", each(lambda w: w.decide(Option.FLAG), Walk.done), lambda w: w.judge(None)
    ),
    "closing needs verification": Rule(
        "C-VERIFIED", each(lambda w: w.decide(Option.FLAG), Walk.done), Walk.unmet
    ),
    "closing needs messages": Rule("C-COMMS", lambda w: None, Walk.unmet),
    "a stranger writes nothing": Rule(
        FORBIDDEN,
        Walk.restrict,
        lambda w: notes.add_note(w.stranger.as_actor(), w.incident.pk, text="Hi", now=w.now),
    ),
}


def _another_class(walk: Walk) -> None:
    Surface.objects.update(dependency_class=DependencyClass.OTHER)


def _scenario(walk: Walk) -> None:
    scenarios.set_scenario(
        walk.commander.as_actor(),
        walk.incident.pk,
        scenario="auth-token-failure",
        reason=WHY,
        now=walk.now,
    )


def _severity(walk: Walk) -> None:
    lifecycle.change_severity(
        walk.commander.as_actor(),
        walk.incident.pk,
        severity=Severity.SEV3,
        reason=WHY,
        now=walk.now,
    )


def _gone(walk: Walk) -> None:
    Person.objects.filter(pk__in=[walk.executor.pk, walk.stranger.pk]).update(is_active=False)


def _open_or_close(walk: Walk) -> None:
    walk.restrict(not Incident.objects.get(pk=walk.incident.pk).restricted)


CHANGES: dict[str, Callable[[Walk], object]] = {
    "nothing": lambda w: None,
    "a surface is dropped": Walk.impact,
    "another surface": lambda w: w.impact(w.website),
    "another class": _another_class,
    "another scenario": _scenario,
    "a lower severity": _severity,
    "another data owner": lambda w: w.assign(RoleName.DATA_OWNER, w.stranger),
    "another lane owner": lambda w: w.assign(
        RoleName.LANE_OWNER, PersonFactory(groups=["responder"]), LaneKind.MITIGATION
    ),
    "people are gone": _gone,
    "restriction": _open_or_close,
    "the clock": later(180),
}

ALLOWED = {
    ("an outsider executes nothing", "another data owner"): "a role lets them take part",
    ("an outsider executes nothing", "restriction"): "it is open: nobody is an outsider",
    ("two people in SEV-1", "a lower severity"): "below SEV-1 one person is a warning",
    ("a stranger writes nothing", "another data owner"): "a role lets them take part",
    ("a stranger writes nothing", "restriction"): "it is open: everybody may write",
}
"""What a change makes right, and why."""


@contextmanager
def undone(walk: Walk) -> Iterator[None]:
    point, now = transaction.savepoint_create(), walk.now
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        walk.now = now


def answer(walk: Walk, attempt: Callable[[Walk], object]) -> set[str]:
    """The codes by which it is refused; none when it passes."""
    try:
        attempt(walk)
    except NotPermitted:
        return {FORBIDDEN}
    except Refused as refusal:
        return {violation.code for violation in refusal.violations}
    return set()


# Over a second: 187 pairs, each with its change and its attempt, in one set-up of the database.
def test_no_later_change_leads_past_a_rule(
    incident: Incident,
    commander: Person,
    lane_owners: dict[LaneKind, Person],
    data_owner: Person,
    stranger: Person,
) -> None:
    walk = Walk(incident, commander, lane_owners)
    walk.stranger = stranger
    walk.ledger = SurfaceFactory(name="Ledger", dependency_class=DependencyClass.BILLING)
    walk.website = SurfaceFactory(name="Website", dependency_class=DependencyClass.OTHER)
    walk.assign(RoleName.DATA_OWNER, data_owner)
    passed = set()

    for name, rule in RULES.items():
        with undone(walk):
            rule.set_up(walk)
            for change, happens in CHANGES.items():
                with undone(walk):
                    happens(walk)
                    codes = answer(walk, rule.attempt)
                    if not codes & {rule.code, FORBIDDEN}:
                        passed.add((name, change))

    assert passed == ALLOWED.keys()
