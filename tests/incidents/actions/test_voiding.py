"""Declared in error: void, a duplicate, and taken back."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connections, transaction
from django.test import Client
from django.urls import reverse

from comms.models import Announcement, Update
from comms.status.facts import site
from comms.vocabulary import Audience
from incidents.actions import checkpoints, freezes, roles, voiding
from incidents.actions.restriction import restrict
from incidents.due import due
from incidents.models import Incident, Notice, Person, TimelineEntry
from incidents.rules.voiding import (
    EndingFacts,
    Original,
    duplicate_violations,
    take_back_violations,
    void_violations,
)
from kernel.refusal import NotPermitted, Refused
from tests.helpers import messages as saying
from tests.helpers.factories import START, SurfaceFactory, declared

pytestmark = pytest.mark.django_db(transaction=True)

LATER = START + timedelta(minutes=5)
WHY = "The alert came from a drill"


@pytest.fixture
def other(commander: Person) -> Incident:
    return declared(commander, title="The first report of it")


def void(by: Person, incident: Incident, reason: str = WHY) -> None:
    voiding.void(by.as_actor(), incident.pk, reason=reason, now=LATER)


def duplicate(by: Person, incident: Incident, of: int | None, reason: str = WHY) -> None:
    voiding.duplicate(by.as_actor(), incident.pk, original=of, reason=reason, now=LATER)


def take_back(by: Person, incident: Incident, reason: str = "It was ours after all") -> None:
    voiding.take_back(by.as_actor(), incident.pk, reason=reason, now=LATER)


def schedule(by: Person, incident: Incident, at: datetime, now: datetime = START) -> None:
    checkpoints.schedule(by.as_actor(), incident.pk, due_at=at, purpose="", now=now)


def status(incident: Incident) -> str:
    return Incident.objects.values_list("status", flat=True).get(pk=incident.pk)


# -- The rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["A drill", "Noise of a probe", "None of this was ours"])
def test_what_may_end_as_void(reason: str) -> None:
    assert void_violations(EndingFacts("active"), reason) == ()


@pytest.mark.parametrize(
    ("ending", "reason", "codes"),
    [
        (EndingFacts("watching"), WHY, ["V-STATUS"]),
        (EndingFacts("void"), WHY, ["V-STATUS"]),
        (EndingFacts("active", executed=("D-1",)), WHY, ["V-EXECUTED"]),
        (EndingFacts("active", frozen=("Sign-in",)), WHY, ["V-FREEZE"]),
        (EndingFacts("active", duplicates=("INC-2",)), WHY, ["V-FOLLOWED"]),
        (EndingFacts("active"), "n/a", ["V-REASON"]),
        (
            EndingFacts("closed", executed=("D-1", "D-2")),
            " ",
            ["V-STATUS", "V-EXECUTED", "V-REASON"],
        ),
    ],
)
def test_what_may_not(ending: EndingFacts, reason: str, codes: list[str]) -> None:
    assert [one.code for one in void_violations(ending, reason)] == codes


@pytest.mark.parametrize("status", ["active", "watching", "closed"])
def test_what_may_be_duplicated(status: str) -> None:
    assert duplicate_violations(2, EndingFacts("active"), Original(1, status)) == ()
    both = EndingFacts("active", restricted=True), Original(1, status, restricted=True)
    assert duplicate_violations(2, *both) == ()


@pytest.mark.parametrize(
    "original",
    [
        None,
        Original(2, "active"),
        Original(1, "void"),
        Original(1, "duplicate"),
        Original(1, "active", restricted=True),
    ],
)
def test_what_may_not_be_duplicated(original: Original | None) -> None:
    assert [one.code for one in duplicate_violations(2, EndingFacts("active"), original)] == [
        "V-DUPLICATE"
    ]


@pytest.mark.parametrize(
    ("status", "reason", "codes"),
    [
        ("void", WHY, []),
        ("duplicate", WHY, []),
        ("active", WHY, ["V-STATUS"]),
        ("closed", WHY, ["V-STATUS"]),
        ("void", "N / A", ["V-REASON"]),
    ],
)
def test_what_may_be_taken_back(status: str, reason: str, codes: list[str]) -> None:
    assert [one.code for one in take_back_violations(status, reason)] == codes


# -- What becomes of it -------------------------------------------------------------------------


def test_void_is_an_end_of_its_own_and_can_be_taken_back(
    incident: Incident, commander: Person, deputy: Person
) -> None:
    void(commander, incident)
    assert status(incident) == "void"
    assert not Incident.objects.in_progress().filter(pk=incident.pk).exists()
    with pytest.raises(Refused, match="take that back"):
        schedule(commander, incident, LATER + timedelta(hours=1), now=LATER)

    take_back(commander, incident)

    assert status(incident) == "active"
    assert incident.voidings.get().taken_back_at == LATER
    kinds = TimelineEntry.objects.filter(incident=incident).values_list("kind", flat=True)
    assert {"incident.voided", "incident.taken_back"} <= set(kinds)
    void(commander, incident)
    assert incident.voidings.count() == 2


def test_a_duplicate_leads_to_the_other(
    incident: Incident, commander: Person, deputy: Person, other: Incident
) -> None:
    voiding_people(incident, commander, deputy)
    duplicate(commander, incident, other.pk)

    assert status(incident) == "duplicate"
    assert incident.voidings.get().original == other
    told = Notice.objects.get(person=deputy, kind="incident.duplicate")
    assert told.href == other.get_absolute_url()


def voiding_people(incident: Incident, commander: Person, person: Person) -> None:
    actor = commander.as_actor()
    roles.add_participant(actor, incident.pk, person=person, now=START)


def test_of_a_restricted_one_only_who_may_know_of_it_is_told(
    incident: Incident, commander: Person, deputy: Person, stranger: Person, admin: Person
) -> None:
    other = declared(commander, restricted=True)
    for person in (deputy, stranger, admin):
        voiding_people(incident, commander, person)
    voiding_people(other, commander, deputy)
    actor = commander.as_actor()
    restrict(actor, incident.pk, restricted=True, reason="It is of the other", now=START)

    with pytest.raises(Refused) as refused:
        duplicate(commander, incident, other.pk)
    words = f"{other.reference} is restricted, and {stranger} takes part here only"
    assert words in refused.value.violations[0].sentence
    voiding_people(other, commander, stranger)
    duplicate(commander, incident, other.pk)

    told = Notice.objects.filter(kind="incident.duplicate").values_list("person", flat=True)
    assert set(told) == {deputy.pk, stranger.pk, admin.pk}
    with pytest.raises(Refused) as opened:
        restrict(actor, incident.pk, restricted=False, reason="No harm", now=LATER)
    assert [one.code for one in opened.value.violations] == ["K-RESTRICTED"]


def test_one_that_may_not_be_known_of_sounds_like_none(
    incident: Incident, commander: Person, stranger: Person, other: Incident
) -> None:
    mine = declared(stranger)
    restrict(commander.as_actor(), other.pk, restricted=True, reason="Legal", now=START)

    found = []
    for number in (other.pk, 99999, None):
        with pytest.raises(Refused) as refused:
            duplicate(stranger, mine, number)
        found.append([one.sentence for one in refused.value.violations])

    assert found[0] == found[1] == found[2]


def test_who_does_not_command_cannot(
    incident: Incident, stranger: Person, commander: Person
) -> None:
    with pytest.raises(NotPermitted):
        void(stranger, incident)
    void(commander, incident)
    with pytest.raises(NotPermitted):
        take_back(stranger, incident)


def test_nobody_is_reminded_of_anything_any_more(incident: Incident, commander: Person) -> None:
    at = LATER + timedelta(minutes=20)
    schedule(commander, incident, at)
    assert due(at)
    void(commander, incident)

    assert not due(at)


def test_readers_are_told_in_fixed_words_that_it_is_over(
    incident: Incident, commander: Person
) -> None:
    surface = SurfaceFactory(name="Sign-in", on_status_page=True)
    incident.surfaces.add(surface)
    states = {surface.pk: "major_outage"}
    saying.published(commander, incident, START, surfaces=states, progress="investigating")
    assert [one.state for one in site(Audience.PUBLIC, LATER).surfaces] == ["major_outage"]
    before = Announcement.objects.count()

    void(commander, incident, reason="Tim pressed the wrong button")

    shown = site(Audience.PUBLIC, LATER)
    assert [one.state for one in shown.surfaces] == ["operational"]
    assert all(one.is_over for one in shown.incidents)
    last = Update.objects.latest("number")
    assert last.impact == "This was reported in error: nothing was wrong."
    assert "Tim" not in str(shown)
    assert Announcement.objects.count() == before + 1


def test_where_nobody_was_told_nobody_is(incident: Incident, commander: Person) -> None:
    void(commander, incident)

    assert not Update.objects.exists()


def test_readers_are_led_to_another_report_only_when_they_can_read_it(
    incident: Incident, commander: Person, other: Incident
) -> None:
    saying.published(commander, incident, START, surfaces={}, progress="investigating")
    with pytest.raises(Refused, match=f"Publish an update of {other.reference}"):
        duplicate(commander, incident, other.pk)
    assert status(incident) == "active"

    saying.published(commander, other, START, surfaces={}, progress="investigating")
    duplicate(commander, incident, other.pk)

    said = Update.objects.filter(incident=incident).latest("number")
    assert said.impact.startswith("This was reported twice.")


def test_nothing_more_is_said_of_it(incident: Incident, commander: Person) -> None:
    void(commander, incident)

    with pytest.raises(Refused, match="take that back"):
        saying.published(commander, incident, LATER, surfaces={})


def test_a_freeze_is_lifted_first(incident: Incident, commander: Person) -> None:
    surface = SurfaceFactory(name="Sign-in")
    incident.surfaces.add(surface)
    actor, said = commander.as_actor(), {"surface": surface, "reason": "Hold still", "now": START}
    freezes.freeze(actor, incident.pk, scope="", **said)
    with pytest.raises(Refused, match="Sign-in is frozen"):
        void(commander, incident)

    freezes.lift_freeze(actor, incident.pk, **said)
    void(commander, incident)


def test_of_two_that_are_duplicates_of_each_other_one_is(
    incident: Incident, commander: Person, other: Incident
) -> None:
    def end(one: Incident, of: Incident) -> str:
        try:
            duplicate(commander, one, of.pk)
        except Refused as refused:
            return refused.violations[0].code
        return "ended"

    for _ in range(10):
        found = at_once(lambda: end(incident, other), lambda: end(other, incident))
        assert sorted(found) in (["V-DUPLICATE", "ended"], ["V-FOLLOWED", "ended"])
        for one in (incident, other):
            if status(one) == "duplicate":
                take_back(commander, one)


def at_once(*acts: Callable[[], str]) -> list[str]:
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], str]) -> str:
        try:
            start.wait(10)
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_it_begins_as_active(commander: Person) -> None:
    for wrong in ("watching", "closed", "void", "duplicate"):
        with pytest.raises(DatabaseError, match="begins as active"), transaction.atomic():
            Incident.objects.create(
                title="Forged", severity="1", status=wrong, declared_at=START, declared_by=commander
            )


# -- The pages ----------------------------------------------------------------------------------


def test_the_pages_say_it_and_take_it_back(
    incident: Incident, commander: Person, other: Incident, stranger: Person
) -> None:
    client = Client()
    client.force_login(commander)
    url = reverse("void", args=[incident.pk])
    refused = client.post(url, {"original": "INC-9999", "reason": "n/a"})
    assert refused.status_code == 422
    assert "There is no such incident" in refused.content.decode()
    assert "Say why it was declared in error." in refused.content.decode()

    done = client.post(url, {"original": other.reference.lower(), "reason": WHY})
    assert done.status_code == 302
    room = client.get(incident.get_absolute_url()).content.decode()
    assert f"Duplicate of {other.reference}" in room
    page = client.get(reverse("take-back", args=[incident.pk])).content.decode()
    assert f"Duplicate of {other.reference}" in page
    assert WHY in page

    reader = Client()
    reader.force_login(stranger)
    assert (
        "Take it back" not in reader.get(reverse("take-back", args=[incident.pk])).content.decode()
    )
    back = client.post(reverse("take-back", args=[incident.pk]), {"reason": "Two causes"})
    assert back.status_code == 302
    assert status(incident) == "active"


def _refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return " ".join(violation.sentence for violation in refusal.value.violations)


def test_a_restricted_duplicate_is_not_named(
    commander: Person, stranger: Person, incident: Incident, other: Incident
) -> None:
    duplicate(commander, other, incident.pk)
    restrict(commander.as_actor(), other.pk, restricted=True, reason=WHY, now=LATER)
    roles.assign(commander.as_actor(), incident.pk, role="commander", person=stranger, now=LATER)

    sentence = _refusal(lambda: void(stranger, incident))

    assert other.reference not in sentence
    assert "Another incident is followed here" in sentence


def test_an_original_that_is_a_duplicate_says_where_it_is_followed(
    commander: Person, incident: Incident, other: Incident
) -> None:
    third = declared(commander, title="The third report of it")
    duplicate(commander, other, incident.pk)

    sentence = _refusal(lambda: duplicate(commander, third, other.pk))

    assert f"it is followed as {incident.reference}" in sentence
