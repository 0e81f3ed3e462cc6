"""Correcting what somebody wrote: a new entry names the one it corrects, and both are shown."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import acts
from incidents.actions.acts import ActInput
from incidents.actions.amendments import amend
from incidents.models import Incident, Person, TimelineEntry
from incidents.timeline.verify import verify
from incidents.vocabulary import LaneKind, Option
from kernel import clock
from kernel.refusal import Refused
from lanes import actions as lanes
from lanes.actions import hypotheses
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START

pytestmark = pytest.mark.django_db

NOTED, LATER = START + timedelta(minutes=5), START + timedelta(minutes=9)
WRONG, RIGHT = "Seen in eu-west only", "Seen in eu-west and eu-north"


@pytest.fixture
def note(staffed: Incident, stranger: Person) -> TimelineEntry:
    return lanes.add_note(
        stranger.as_actor(), staffed.pk, text=WRONG, lane=LaneKind.MITIGATION, now=NOTED
    )


def correct(person: Person, entry: TimelineEntry, text: str = RIGHT, **fields: Any) -> Any:
    fields = {"now": LATER} | fields
    return amend(person.as_actor(), entry.incident_id, entry.seq, text=text, **fields)


def refused(attempt: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refusal:
        attempt()
    return [violation.code for violation in refusal.value.violations]


def read(client: Client, person: Person, path: str) -> str:
    client.force_login(person)
    with clock.at(LATER + timedelta(minutes=1)):
        return client.get(path).content.decode()


def test_a_correction_is_an_entry_of_its_own(note: TimelineEntry, stranger: Person) -> None:
    entry = correct(stranger, note)

    assert (entry.amends, entry.lane, entry.subject) == (note, note.lane, f"#{note.seq}")
    assert (entry.data["text"], entry.data["before"]) == (RIGHT, WRONG)
    note.refresh_from_db()
    assert note.data["text"] == WRONG
    assert verify(Incident.objects.get(pk=note.incident_id)) is None


def test_the_author_and_who_is_in_command_correct(
    note: TimelineEntry, commander: Person, admin: Person, deputy: Person
) -> None:
    assert refused(lambda: correct(deputy, note)) == ["AM-WHO"]

    correct(commander, note)
    correct(admin, note, "Seen everywhere")


def test_a_second_correction_starts_from_the_first(note: TimelineEntry, stranger: Person) -> None:
    correct(stranger, note)

    assert refused(lambda: correct(stranger, note)) == ["AM-SAME"]
    assert correct(stranger, note, WRONG).data["before"] == RIGHT


def test_secrets_in_it_are_masked(note: TimelineEntry, stranger: Person) -> None:
    entry = correct(stranger, note, "password=hunter2-and-more")  # pragma: allowlist secret

    assert "hunter2" not in entry.data["text"]


def test_what_was_done_is_not_corrected(staffed: Incident, commander: Person) -> None:
    declared = staffed.timeline.get(kind="incident.declared")

    assert refused(lambda: correct(commander, declared)) == ["AM-KIND"]


def test_both_are_shown_with_a_link(
    client: Client, note: TimelineEntry, stranger: Person, commander: Person
) -> None:
    entry = correct(stranger, note)

    for path in ("", "timeline/", "lanes/mitigation/"):
        html = read(client, commander, f"/INC-{note.incident_id}/{path}")
        assert WRONG in html
        assert RIGHT in html
        assert f"/INC-{note.incident_id}/timeline/?before={entry.seq + 1}" in html


def test_before_the_correction_the_room_shows_none(
    client: Client, note: TimelineEntry, stranger: Person
) -> None:
    correct(stranger, note)

    past = read(client, stranger, f"/INC-{note.incident_id}/as-of/?t=7")
    after = read(client, stranger, f"/INC-{note.incident_id}/as-of/?t=9")

    assert WRONG in past
    assert RIGHT not in past
    assert "Corrected in" not in past
    assert "Corrected in" in after


def test_the_page_corrects_and_refuses(
    client: Client, note: TimelineEntry, stranger: Person, deputy: Person
) -> None:
    path = reverse("amend", args=[note.incident_id, note.seq])

    assert WRONG in read(client, stranger, path)
    client.force_login(deputy)
    assert client.post(path, {"text": RIGHT}).status_code == 422
    client.force_login(stranger)
    answer = client.post(path, {"text": RIGHT})

    assert answer["Location"] == f"/INC-{note.incident_id}/"
    assert TimelineEntry.objects.get(amends=note).data["text"] == RIGHT


def test_evidence_and_hypotheses_show_their_corrections(
    client: Client, staffed: Incident, commander: Person
) -> None:
    actor = commander.as_actor()
    evidence = capture_evidence(staffed, commander, NOTED)
    hypothesis = lanes.state_hypothesis(actor, staffed.pk, text="The key set is stale", now=NOTED)
    about = {
        "evidence.captured": evidence.get_absolute_url(),
        "hypothesis.stated": reverse("hypothesis", args=[staffed.pk, hypothesis.number]),
    }
    for kind, path in about.items():
        entry = staffed.timeline.get(kind=kind)
        correct(commander, entry, f"Corrected {kind}")

        assert f"Corrected {kind}" in read(client, commander, path)


def test_a_statement_of_a_decision_is_corrected_beside_its_record(
    client: Client, executing: DecisionRun
) -> None:
    executing.decide(Option.FLAG)
    entry = executing.incident.timeline.get(kind="decision.made")
    now = executing.now + timedelta(minutes=1)

    correct(executing.commander, entry, "Two regions fail", part="blast_radius", now=now)

    number = executing.incident.pk
    assert "Two regions fail" in read(client, executing.commander, f"/INC-{number}/D-1/")
    record = read(client, executing.commander, f"/INC-{number}/D-1.md")
    assert "Blast radius, corrected by" in record
    assert entry.data["blast_radius"] in record


def test_more_corrected_notes_need_no_more_queries(
    client: Client, staffed: Incident, stranger: Person
) -> None:
    client.force_login(stranger)
    counts = []
    for _ in range(2):
        for number in range(2):
            note = lanes.add_note(stranger.as_actor(), staffed.pk, text=f"Note {number}", now=NOTED)
            correct(stranger, note)
        with queries() as run:
            client.get(f"/{staffed.reference}/timeline/")
        counts.append(len(run))

    assert counts[0] == counts[1]


def test_every_kind_of_text_is_corrected_by_its_author_and_by_the_commander(
    executing: DecisionRun, stranger: Person
) -> None:
    """Notes, descriptions, hypotheses and what decided them, and every text of a decision."""
    run, number = executing, executing.incident.pk
    actor, commander = stranger.as_actor(), executing.commander.as_actor()
    lanes.add_note(actor, number, text=WRONG, lane=LaneKind.INVESTIGATION, now=run.now)
    item = capture_evidence(run.incident, stranger, run.now)
    hypotheses.state_hypothesis(commander, number, text="The clock is off", now=run.now)
    hypotheses.decide_hypothesis(
        commander, number, 1, verdict="ruled_out", finding="It is not", evidence=[item.number],
        now=run.now,
    )  # fmt: skip
    first = run.decide(Option.FLAG)
    act = ActInput(
        what="Flag off", option=Option.FLAG, executor=run.executor, supersede_reason="Faster"
    )
    acted = acts.act_first(commander, number, act, now=run.now)
    texts = ("why_now", "scope", "reversibility", "blast_radius", "verification", "next_action")
    run.decide(Option.FLAG, checkpoint=acted.checkpoint.number)
    wanted = {
        "note.added": ("text",),
        "evidence.captured": ("title",),
        "hypothesis.stated": ("text",),
        "hypothesis.decided": ("finding",),
        "decision.made": (*texts, "deviation"),
        "decision.acted": ("what",),
        "decision.recorded": (*texts, "deviation"),
    }
    assert first.number == 1

    for kind, parts in wanted.items():
        entry = run.incident.timeline.filter(kind=kind).latest("seq")
        author = Person.objects.get(pk=entry.actor_id)
        for part in parts:
            correct(author, entry, f"{part}, as it was", part=part, now=run.now)
            correct(run.commander, entry, f"{part}, by command", part=part, now=run.now)

    amended = run.incident.timeline.filter(kind="entry.amended")
    assert amended.count() == 2 * sum(len(parts) for parts in wanted.values())
