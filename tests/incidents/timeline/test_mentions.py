"""Who is named in what somebody writes hears of it, once, if they may know of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from string import Formatter
from typing import Any

import pytest
from django.db import transaction

from incidents.actions import risks
from incidents.actions.amendments import amend
from incidents.locking import lock
from incidents.models import Incident, Notice, Person
from incidents.timeline.kinds import KINDS
from incidents.timeline.record import record
from incidents.vocabulary import Option
from kernel.actor import SYSTEM, Actor, ActorKind
from lanes.actions import add_note, raise_unknown, state_hypothesis
from retros.backlog.reminder_rules import REMINDER_KINDS
from retros.review.rules import DUE_KIND, LATE_KIND, SOON_KIND
from retros.vocabulary import Look
from tests.helpers.backfilled import backfilled_incident
from tests.helpers.decision_inputs import PRECHECK, capture_evidence
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START, PersonFactory, declared

NOW = START + timedelta(minutes=1)

LATER = (NOW + timedelta(hours=1)).isoformat()

OF_DECISION = "scope next_action why_now reversibility blast_radius verification deviation override"
OWN = {"reach": "broad", "why": "As @stranger says", "nearest": ""}
REJECTED = {"flag": "As @stranger says"}
TYPED: dict[str, tuple[str, dict[str, Any]]] = {
    "agent.removed": ("reason", {"name": "lane-scout"}),
    "backlog.changed": ("title", {"due_on": "", "owner": "", "changed": ["title"]}),
    "backlog.dropped": ("title reason", {}),
    "backlog.noted": ("title detail", {"due_on": "", "owner": ""}),
    "backlog.reopened": ("title reason", {}),
    "boundary.set": ("", {"included": ["flags"], "excluded": ["what @stranger does"]}),
    "branch.ended": ("reason", {}),
    "checkpoint.cancelled": ("reason", {}),
    "checkpoint.moved": ("reason", {}),
    "checkpoint.scheduled": ("purpose", {}),
    "closing.stated": ("happened need path trigger uncertain", {"confidence": "L3"}),
    "command.taken": ("reason", {}),
    "commitment.explained": ("explanation", {}),
    "contradiction.resolved": ("reason", {"chosen": "R-1", "decision": "D-1"}),
    "course.kept": ("looked_at", {"option": "Full rollback", "next": "CP-3"}),
    "decision.acted": (
        "what",
        dict.fromkeys(("option", "executor", "when", "checkpoint"), "x") | {"undecided": False},
    ),
    "decision.made": (OF_DECISION, {"option": "Own", "confidence": "L3"}),
    "decision.recorded": (OF_DECISION, {"option": "Own", "confidence": "L3"}),
    "decision.superseded": ("reason", {}),
    "decision.withdrawn": ("reason", {}),
    "entry.amended": ("text", {"label": "Note", "before": "Ask somebody"}),
    "escalation.published": (
        "summary impact decision ask correction",
        {"severity": "SEV-1", "next_at": LATER, "owner": "Commander", "corrects": ""},
    ),
    "evidence.captured": ("title", {"label": "Log", "purpose": "none"}),
    "execution.replaced": ("reason", {}),
    "freeze.declined": ("reason", {}),
    "freeze.kept": ("reason", {}),
    "freeze.lifted": ("reason", {}),
    "freeze.set": ("scope reason", {}),
    "handoff.declined": ("reason", {}),
    "handoff.offered": ("unknowns trigger message", {"included": ["x"], "excluded": []}),
    "handoff.withdrawn": ("reason", {"what": "x", "giver": "x", "overtaken": True}),
    "hypothesis.decided": ("finding", {"text": "Stale keys", "evidence": ["E-1"]}),
    "hypothesis.stated": ("text reproduction", {}),
    "incident.closed": (
        "happened trigger",
        {"confidence": "L3", "watch_owner": "x", "watch_until": LATER},
    ),
    "incident.declared": ("title known", {"severity": "SEV-1", "by": "Commander"}),
    "incident.duplicate": ("reason", {}),
    "incident.reopened": ("reason", {}),
    "incident.stands": ("reason", {}),
    "incident.taken_back": ("reason", {}),
    "incident.voided": ("reason", {}),
    "leadership.published": (
        "happened path uncertain need correction",
        {"confidence": "L2", "corrects": ""},
    ),
    "note.added": ("text", {}),
    "package.sent_back": ("", {"sections": ["Note"], "remarks": {"note": "Ask @stranger"}}),
    "phase.changed": ("reason", {}),
    "recommendation.adopted": ("text", {}),
    "recommendation.declined": ("reason", {}),
    "recommendation.made": ("reasons", {"option": "x", "reversibility": 1, "blast_radius": 1}),
    "recommendation.paired": ("text", {}),
    "recommendation.proposed": ("reasons", {"option": "x", "reversibility": 1, "blast_radius": 1}),
    "recommendation.together": ("text", {}),
    "recommendation.withdrawn": ("reason", {}),
    "restriction.changed": ("reason", {}),
    "retro.added": ("text", {}),
    "retro.finished": ("", {"late": "", "answers": [{"text": "Ask @stranger", "item": ""}]}),
    "review.added": ("text", {}),
    "review.finished": ("", {"late": "", "answers": [{"why_not": "Ask @stranger", "item": ""}]}),
    "risk.noted": ("text", {}),
    "risk.retired": ("reason", {}),
    "rollback.reach": ("reason", {}),
    "safeguard.asked": ("reason", {}),
    "safeguard.left": ("reason", {}),
    "safeguard.marked": ("reason", {}),
    "scenario.set": ("reason", {}),
    "severity.changed": ("reason", {}),
    "unknown.raised": ("text", {}),
    "unknown.resolved": ("resolution", {"text": "Since when?"}),
    "update.published": (
        "headline impact mitigation correction",
        {"progress": "Recovered", "next_at": "", "corrects": "", "unknowns": ["Ask @stranger"]},
    ),
    "verification.failed": ("finding", {"run": "E-4"}),
    "verification.passed": ("finding", {"run": "E-4"}),
    "watch.checked": ("text", {"hour": None}),
}
"""By kind of entry: the texts that somebody types, and what else its sentence is made of. What
names @stranger there already is a text that lies deeper."""

UNTYPED = {
    "agent.admitted",
    *("backlog.begun", "backlog.done", "branch.opened", "branch.owner", "channel.set"),
    *("checkpoint.due", "checkpoint.missed", "checkpoint.soon", "closing.refused"),
    *("command.absent", "commitment.due", "commitment.lapsed", "commitment.soon"),
    *("contradiction.dissolved", "contradiction.joined", "contradiction.opened"),
    *("decision.dual", "decision.refused", "decision.signed", "evidence.confirmed"),
    *("evidence.served", "execution.done", "execution.started", "handoff.accepted"),
    *("handoff.waiting", "incident.backfilled", "incident.timed", "package.accepted"),
    *("package.asked", "package.failed", "package.made", "participant.added"),
    *("participant.removed", "pattern.cleared", "pattern.raised", "recommendation.apart"),
    *("revision.set", "risk.owned", "role.assigned", "surfaces.changed", "update.first_due"),
    *("update.first_missed", "update.first_soon", "update.outdated", "watch.asked"),
    *("watch.held", "watch.missed", *REMINDER_KINDS),
    *(f"{look}.{step}" for look in Look for step in (SOON_KIND, DUE_KIND, LATE_KIND)),
}
"""Kinds of which no text is typed, or only such as an earlier entry has."""


def mentioned() -> list[str]:
    rows = Notice.objects.filter(kind="mention").order_by("pk")
    return [row.person.username for row in rows.select_related("person")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Ask @stranger.", ["stranger"], id="a responder"),
        pytest.param("@STRANGER and @stranger!", ["stranger"], id="once"),
        pytest.param("I, @commander, did it", [], id="not oneself"),
        pytest.param("@stakeholder @nobody @left", [], id="nobody who may enter the room"),
        pytest.param("stranger@example.org", [], id="an address"),
    ],
)
def test_a_note_notifies_whom_it_names(
    incident: Incident,
    commander: Person,
    stranger: Person,
    stakeholder: Person,
    text: str,
    expected: list[str],
) -> None:
    PersonFactory(username="left", groups=["responder"], is_active=False)

    entry = add_note(commander.as_actor(), incident.pk, text=text, now=NOW)

    assert mentioned() == expected
    for notice in Notice.objects.filter(kind="mention"):
        assert notice.sentence == f"{commander} mentioned you in {incident.reference}: {text}"
        assert notice.href == f"/{incident.reference}/timeline/?before={entry.seq + 1}"


def test_a_long_text_is_cut_in_the_notice(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    add_note(commander.as_actor(), incident.pk, text="@stranger " + "x" * 900, now=NOW)

    assert len(Notice.objects.get(kind="mention").sentence) == 300


def test_of_a_restricted_incident_only_participants_hear(
    commander: Person, stranger: Person, deputy: Person, admin: Person
) -> None:
    secret = declared(commander, restricted=True, participants=(deputy,))

    add_note(commander.as_actor(), secret.pk, text="@stranger @deputy @admin", now=NOW)

    assert sorted(mentioned()) == ["admin", "deputy"]


def corrected(by: Person, incident: Incident, text: str) -> None:
    """A note that names @stranger, and what it is corrected to."""
    entry = add_note(by.as_actor(), incident.pk, text="Ask @stranger", now=NOW)
    later = NOW + timedelta(minutes=1)
    amend(by.as_actor(), incident.pk, entry.seq, part="text", text=text, now=later)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Ask @stranger again", ["stranger"], id="whom it named"),
        pytest.param("Ask @stranger and @deputy", ["stranger", "deputy"], id="somebody else too"),
        pytest.param("Ask nobody", ["stranger"], id="nobody any more"),
    ],
)
def test_a_correction_notifies_whom_its_text_did_not_name(
    incident: Incident, commander: Person, stranger: Person, deputy: Person, text: str, expected
) -> None:
    corrected(commander, incident, text)

    assert mentioned() == expected


def test_what_is_quoted_is_no_new_mention_and_what_is_added_is(
    staffed: Incident, commander: Person, stranger: Person, deputy: Person
) -> None:
    actor = commander.as_actor()
    risks.add(actor, staffed.pk, text="Only @stranger knows the old keys", now=NOW)
    risks.own(actor, staffed.pk, 1, owner=deputy, now=NOW)
    risks.retire(actor, staffed.pk, 1, reason="@deputy knows them too", now=NOW)

    assert mentioned() == ["stranger", "deputy"]
    assert Notice.objects.filter(kind="mention")[0].sentence.endswith(": @deputy knows them too")


def test_a_note_that_is_written_again_is_a_mention_again(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    for _ in range(2):
        add_note(commander.as_actor(), incident.pk, text="@stranger, look", now=NOW)

    assert mentioned() == ["stranger"] * 2


def test_several_texts_of_one_entry_are_one_mention(
    executing: DecisionRun, commander: Person, stranger: Person
) -> None:
    texts = {"scope": "Where @stranger looks", "why_now": "@stranger sees it grow"}
    executing.decide(Option.ROLLBACK, **texts)

    assert mentioned() == ["stranger"]
    sentence = Notice.objects.get(kind="mention").sentence
    assert sentence.endswith(": Where @stranger looks @stranger sees it grow")


def test_a_decision_and_the_checkpoint_that_quotes_it_are_one_mention(
    executing: DecisionRun, commander: Person, stranger: Person
) -> None:
    executing.decide(Option.ROLLBACK, next_action="Roll back with @stranger")

    assert mentioned() == ["stranger"]


def test_a_secret_beside_a_name_stays_masked(
    executing: DecisionRun, commander: Person, stranger: Person
) -> None:
    secret = "password=hunter2-and-more"  # pragma: allowlist secret
    executing.decide(Option.ROLLBACK, why_now=f"@stranger posted {secret}")

    sentence = Notice.objects.get(kind="mention").sentence
    assert "hunter2" not in sentence
    assert "⟦" in sentence


def test_what_warroom_writes_and_what_is_written_up_later_notify_nobody(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    old = backfilled_incident(commander)
    for number, actor in ((incident.pk, SYSTEM), (old.pk, commander.as_actor())):
        with transaction.atomic():
            record(lock(number), "note.added", actor, NOW, text="@stranger")

    assert mentioned() == []


def test_every_kind_of_entry_is_in_one_of_the_tables() -> None:
    assert TYPED.keys() | UNTYPED == KINDS.keys()
    assert not TYPED.keys() & UNTYPED


def sentence_fields(kind: str) -> Iterator[str]:
    """What the wording of a kind needs, where it is a format string."""
    for wording in (KINDS[kind].headline, KINDS[kind].body):
        if isinstance(wording, str):
            yield from (name for _, name, _, _ in Formatter().parse(wording) if name)


@pytest.mark.parametrize("kind", TYPED)
def test_each_text_that_somebody_types_notifies_whom_it_names(
    incident: Incident, commander: Person, stranger: Person, kind: str
) -> None:
    names, other = TYPED[kind]
    plain = dict.fromkeys((*sentence_fields(kind), *names.split()), "x") | other
    deep = [name for name, value in other.items() if "@stranger" in str(value)]
    written = [plain] * len(deep)
    written += [plain | {name: f"@stranger, {name}"} for name in names.split() if not deep]

    for number, data in enumerate(written, start=1):
        with transaction.atomic():
            record(lock(incident.pk), kind, commander.as_actor(), NOW, **data)
        assert mentioned() == ["stranger"] * number


@pytest.mark.parametrize("deep", [{"own": OWN}, {"rejected": REJECTED}], ids=["own", "rejected"])
def test_reasons_for_and_against_options_name_people_too(
    incident: Incident, commander: Person, stranger: Person, deep: dict[str, Any]
) -> None:
    data = {"option": "Own", "confidence": "L3", "checkpoint": "CP-1"} | deep
    with transaction.atomic():
        record(lock(incident.pk), "decision.made", commander.as_actor(), NOW, **data)

    assert mentioned() == ["stranger"]


def test_hypotheses_unknowns_and_evidence_name_people_too(
    staffed: Incident, commander: Person, stranger: Person, admin: Person
) -> None:
    actor = admin.as_actor()
    state_hypothesis(actor, staffed.pk, text="As @stranger says", reproduction="", now=NOW)
    lane = "investigation"
    raise_unknown(actor, staffed.pk, lane=lane, text="Does @stranger know?", now=NOW)
    capture_evidence(staffed, admin, NOW, replace(PRECHECK, title="Graph of @stranger"))

    assert mentioned() == ["stranger"] * 3


def test_an_agent_mentions_people_and_is_no_person(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    agent = Actor(ActorKind.AGENT, "stranger", stranger.pk, lane="investigation")
    assert agent.is_person is False

    add_note(agent, incident.pk, text="@stranger, see E-1", lane="investigation", now=NOW)

    assert mentioned() == ["stranger"]
