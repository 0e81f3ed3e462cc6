"""Every action leaves a timeline entry, and a refused or forbidden one leaves nothing."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from django.db import transaction

from comms.actions import escalations, lapses, leadership, updates
from incidents.actions import (
    acts,
    amendments,
    branches,
    checkpoints,
    command_absence,
    course,
    decisions,
    event_times,
    evidence,
    execution,
    freezes,
    lifecycle,
    recommendations,
    replacements,
    restriction,
    risks,
    roles,
    safeguards,
    scenarios,
    signatures,
    together,
    voiding,
)
from incidents.facts.signed_record import content_hash
from incidents.locking import lock
from incidents.models import Incident, Person, TimelineEntry
from incidents.timeline.record import record
from incidents.timeline.row_integrity import key_problems, row_problems, seal_problems
from incidents.vocabulary import Group, LaneKind, RoleName
from kernel.actor import SYSTEM
from kernel.refusal import NotPermitted
from lanes.actions import boundary, hypotheses, notes, patterns, setting_up, unknowns
from lanes.handoff import actions as handoffs
from lanes.vocabulary import WATCH
from machines.models import Token
from machines.tokens import actions as tokens
from machines.tokens.rules import TokenInput
from machines.vocabulary import TokenKind
from retros.backlog import actions as backlog
from retros.backlog import reminder_actions
from retros.backlog.reminder_rules import DUE_KIND
from retros.backlog.steps import WorkInput
from retros.closing import actions as closing
from retros.closing.steps import StatementInput
from retros.package import actions as packages
from retros.package.build import LABELS
from retros.package.canonical import digest
from retros.review import actions as reviewing
from retros.review import reminder_actions as review_reminding
from retros.watch import actions as watching
from tests.helpers import messages as saying
from tests.helpers.database import as_application
from tests.helpers.decision_inputs import (
    PRECHECK,
    VERIFICATION,
    decision_input,
    prepare_decision,
)
from tests.helpers.factories import START, PersonFactory, SurfaceFactory, declared
from tests.helpers.handoffs import terms
from tests.helpers.recommendations import recommendation_input
from tests.retros.closing.closable import ClosingRun
from tests.retros.review import lookbacks

APPS = ("incidents", "live", "lanes", "comms", "retros", "machines", "warroom")

LATER = START + timedelta(minutes=5)

CASES: dict[str, Callable[["Scene"], Any]] = {
    "incidents.lifecycle.change_severity": lambda s: s.do(
        lifecycle.change_severity, severity="2", reason="Only one region"
    ),
    "incidents.lifecycle.change_phase": lambda s: s.do(
        lifecycle.change_phase, phase="containment", reason="Chosen"
    ),
    "incidents.lifecycle.set_channel": lambda s: s.do(lifecycle.set_channel, channel="#inc"),
    "incidents.event_times.set_event_times": lambda s: s.do(
        event_times.set_event_times,
        began_at=LATER - timedelta(minutes=9),
        began_evidence=s.do(evidence.capture, PRECHECK).number,
    ),
    "incidents.lifecycle.set_revision": lambda s: s.do(lifecycle.set_revision, revision="4be90a7"),
    "incidents.lifecycle.set_rollback_reach": lambda s: s.do(
        lifecycle.set_rollback_reach, broad=True, reason="Migration 0081"
    ),
    "incidents.lifecycle.set_surfaces": lambda s: s.do(
        lifecycle.set_surfaces, surfaces=(s.surface,)
    ),
    "incidents.roles.assign": lambda s: s.do(
        roles.assign, role=RoleName.LANE_OWNER, lane=LaneKind.MITIGATION, person=s.other
    ),
    "incidents.roles.add_participant": lambda s: s.do(roles.add_participant, person=s.other),
    "incidents.roles.remove_participant": lambda s: (
        s.do(roles.add_participant, person=s.other),
        s.do(roles.remove_participant, person=s.other),
    ),
    "machines.tokens.make_token": lambda s: s.agent(),
    "machines.tokens.revoke_token": lambda s: tokens.revoke_token(
        s.actor, s.agent().pk, reason="Asked the same thing 40 times", now=LATER
    ),
    "incidents.roles.join": lambda s: s.as_other(roles.join),
    "incidents.roles.claim_lane": lambda s: s.as_other(roles.claim_lane, lane=LaneKind.MITIGATION),
    "incidents.roles.take_command": lambda s: (
        s.as_other(roles.join),
        s.as_other(roles.take_command, reason="Both are away", now=LATER + timedelta(minutes=30)),
    ),
    "incidents.freezes.freeze": lambda s: s.do(
        freezes.freeze, surface=s.surface, scope="", reason="Hold still"
    ),
    "incidents.freezes.decline_freeze": lambda s: s.do(
        freezes.decline_freeze, surface=s.surface, reason="Not changed today"
    ),
    "incidents.freezes.lift_freeze": lambda s: (
        s.do(freezes.freeze, surface=s.surface, scope="", reason="Hold still"),
        s.do(freezes.lift_freeze, surface=s.surface, reason="Over"),
    ),
    "incidents.freezes.keep_freeze": lambda s: (
        s.do(freezes.freeze, surface=s.surface, scope="", reason="Hold still"),
        s.do(freezes.keep_freeze, surface=s.surface, owner=s.other, reason="Until the audit"),
    ),
    "incidents.branches.open_branch": lambda s: s.branch(),
    "incidents.branches.pass_branch": lambda s: (
        s.branch(),
        s.do(branches.pass_branch, 1, owner=s.other),
    ),
    "incidents.branches.end_branch": lambda s: (
        s.branch(),
        s.do(branches.end_branch, 1, state="merged", reason=""),
    ),
    "incidents.risks.add": lambda s: s.do(risks.add, text="Old sessions may fail"),
    "incidents.risks.own": lambda s: (
        s.do(risks.add, text="Old sessions may fail"),
        s.do(risks.own, 1, owner=s.other),
    ),
    "incidents.risks.retire": lambda s: (
        s.do(risks.add, text="Old sessions may fail"),
        s.do(risks.retire, 1, reason="All of them have expired"),
    ),
    "incidents.recommendations.recommend": lambda s: s.recommend(),
    "incidents.recommendations.withdraw": lambda s: (
        s.recommend(),
        s.do(recommendations.withdraw, 1, reason="The cause is another"),
    ),
    "incidents.recommendations.propose": lambda s: s.propose(),
    "incidents.recommendations.adopt": lambda s: (
        s.propose(),
        recommendations.adopt(s.other.as_actor(), s.incident.pk, 1, now=LATER),
    ),
    "incidents.recommendations.decline": lambda s: (
        s.propose(),
        recommendations.decline(
            s.other.as_actor(), s.incident.pk, 1, reason="It takes an hour", now=LATER
        ),
    ),
    "incidents.together.state_together": lambda s: (
        s.recommend_two(),
        s.do(together.state_together, mine=1, other=2, note="Other machines"),
    ),
    "incidents.together.withdraw_together": lambda s: (
        s.recommend_two(),
        s.do(together.state_together, mine=1, other=2),
        s.do(together.withdraw_together, mine=1, other=2),
    ),
    "incidents.signatures.sign": lambda s: s.sign(),
    "incidents.signatures.withdraw": lambda s: (
        s.decide(),
        s.do(signatures.withdraw, 1, reason="Too early"),
    ),
    "incidents.execution.start": lambda s: s.start(),
    "incidents.execution.finish": lambda s: (s.start(), s.finish()),
    "incidents.execution.judge": lambda s: (s.start(), s.finish(), s.judge()),
    "incidents.checkpoints.schedule": lambda s: s.schedule(),
    "incidents.command_absence.announce_absence": lambda s: s.commander_leaves(),
    "incidents.checkpoints.remind": lambda s: checkpoints.remind(
        s.schedule().pk, "checkpoint.due", now=LATER + timedelta(minutes=30)
    ),
    "incidents.checkpoints.remind_all": lambda s: checkpoints.remind_all(
        [(s.incident.pk, s.schedule().pk, "checkpoint.due")], now=LATER + timedelta(minutes=30)
    ),
    "incidents.decisions.decide": lambda s: s.decide(),
    "incidents.acts.act_first": lambda s: s.act(),
    "incidents.course.keep_course": lambda s: s.keep_course(),
    "incidents.course.move": lambda s: (
        s.schedule(),
        s.do(course.move, 1, due_at=LATER + s.soon, reason="The run is not over"),
    ),
    "incidents.course.cancel": lambda s: (
        s.schedule(),
        s.schedule(),
        s.do(course.cancel, 1, reason="The same as the other"),
    ),
    "incidents.replacements.replace_holder": lambda s: (
        s.decide(),
        s.do(
            replacements.replace_holder,
            1,
            role="executor",
            person=PersonFactory(groups=[Group.RESPONDER]),
            reason="On the train",
        ),
    ),
    "incidents.evidence.capture": lambda s: s.do(evidence.capture, PRECHECK),
    "incidents.amendments.amend": lambda s: (
        s.do(notes.add_note, text="Seen in eu-west only"),
        s.do(amendments.amend, s.last_entry(), text="Seen in eu-west and eu-north"),
    ),
    "incidents.restriction.restrict": lambda s: s.do(
        restriction.restrict, restricted=True, reason="Personal data in the logs"
    ),
    "incidents.safeguards.mark_bypass": lambda s: s.do(
        safeguards.mark_bypass, reason="Anybody could read the tokens"
    ),
    "incidents.safeguards.leave": lambda s: (
        s.do(safeguards.mark_bypass, reason="Anybody could read the tokens"),
        s.do(safeguards.leave, code="D-FIRST", reason="It was a test account"),
    ),
    "incidents.scenarios.set_scenario": lambda s: s.adopt(),
    "incidents.scenarios.serve": lambda s: (
        s.adopt(),
        s.do(evidence.capture, PRECHECK),
        s.do(scenarios.serve, 1, serves="first-bad-deploy"),
    ),
    "incidents.evidence.confirm": lambda s: s.confirmed(),
    "lanes.notes.add_note": lambda s: s.do(notes.add_note, text="Seen in eu-west only"),
    "lanes.boundary.set_boundary": lambda s: s.do(
        boundary.set_boundary, lane=LaneKind.MITIGATION, included=["flags"], excluded=[]
    ),
    "lanes.setting_up.set_up": lambda s: s.do(
        setting_up.set_up, setting_up.SetUp(owners={LaneKind.MITIGATION: s.other})
    ),
    "lanes.patterns.observe": lambda s: (s.hero(), patterns.observe(s.incident.pk, now=LATER)),
    "lanes.handoff.offer": lambda s: s.offer(),
    "lanes.handoff.accept": lambda s: (s.offer(), s.do(handoffs.accept, 1)),
    "lanes.handoff.decline": lambda s: (s.offer(), s.do(handoffs.decline, 1, reason="Off shift")),
    "lanes.handoff.withdraw": lambda s: (s.offer(), s.do(handoffs.withdraw, 1)),
    "lanes.handoff.remind": lambda s: handoffs.remind(
        s.offer().pk, now=LATER + timedelta(minutes=5)
    ),
    "lanes.unknowns.raise_unknown": lambda s: s.ask(),
    "lanes.unknowns.resolve_unknown": lambda s: (
        s.ask(),
        s.do(unknowns.resolve_unknown, 1, lane=LaneKind.MITIGATION, resolution="Since 13:57"),
    ),
    "lanes.hypotheses.state_hypothesis": lambda s: s.do(
        hypotheses.state_hypothesis, text="The key set is stale"
    ),
    "lanes.hypotheses.decide_hypothesis": lambda s: (
        s.do(hypotheses.state_hypothesis, text="The key set is stale"),
        s.do(evidence.capture, PRECHECK),
        s.do(
            hypotheses.decide_hypothesis,
            1,
            verdict="confirmed",
            evidence=(1,),
            finding="Four nodes have the old one",
        ),
    ),
    "comms.updates.publish_update": lambda s: s.publish(),
    "comms.escalations.publish_escalation": lambda s: s.do(
        escalations.publish_escalation, saying.escalation(LATER, s.commander)
    ),
    "comms.leadership.publish_leadership_note": lambda s: s.do(
        leadership.publish_leadership_note, saying.note(s.commander)
    ),
    "comms.lapses.remind": lambda s: s.lapse(),
    "comms.lapses.explain_lapse": lambda s: (
        s.lapse(),
        s.do(lapses.explain_lapse, 1, explanation="The owner was on the train"),
    ),
    "retros.backlog.add": lambda s: s.harden(),
    "retros.backlog.change": lambda s: s.do(
        backlog.change, s.harden().pk, WorkInput(title="A probe for each zone")
    ),
    "retros.backlog.begin": lambda s: s.do(backlog.begin, s.harden().pk),
    "retros.backlog.finish": lambda s: s.do(backlog.finish, s.harden().pk),
    "retros.backlog.drop": lambda s: s.do(backlog.drop, s.harden().pk, reason="Covered elsewhere"),
    "retros.backlog.reminder_actions.remind": lambda s: reminder_actions.remind(
        s.harden(due_on=START.date() + timedelta(days=9)).pk,
        DUE_KIND,
        now=START + timedelta(days=9),
    ),
    "retros.backlog.reopen": lambda s: s.do(
        backlog.reopen, s.dropped().pk, reason="Not covered after all"
    ),
    "retros.closing.save_statement": lambda s: s.do(
        closing.save_statement, StatementInput(trigger="5xx above 1 %")
    ),
    "retros.closing.close": lambda s: s.closed(),
    "retros.watch.fire_trigger": lambda s: (s.commands and s.closed(), s.do(watching.fire_trigger)),
    "retros.watch.reopen": lambda s: (
        s.commands and s.closed(),
        s.do(watching.reopen, reason="It fails again"),
    ),
    "retros.watch.check_in": lambda s: (
        s.commands and s.closed(),
        s.do(watching.check_in, text="0.3 % on the board"),
    ),
    "retros.watch.remind": lambda s: s.watch_asks(),
    "retros.review.finish": lambda s: s.looked_back(),
    "retros.review.add_thought": lambda s: (
        s.commands and s.looked_back(),
        s.do(reviewing.add_thought, 1, "review", text="The alert was muted"),
    ),
    "retros.review.reminder_actions.remind": lambda s: s.look_asks(),
    "incidents.voiding.void": lambda s: s.do(voiding.void, reason="A drill alert, not ours"),
    "incidents.voiding.duplicate": lambda s: s.do(
        voiding.duplicate, original=s.another().pk, reason="Found twice"
    ),
    "incidents.voiding.take_back": lambda s: (
        s.do(voiding.void, reason="A drill alert, not ours"),
        s.do(voiding.take_back, reason="It was ours after all"),
    ),
    "retros.package.seal": lambda s: s.sealed(),
    "retros.package.fail": lambda s: s.unmade(),
    "retros.package.retry": lambda s: (s.unmade(), s.do(packages.retry, 1)),
    "retros.package.accept": lambda s: (s.sealed(), s.as_admin(packages.accept, 1)),
    "retros.package.send_back": lambda s: s.sent_back(),
    "retros.package.revise": lambda s: s.revised(),
    "retros.watch.end_watch": lambda s: watching.end_watch(
        s.closed().incident_id, now=LATER + timedelta(hours=24)
    ),
}

WITHOUT_ENTRY = {
    "incidents.backfilling.backfill": "shown in its own tests: it has no incident before it",
    "incidents.lifecycle.declare": "shown below: it has no incident before it",
    "incidents.drafts.save_draft": "a draft is nobody else's business",
    "retros.review.save_draft": "a draft is nobody else's business",
    "comms.drafts.save_draft": "a draft is nobody else's business",
}

WITHOUT_INCIDENT = {
    "comms.maintenance": "planned maintenance is of the site, not of an incident",
    "comms.notices": "how somebody is notified is their own setting",
    "comms.subscribers": "subscribers follow the site, not an incident",
    "comms.subscribing": "subscribers follow the site, not an incident",
}
"""Modules of actions that touch no incident, and so write no entry."""


REMINDERS = {
    "incidents.checkpoints.remind",
    "incidents.checkpoints.remind_all",
    "incidents.command_absence.announce_absence",
    "lanes.handoff.remind",
}


class Scene:
    def __init__(self, incident: Incident, commander: Person, other: Person) -> None:
        self.incident, self.commander, self.other = incident, commander, other
        self.actor = commander.as_actor()
        self.surface = SurfaceFactory(name="Sign-in")
        self.soon = timedelta(minutes=20)

    def do(self, action: Callable[..., Any], *args: Any, **said: Any) -> Any:
        return action(self.actor, self.incident.pk, *args, now=LATER, **said)

    def as_other(self, action: Callable[..., Any], **fields: Any) -> Any:
        """For what one does oneself: the commander has done it already."""
        actor = self.other.as_actor() if self.commands else self.actor
        return action(actor, self.incident.pk, **({"now": LATER} | fields))

    def adopt(self, reason: str = "The spike came with the release") -> Any:
        return self.do(scenarios.set_scenario, scenario="auth-token-failure", reason=reason)

    def commander_leaves(self) -> None:
        self.schedule()  # by the actor: what follows is Warroom's own
        Person.objects.filter(pk=self.commander.pk).update(is_active=False)
        assignment = self.incident.assignments.get(role=RoleName.COMMANDER, until=None)
        assert command_absence.announce_absence(assignment.pk, now=LATER)

    def confirmed(self) -> Any:
        claimed = replace(PRECHECK, command="undo --dry-run", purpose="rollback_check")
        item = self.as_other(evidence.capture, captured=claimed)
        return self.do(evidence.confirm, item.number)

    def schedule(self) -> Any:
        due = LATER + timedelta(minutes=30)
        return self.do(checkpoints.schedule, due_at=due, purpose="What next")

    def decide(self, executor: Person | None = None, **other: Any) -> Any:
        self.hero()
        cited = prepare_decision(self.incident, self.commander, LATER)
        self.schedule()
        said = decision_input(cited, executor or self.commander, self.other, LATER, **other)
        return self.do(decisions.decide, 1, said)

    def act(self) -> Any:
        done = acts.ActInput(
            what="token_signer_v2 off in all regions",
            option="flag",
            executor=self.commander,
            began_at=LATER - timedelta(minutes=2),
        )
        return self.do(acts.act_first, done)

    def keep_course(self) -> Any:
        made = self.decide()
        now = LATER + timedelta(minutes=1)
        seen = evidence.capture(self.actor, self.incident.pk, PRECHECK, now=now)
        return course.keep_course(
            self.actor,
            self.incident.pk,
            made.next_checkpoint.number,
            looked_at="The error rate is flat",
            evidence=[seen.number],
            next_due=now + self.soon,
            now=now,
        )

    def last_entry(self) -> int:
        return Incident.objects.get(pk=self.incident.pk).last_seq

    def hero(self) -> None:
        """One person owns every lane: an anti-pattern, to be noticed."""
        for lane in LaneKind:
            self.do(roles.assign, role=RoleName.LANE_OWNER, lane=lane, person=self.other)

    def ask(self, text: str = "Which nodes?") -> Any:
        return self.do(unknowns.raise_unknown, lane=LaneKind.MITIGATION, text=text)

    def offer(self, **other: Any) -> Any:
        """For the owner of the lane, to whoever commands."""
        lane = LaneKind.MITIGATION
        self.do(roles.assign, role=RoleName.LANE_OWNER, lane=lane, person=self.other)
        self.schedule()
        return self.do(handoffs.offer, terms(self.commander, **other), lane=lane)

    def offer_watch(self, **other: Any) -> Any:
        """For its owner, to whoever commands."""
        self.closed()
        said = terms(self.commander, **({"checkpoint": 1} | other))
        return self.do(handoffs.offer, said, lane=WATCH)

    def harden(self, **other: Any) -> Any:
        return self.do(backlog.add, WorkInput(**{"title": "A probe for each region"} | other))

    def dropped(self) -> Any:
        return self.do(backlog.drop, self.harden().pk, reason="Covered elsewhere")

    @property
    def commands(self) -> bool:
        return bool(self.actor.id == self.commander.pk)

    def closed(self, **stated: Any) -> Any:
        """Through the gate, when the commander acts: nobody else gets as far."""
        if self.commands:
            owners = dict.fromkeys(LaneKind, self.other) | {LaneKind.MITIGATION: self.commander}
            ClosingRun(self.incident, self.commander, owners, now=LATER).closable(**stated)
        return self.do(closing.close)

    def watch_asks(self) -> Any:
        first = self.closed().check_ins.first()
        return watching.remind(first.pk, watching.DUE_KIND, now=first.due_at)

    def another(self) -> Incident:
        return declared(self.commander, title="The first report of it")

    def as_admin(self, action: Callable[..., Any], *args: Any) -> Any:
        who = PersonFactory(groups=[Group.ADMIN]).as_actor()
        return action(who, self.incident.pk, *args, now=LATER)

    def sealed(self) -> Any:
        """A package of the first closing, without a worker to make it."""
        row = self.closed().packages.get()
        made = packages.BuiltPackage("{}", digest("{}"), 1, b"%PDF", "{}")
        return packages.seal(row.pk, made, now=LATER)

    def unmade(self, error: str = "No space left") -> Any:
        return packages.fail(self.closed().packages.get().pk, error, now=LATER)

    def sent_back(self, remark: str = "Say who was affected") -> Any:
        self.sealed()
        return self.as_admin(packages.send_back, 1, {"note": remark})

    def revised(self, said: str = "Four nodes were stale") -> Any:
        remark = self.sent_back().package.remarks.get()
        note = dict.fromkeys(LABELS, said)
        return self.do(
            packages.revise, 1, packages.RevisionInput(**note, answers={remark.pk: said})
        )

    def looked_back(self, **other: Any) -> Any:
        """The review of the first closing."""
        if self.commands:
            self.closed()
        return self.do(reviewing.finish, 1, "review", lookbacks.review(self.other, **other))

    def look_asks(self) -> Any:
        first = self.closed().looks_back.first()
        return review_reminding.remind(first.pk, "review.due", now=first.due_at)

    def agent(self) -> Token:
        """A token of an agent that works in a lane of the incident."""
        asked = TokenInput(
            TokenKind.AGENT, "scout", lane=LaneKind.INVESTIGATION, incident=self.incident.pk
        )
        return tokens.make_token(self.actor, asked, now=LATER)[0]

    def branch(self) -> Any:
        owner = self.commander
        return self.do(branches.open_branch, type="hotfix", name="pin-keys", owner=owner)

    def recommend(self, **other: Any) -> Any:
        """As the owner of the lane, then back to whoever acts in the case."""
        self.do(
            roles.assign, role=RoleName.LANE_OWNER, lane=LaneKind.MITIGATION, person=self.commander
        )
        cited = self.do(evidence.capture, PRECHECK)
        said = recommendation_input(cited, **other)
        return self.do(recommendations.recommend, said, lane=LaneKind.MITIGATION)

    def propose(self) -> None:
        """The actor's, to a lane of another."""
        lane, cited = LaneKind.MITIGATION, self.do(evidence.capture, PRECHECK)
        self.do(roles.assign, role=RoleName.LANE_OWNER, lane=lane, person=self.other)
        self.do(recommendations.propose, recommendation_input(cited), lane=lane)

    def recommend_two(self) -> None:
        """The actor's own, and what another owner asks for."""
        self.recommend()
        lane, cited = LaneKind.INVESTIGATION, self.do(evidence.capture, PRECHECK)
        self.do(roles.assign, role=RoleName.LANE_OWNER, lane=lane, person=self.other)
        said = recommendation_input(cited, option="flag")
        actor, number = self.other.as_actor(), self.incident.pk
        recommendations.recommend(actor, number, said, lane=lane, now=LATER)

    def publish(self, **other: Any) -> Any:
        audience = "participants" if self.incident.restricted else "public"
        said = saying.update(LATER, self.incident, **({"audience": audience} | other))
        return self.do(updates.publish_update, said)

    def lapse(self) -> Any:
        """What was promised does not come."""
        made = self.publish()
        return lapses.remind(
            made.incident_id, made.pk, lapses.LAPSED, now=made.next_at + timedelta(minutes=5)
        )

    def sign(self) -> Any:
        """A billing incident: the commander signs by deciding, the data owner afterwards."""
        ledger = SurfaceFactory(name="Ledger", dependency_class="billing")
        self.do(lifecycle.set_surfaces, surfaces=(ledger,))
        self.do(roles.assign, role=RoleName.DATA_OWNER, person=self.other)
        made = self.decide(deviation_reason="The ledger itself is whole")
        return signatures.sign(
            self.other.as_actor(),
            self.incident.pk,
            made.number,
            role="data_owner",
            seen=content_hash(made),
            now=LATER,
        )

    def start(self) -> Any:
        """The decision names who acts as the one who executes."""
        self.decide(executor=self.commander)
        return self.do(execution.start, 1)

    def finish(self) -> Any:
        proof = self.do(evidence.capture, PRECHECK)
        return self.do(execution.finish, 1, evidence=[proof.number])

    def judge(self, **other: Any) -> Any:
        now = LATER + timedelta(minutes=1)
        run = evidence.capture(self.other.as_actor(), self.incident.pk, VERIFICATION, now=now)
        return execution.judge(
            self.other.as_actor(),
            self.incident.pk,
            1,
            now=now,
            **{"passed": True, "run": run.number, "finding": "Back at the baseline"} | other,
        )


@pytest.fixture
def scene(incident: Incident, commander: Person, stranger: Person) -> Scene:
    return Scene(incident, commander, stranger)


def action_modules() -> Iterator[ModuleType]:
    """Every module of our apps in a package or file that is named after actions."""
    for app in APPS:
        package = importlib.import_module(app)
        for found in pkgutil.walk_packages(package.__path__, f"{app}."):
            *folders, name = found.name.split(".")
            if "actions" in folders or name == "actions" or name.endswith("_actions"):
                yield importlib.import_module(found.name)


def public_actions() -> set[str]:
    """Functions that take the time of a state change: what this project calls an action."""
    return {
        f"{label(module)}.{name}"
        for module in action_modules()
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(function).parameters.get("now") is not None
        and inspect.signature(function).parameters["now"].kind is inspect.Parameter.KEYWORD_ONLY
        and label(module) not in WITHOUT_INCIDENT
    }


def label(module: ModuleType) -> str:
    """The module without the parts that all of them share: ``incidents.lifecycle``."""
    return ".".join(part for part in module.__name__.split(".") if part != "actions")


def test_modules_without_an_incident_are_still_there() -> None:
    labels = {label(module) for module in action_modules()}

    assert WITHOUT_INCIDENT.keys() <= labels


def test_every_public_action_is_in_the_table_of_this_test() -> None:
    assert public_actions() == CASES.keys() | WITHOUT_ENTRY.keys()


@pytest.mark.parametrize("name", CASES)
def test_it_leaves_an_entry(scene: Scene, name: str) -> None:
    before = entries(scene.incident)

    with as_application():  # at its end the database asks the same of each row
        CASES[name](scene)

    assert entries(scene.incident) > before
    scene.incident.refresh_from_db()
    assert scene.incident.last_seq == entries(scene.incident)
    # Every row that the action made or changed is covered by the digests of its entry.
    assert [*key_problems(scene.incident), *seal_problems(scene.incident)] == []
    assert list(row_problems(scene.incident)) == []


def test_declaring_leaves_its_entries(incident: Incident) -> None:
    kinds = list(incident.timeline.order_by("seq").values_list("kind", flat=True))

    assert kinds == ["incident.declared", "role.assigned"]


@pytest.mark.parametrize("name", sorted(CASES))
def test_who_may_not_leaves_nothing(scene: Scene, name: str, stakeholder: Person) -> None:
    scene.actor = stakeholder.as_actor()
    before = entries(scene.incident)

    with pytest.raises(NotPermitted):
        CASES[name](scene)

    assert entries(scene.incident) == before


@pytest.mark.parametrize("name", sorted(CASES.keys() - REMINDERS))
def test_who_takes_no_part_in_a_restricted_incident_leaves_nothing(
    commander: Person, stranger: Person, deputy: Person, name: str
) -> None:
    scene = Scene(declared(commander, restricted=True), commander, deputy)
    scene.actor = stranger.as_actor()
    before = entries(scene.incident)

    with pytest.raises(NotPermitted):
        CASES[name](scene)

    assert entries(scene.incident) == before


@pytest.mark.parametrize(
    ("kind", "data"),
    [("no.such.kind", {}), ("note.added", {}), ("severity.changed", {"after": "SEV-1"})],
    ids=["unknown kind", "no text", "half of it"],
)
def test_an_entry_that_could_never_be_read_is_not_written(
    incident: Incident, kind: str, data: dict[str, str]
) -> None:
    with pytest.raises(KeyError), transaction.atomic():
        record(lock(incident.pk), kind, SYSTEM, LATER, **data)


def entries(incident: Incident) -> int:
    return TimelineEntry.objects.filter(incident=incident).count()
