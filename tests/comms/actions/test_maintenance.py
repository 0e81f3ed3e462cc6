"""Windows of planned work: each step is a row of its record, shown and dated."""

import inspect
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from comms.actions import maintenance
from comms.actions.maintenance import MaintenanceInput
from comms.delivery.wording import notification_of
from comms.models import Announcement, Maintenance, MaintenanceUpdate, StatusSite
from comms.status.facts import site
from comms.vocabulary import Audience, MaintenanceState, SurfaceState
from incidents.models import Person, Surface
from kernel.refusal import AlreadyDone, NotPermitted, Refused
from tests.helpers.factories import START, SurfaceFactory

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)
SECRET = "hunter2xyz9"
LEAK = f"password={SECRET}"


def planned(**other: Any) -> MaintenanceInput:
    said: dict[str, Any] = {
        "title": "New certificates",
        "text": "Signing in may take longer.",
        "audience": "public",
        "surfaces": (SurfaceFactory(name="Sign-in", on_status_page=True),),
        "starts_at": START + HOUR,
        "ends_at": START + 3 * HOUR,
    }
    return MaintenanceInput(**(said | other))


@pytest.fixture
def window(admin: Person) -> Maintenance:
    return maintenance.plan(admin.as_actor(), planned(), now=START)


RUNNING, BEFORE = START + 2 * HOUR, START + timedelta(minutes=5)

STEPS: dict[str, Callable[..., Any]] = {
    "change": lambda actor, pk, text="Later than we said", **kept: maintenance.change(
        actor, pk, planned(ends_at=START + 4 * HOUR), text=text, now=BEFORE, **kept
    ),
    "begin": lambda actor, pk, text="", **kept: maintenance.begin(
        actor, pk, text=text, now=BEFORE, **kept
    ),
    "cancel": lambda actor, pk, text="Not needed any more", **kept: maintenance.cancel(
        actor, pk, text=text, now=BEFORE, **kept
    ),
    "note": lambda actor, pk, text="All is ready", **kept: maintenance.note(
        actor, pk, text=text, now=BEFORE, **kept
    ),
    "end": lambda actor, pk, text="", **kept: maintenance.end(
        actor, pk, text=text, now=RUNNING, **kept
    ),
    "extend": lambda actor, pk, text="One node is left", **kept: maintenance.extend(
        actor, pk, ends_at=START + 4 * HOUR, text=text, now=RUNNING, **kept
    ),
}
AFTER = {
    "change": "scheduled",
    "begin": "in_progress",
    "cancel": "cancelled",
    "note": "scheduled",
    "end": "completed",
    "extend": "in_progress",
}


def wanted() -> int:
    return StatusSite.objects.get(pk=1).wanted


def test_every_step_is_in_the_table_of_this_test() -> None:
    found = {
        name
        for name, one in inspect.getmembers(maintenance, inspect.isfunction)
        if one.__module__ == maintenance.__name__ and not name.startswith("_")
    }

    assert found == STEPS.keys() | {"plan", "keep_time"}


def test_a_planned_window_is_said_and_shown(window: Maintenance) -> None:
    (said,) = window.updates.all()
    (shown,) = site(Audience.PUBLIC, START).maintenances

    assert (said.number, said.state, said.text) == (1, "scheduled", window.text)
    assert (shown.title, shown.surfaces) == ("New certificates", ("Sign-in",))


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_recorded_counted_and_asks_for_new_pages(
    window: Maintenance, admin: Person, name: str
) -> None:
    before = wanted()

    made = STEPS[name](admin.as_actor(), window.pk)

    last = MaintenanceUpdate.objects.filter(maintenance=window).last()
    assert last is not None
    assert (last.number, last.state, last.published_by) == (2, AFTER[name], admin)
    assert last.text
    assert (made.sequence, made.changed_at) == (1, last.published_at)
    assert wanted() == before + 1


@pytest.mark.parametrize("name", STEPS)
def test_who_may_not_leaves_nothing(window: Maintenance, commander: Person, name: str) -> None:
    with pytest.raises(NotPermitted):
        STEPS[name](commander.as_actor(), window.pk)

    assert window.updates.count() == 1


def test_only_an_admin_plans(commander: Person) -> None:
    with pytest.raises(NotPermitted):
        maintenance.plan(commander.as_actor(), planned(), now=START)

    assert not Maintenance.objects.exists()


@pytest.mark.parametrize("name", STEPS)
def test_no_secret_is_kept(window: Maintenance, admin: Person, name: str) -> None:
    STEPS[name](admin.as_actor(), window.pk, text=LEAK)

    assert not MaintenanceUpdate.objects.filter(text__contains=SECRET).exists()


def test_no_secret_is_kept_of_a_plan(admin: Person) -> None:
    row = maintenance.plan(admin.as_actor(), planned(title=LEAK, text=LEAK), now=START)

    assert SECRET not in row.title + row.text + row.updates.get().text


@pytest.mark.parametrize("name", STEPS)
def test_nothing_follows_a_cancelled_window(window: Maintenance, admin: Person, name: str) -> None:
    STEPS["cancel"](admin.as_actor(), window.pk)

    with pytest.raises(Refused) as refused:
        STEPS[name](admin.as_actor(), window.pk)

    assert [one.code for one in refused.value.violations] == ["M-STATE"]
    assert window.updates.count() == 2


def test_a_form_that_is_sent_twice_counts_once(window: Maintenance, admin: Person) -> None:
    key = uuid4()
    STEPS["note"](admin.as_actor(), window.pk, once=key)

    with pytest.raises(AlreadyDone) as again:
        STEPS["note"](admin.as_actor(), window.pk, once=key)

    assert again.value.href == window.get_absolute_url()
    assert window.updates.count() == 2


def test_a_change_says_all_that_is_wrong_at_once(window: Maintenance, admin: Person) -> None:
    with pytest.raises(Refused) as refused:
        maintenance.change(
            admin.as_actor(), window.pk, planned(title="", surfaces=()), text="", now=BEFORE
        )

    assert [(one.code, one.field) for one in refused.value.violations] == [
        ("M-TITLE", "title"),
        ("M-SURFACES", "surfaces"),
        ("M-NOTE", "note"),
    ]


def test_what_was_said_inside_is_not_shown_to_everybody(window: Maintenance, admin: Person) -> None:
    other = planned(audience=Audience.INTERNAL)
    with pytest.raises(Refused, match="stays as it was planned"):
        maintenance.change(admin.as_actor(), window.pk, other, text="Later", now=BEFORE)

    window.refresh_from_db()
    assert window.audience == Audience.PUBLIC


def test_it_begins_and_ends_by_itself_and_its_surfaces_show_it(window: Maintenance) -> None:
    moments = (START, START + HOUR, START + 3 * HOUR)
    found = [site(Audience.PUBLIC, moment) for moment in moments]

    assert [one.maintenances[0].state for one in found] == [
        MaintenanceState.PLANNED,
        MaintenanceState.IN_PROGRESS,
        MaintenanceState.DONE,
    ]
    assert [one.surfaces[0].state for one in found] == [
        SurfaceState.OPERATIONAL,
        SurfaceState.MAINTENANCE,
        SurfaceState.OPERATIONAL,
    ]


@pytest.mark.case("P2")
def test_a_window_keeps_the_names_of_surfaces_that_are_hidden_later(
    window: Maintenance, admin: Person
) -> None:
    """Not of one that was hidden when the window named it."""
    hidden = SurfaceFactory(name="Ledger core", on_status_page=False)
    seen = Surface.objects.get(name="Sign-in")
    maintenance.change(
        admin.as_actor(),
        window.pk,
        planned(surfaces=(seen, hidden)),
        text="One more is touched",
        now=BEFORE,
    )
    Surface.objects.filter(pk=seen.pk).update(on_status_page=False)

    [shown] = site(Audience.PUBLIC, RUNNING).maintenances

    assert shown.surfaces == ("Sign-in",)


@pytest.mark.case("P12")
def test_what_was_said_keeps_the_title_of_its_time(window: Maintenance, admin: Person) -> None:
    maintenance.change(
        admin.as_actor(),
        window.pk,
        planned(title="New keys", surfaces=tuple(window.surfaces.all())),
        text="Keys, not certificates",
        now=BEFORE,
    )

    [shown] = site(Audience.PUBLIC, RUNNING).maintenances

    assert [update.title for update in shown.updates] == ["New keys", "New certificates"]


# -- By its times alone ---------------------------------------------------------------------------


def _notes(window: Maintenance) -> list[tuple[str, str]]:
    return list(window.updates.order_by("number").values_list("state", "text"))


def test_it_begins_and_ends_by_its_plan_with_a_note_once(window: Maintenance) -> None:
    for now in (BEFORE, START + HOUR, RUNNING, START + 3 * HOUR, START + 4 * HOUR):
        maintenance.keep_time(now)
        maintenance.keep_time(now)

    window.refresh_from_db()
    assert _notes(window)[1:] == [
        ("in_progress", "The work has begun."),
        ("completed", "The work is done."),
    ]
    assert (window.began_at, window.ended_at) == (START + HOUR, START + 3 * HOUR)
    assert Announcement.objects.filter(maintenance_update__maintenance=window).count() == 3


def test_of_an_end_that_an_outage_hid_readers_hear_when_it_is_over(window: Maintenance) -> None:
    maintenance.keep_time(START + 5 * HOUR)

    assert [state for state, _ in _notes(window)] == ["scheduled", "completed"]


def test_an_end_long_ago_is_no_news(window: Maintenance) -> None:
    maintenance.keep_time(START + 48 * HOUR)

    assert len(_notes(window)) == 1


@pytest.mark.parametrize("step", ["begin", "end", "cancel"])
def test_what_a_person_said_is_not_said_again(
    window: Maintenance, admin: Person, step: str
) -> None:
    if step == "end":
        maintenance.begin(admin.as_actor(), window.pk, now=BEFORE)
    STEPS[step](admin.as_actor(), window.pk)
    before = len(_notes(window))

    maintenance.keep_time(RUNNING)

    assert len(_notes(window)) == before


def test_a_window_that_is_done_can_be_extended(window: Maintenance, admin: Person) -> None:
    maintenance.keep_time(START + 3 * HOUR)
    later = START + 3 * HOUR + timedelta(minutes=5)

    maintenance.extend(
        admin.as_actor(), window.pk, ends_at=START + 5 * HOUR, text="A node is left", now=later
    )

    window.refresh_from_db()
    assert window.state(later) == MaintenanceState.IN_PROGRESS
    maintenance.keep_time(START + 5 * HOUR)
    assert [state for state, _ in _notes(window)] == [
        "scheduled",
        "completed",
        "in_progress",
        "completed",
    ]


def test_mails_name_the_end_that_was(window: Maintenance, admin: Person) -> None:
    maintenance.begin(admin.as_actor(), window.pk, now=BEFORE)
    maintenance.end(admin.as_actor(), window.pk, now=RUNNING)

    window.refresh_from_db()
    text = notification_of(window.updates.get(number=3)).text

    assert f"{BEFORE:%H:%M} to {RUNNING:%d %b %Y, %H:%M} UTC" in text


def test_two_ticks_at_once_say_it_once(window: Maintenance) -> None:
    barrier = Barrier(2)

    def tick() -> None:
        try:
            barrier.wait()
            maintenance.keep_time(RUNNING)
        finally:
            connection.close()

    ticks = [Thread(target=tick) for _ in range(2)]
    for thread in ticks:
        thread.start()
    for thread in ticks:
        thread.join()

    assert [state for state, _ in _notes(window)] == ["scheduled", "in_progress"]
