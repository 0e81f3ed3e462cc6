"""Hardening work on real rows: noted, given, begun, done, dropped, never removed."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from incidents.models import Incident, Notice, Person
from incidents.timeline import kinds
from kernel.refusal import AlreadyDone, Refused
from retros.backlog import actions as backlog
from retros.backlog.steps import WorkInput
from retros.models import BacklogItem
from tests.helpers.factories import START, declared
from tests.retros.closing.closable import ClosingRun

NOW = START + timedelta(minutes=50)
TODAY = date(2026, 3, 5)
TITLE = "Edge nodes honour key-set expiry"
TRACKER = "https://tracker.example.org/EDGE-540"


def whole(owner: Person | None = None, **other: Any) -> WorkInput:
    fields = {"title": TITLE, "owner": owner, "due_on": TODAY, "tracker": TRACKER}
    return WorkInput(**(fields | other))


def codes(attempt: Callable[[], Any]) -> list[str]:
    with pytest.raises(Refused) as refusal:
        attempt()
    return [violation.code for violation in refusal.value.violations]


@pytest.fixture
def noted(incident: Incident, commander: Person) -> BacklogItem:
    return backlog.add(commander.as_actor(), incident.pk, whole(commander), now=NOW)


def entry(incident: Incident) -> Any:
    return incident.timeline.latest("seq")


def sentences(incident: Incident) -> str:
    made = entry(incident)
    return " ".join(kinds.get(made.kind).headline_and_body(made.subject, made.data))


def test_an_item_is_noted_with_its_entry(
    incident: Incident, commander: Person, deputy: Person
) -> None:
    work = whole(deputy, title=f" {TITLE}\n", detail="The pin goes as well.")
    item = backlog.add(commander.as_actor(), incident.pk, work, now=NOW)

    item.refresh_from_db()
    assert (item.title, item.owner, item.due_on, item.tracker) == (TITLE, deputy, TODAY, TRACKER)
    assert (item.state, item.created_at, item.created_by) == ("open", NOW, commander)
    assert item.detail == "The pin goes as well."
    last_entry = entry(incident)
    assert (last_entry.kind, last_entry.subject) == ("backlog.noted", f"HARD-{item.pk}")
    assert last_entry.data == {
        "title": TITLE,
        "owner": str(deputy),
        "owner_id": deputy.pk,
        "due_on": "2026-03-05",
        "tracker": TRACKER,
        "state": "open",
        "detail": "The pin goes as well.",
    }
    assert sentences(incident) == f"Hardening item HARD-{item.pk}. {TITLE}. Deputy, due 5 Mar 2026."


def test_numbers_run_over_all_incidents(commander: Person, noted: BacklogItem) -> None:
    other = declared(commander, title="Another")

    second = backlog.add(commander.as_actor(), other.pk, WorkInput(title=TITLE), now=NOW)

    assert second.pk > noted.pk
    assert (second.owner, second.due_on) == (None, None)
    assert sentences(other).endswith("No owner, no due date.")


def test_the_owner_is_told_unless_they_took_it_themselves(
    incident: Incident, commander: Person, deputy: Person
) -> None:
    actor = commander.as_actor()
    backlog.add(actor, incident.pk, whole(commander), now=NOW)
    item = backlog.add(actor, incident.pk, whole(), now=NOW)
    backlog.change(actor, incident.pk, item.pk, whole(deputy), now=NOW)
    backlog.change(actor, incident.pk, item.pk, whole(deputy, title="Another"), now=NOW)

    notices = Notice.objects.filter(kind="backlog.owned")

    assert [(notice.person, notice.sentence, notice.href) for notice in notices] == [
        (
            deputy,
            f"HARD-{item.pk} of {incident.reference} is yours: {TITLE}",
            f"/INC-{incident.pk}/HARD-{item.pk}/",
        )
    ]


def test_a_change_says_what_is_different(
    incident: Incident, commander: Person, deputy: Person, noted: BacklogItem
) -> None:
    work = whole(deputy, due_on=TODAY + timedelta(days=3))
    backlog.change(commander.as_actor(), incident.pk, noted.pk, work, now=NOW)

    noted.refresh_from_db()
    assert (noted.owner, noted.due_on, noted.title) == (deputy, date(2026, 3, 8), TITLE)
    assert entry(incident).data["changed"] == ["owner", "due date"]
    assert sentences(incident) == (
        f"HARD-{noted.pk} changed. {TITLE}. Deputy, due 8 Mar 2026. Changed: owner and due date."
    )


def test_the_detail_stays_as_it_was_noted(
    incident: Incident, commander: Person, noted: BacklogItem
) -> None:
    work = whole(commander, title="Another", detail="Rewritten")
    backlog.change(commander.as_actor(), incident.pk, noted.pk, work, now=NOW)

    noted.refresh_from_db()
    assert noted.detail == ""


def test_it_is_begun_done_and_opened_again(
    incident: Incident, commander: Person, noted: BacklogItem
) -> None:
    actor, seen = commander.as_actor(), []
    backlog.begin(actor, incident.pk, noted.pk, now=NOW)
    backlog.finish(actor, incident.pk, noted.pk, now=NOW)
    noted.refresh_from_db()
    seen.append((noted.state, noted.closed_at))
    backlog.reopen(actor, incident.pk, noted.pk, reason="The pin is back", now=NOW)
    noted.refresh_from_db()
    seen.append((noted.state, noted.closed_at))

    assert seen == [("done", NOW), ("open", None)]
    kinds_written = incident.timeline.order_by("seq").values_list("kind", flat=True)
    assert list(kinds_written)[-4:] == [
        "backlog.noted",
        "backlog.begun",
        "backlog.done",
        "backlog.reopened",
    ]
    assert sentences(incident) == f"HARD-{noted.pk} is open again. {TITLE}: The pin is back"


def test_a_dropped_item_stays_with_its_reason(
    incident: Incident, commander: Person, noted: BacklogItem
) -> None:
    actor = commander.as_actor()

    backlog.drop(actor, incident.pk, noted.pk, reason="HARD-119 covers it", now=NOW)

    noted.refresh_from_db()
    assert (noted.state, noted.closed_at, noted.reason) == ("dropped", NOW, "HARD-119 covers it")
    assert not BacklogItem.objects.open().exists()


def test_what_is_over_is_changed_no_more(
    incident: Incident, commander: Person, noted: BacklogItem
) -> None:
    actor = commander.as_actor()
    backlog.finish(actor, incident.pk, noted.pk, now=NOW)
    before = entry(incident).seq

    refused = [
        codes(lambda: backlog.change(actor, incident.pk, noted.pk, whole(), now=NOW)),
        codes(lambda: backlog.begin(actor, incident.pk, noted.pk, now=NOW)),
        codes(lambda: backlog.finish(actor, incident.pk, noted.pk, now=NOW)),
        codes(lambda: backlog.drop(actor, incident.pk, noted.pk, reason="Twice", now=NOW)),
    ]

    assert refused == [["B-STEP"]] * 4
    assert entry(incident).seq == before


def test_it_outlives_its_incident(ending: ClosingRun, deputy: Person) -> None:
    ending.closable().close()
    actor, number, now = deputy.as_actor(), ending.incident.pk, ending.after(hours=1)

    item = backlog.add(actor, number, whole(deputy, due_on=date(2026, 4, 2)), now=now)
    backlog.begin(actor, number, item.pk, now=now)
    backlog.finish(actor, number, item.pk, now=now)

    assert ending.status == "watching"
    assert not BacklogItem.objects.get(pk=item.pk).is_open
    assert entry(ending.incident).kind == "backlog.done"


def test_a_refused_item_leaves_nothing(incident: Incident, commander: Person) -> None:
    work = whole(title="none", tracker="javascript:alert(1)", due_on=TODAY - timedelta(days=1))

    refused = codes(lambda: backlog.add(commander.as_actor(), incident.pk, work, now=NOW))

    assert refused == ["B-TITLE", "B-DUE", "B-TRACKER"]
    assert not BacklogItem.objects.exists()


def test_a_tracker_with_a_secret_is_refused_rather_than_kept(
    incident: Incident, commander: Person
) -> None:
    work = whole(tracker="https://example.org/?password=hunter2xyz9")

    assert codes(lambda: backlog.add(commander.as_actor(), incident.pk, work, now=NOW)) == [
        "B-TRACKER"
    ]


def test_who_may_not_know_of_the_incident_owns_none_of_its_items(
    commander: Person, stranger: Person
) -> None:
    secret = declared(commander, restricted=True)
    actor = commander.as_actor()

    assert codes(lambda: backlog.add(actor, secret.pk, whole(stranger), now=NOW)) == ["B-ABLE"]
    assert not Notice.objects.filter(person=stranger).exists()


def test_the_second_press_leads_where_the_first_did(incident: Incident, commander: Person) -> None:
    key, actor = uuid4(), commander.as_actor()
    item = backlog.add(actor, incident.pk, whole(), now=NOW, once=key)

    with pytest.raises(AlreadyDone) as again:
        backlog.add(actor, incident.pk, whole(), now=NOW, once=key)

    assert again.value.href == item.get_absolute_url()
    assert BacklogItem.objects.count() == 1


def test_overdue_is_what_is_open_and_whose_day_has_passed(
    incident: Incident, commander: Person, noted: BacklogItem
) -> None:
    actor = commander.as_actor()
    backlog.add(actor, incident.pk, WorkInput(title="No day"), now=NOW)
    over = backlog.add(actor, incident.pk, whole(title="Over"), now=NOW)
    backlog.finish(actor, incident.pk, over.pk, now=NOW)

    assert list(BacklogItem.objects.overdue(TODAY)) == []
    assert list(BacklogItem.objects.overdue(TODAY + timedelta(days=1))) == [noted]
    assert [row.due_on for row in BacklogItem.objects.open().by_urgency()] == [TODAY, None]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM retros_backlogitem",
        "UPDATE retros_backlogitem SET detail = 'Other'",
        "UPDATE retros_backlogitem SET created_at = now()",
    ],
)
def test_the_database_keeps_what_was_noted(noted: BacklogItem, statement: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "columns",
    [
        {"title": ""},
        {"state": "done"},
        {"state": "gone"},
        {"state": "dropped", "closed_at": NOW},
        {"closed_at": NOW},
        {"reason": "For fun"},
        {"tracker": "javascript:alert(1)"},
        {"tracker": "https://mara:secret@example.org/"},
    ],
    ids=str,
)
def test_the_database_refuses_what_contradicts_itself(
    noted: BacklogItem, columns: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BacklogItem.objects.filter(pk=noted.pk).update(**columns)
