"""Publishing: what it writes, what it leaves when refused, and two people at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from comms.actions import (
    lapses,
    publish_escalation,
    publish_leadership_note,
    publish_update,
    save_draft,
)
from comms.due import LAPSED
from comms.models import (
    Bulletin,
    Escalation,
    Lapse,
    LeadershipNote,
    MessageDraft,
    StatusSite,
    Update,
)
from comms.vocabulary import MessageKind
from incidents.actions.roles import assign
from incidents.models import Incident, Person, TimelineEntry
from incidents.vocabulary import LaneKind, RoleName
from kernel.refusal import AlreadyDone, NotPermitted, Refused
from tests.helpers.factories import START, PersonFactory, SurfaceFactory, declared
from tests.helpers.messages import escalation, note, published, update

NOW = START + timedelta(minutes=8)


def codes(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [violation.code for violation in refusal.value.violations]


def wanted() -> int:
    site = StatusSite.objects.first()
    return site.wanted if site else 0


def test_an_update_is_published_with_its_surfaces_and_its_entry(commander: Person) -> None:
    sign_in = SurfaceFactory(name="Sign-in")
    incident = declared(commander, surfaces=[sign_in])

    made = published(commander, incident, NOW)

    assert (made.number, made.severity, made.published_by) == (1, "1", commander)
    assert [(s.surface, s.state) for s in made.surface_states.all()] == [
        (sign_in, "partial_outage")
    ]
    entry = incident.timeline.get(kind="update.published")
    assert (entry.subject, entry.lane) == ("Update 1", "communication")
    assert entry.data == {
        "audience": "Everybody",
        "progress": "Investigating",
        "severity": "SEV-1",
        "headline": made.headline,
        "impact": made.impact,
        "mitigation": made.mitigation,
        "unknowns": ["Whether trying again helps"],
        "no_unknowns": "",
        "surfaces": {"Sign-in": "Partly disrupted"},
        "next_at": "2026-03-05T14:28:00+00:00",
        "corrects": "",
        "correction": "",
    }


@pytest.mark.case("T1")
def test_a_headline_is_one_line_without_control_characters(
    incident: Incident, commander: Person
) -> None:
    """It becomes the subject of mails and the title of an entry in the feed."""
    made = published(
        commander, incident, NOW, headline="Sign-ins\x07 fail\r\nfor \x1b[31msome\uffff"
    )

    assert made.headline == "Sign-ins fail for some"


@pytest.mark.case("P2")
def test_it_keeps_the_names_that_readers_were_told(commander: Person) -> None:
    seen = SurfaceFactory(name="Sign-in")
    hidden = SurfaceFactory(name="Ledger core", on_status_page=False)

    made = published(commander, declared(commander, surfaces=[seen, hidden]), NOW)

    names = made.surface_states.order_by("surface").values_list("surface__name", "public_name")
    assert dict(names) == {"Sign-in": "Sign-in", "Ledger core": ""}


def test_an_incident_gets_its_public_name_once(incident: Incident, commander: Person) -> None:
    published(commander, incident, NOW, audience="internal")
    assert not Bulletin.objects.exists()

    published(commander, incident, NOW)
    published(commander, incident, NOW + timedelta(minutes=1))

    assert Bulletin.objects.get().opened_at == NOW


@pytest.mark.parametrize("audience", ["public", "internal"])
def test_the_status_page_is_told(incident: Incident, commander: Person, audience: str) -> None:
    before = wanted()

    published(commander, incident, NOW, audience=audience)

    assert wanted() == before + 1


def test_what_only_participants_read_changes_no_page(commander: Person) -> None:
    before = wanted()

    published(commander, declared(commander, restricted=True), NOW, audience="participants")

    assert wanted() == before
    assert not Bulletin.objects.exists()


def test_an_escalation_and_a_note_are_sent(incident: Incident, commander: Person) -> None:
    actor = commander.as_actor()

    asked = publish_escalation(actor, incident.pk, escalation(NOW, commander), now=NOW)
    told = publish_leadership_note(actor, incident.pk, note(commander), now=NOW)

    assert (asked.number, asked.reference, told.number) == (1, "Escalation 1", 1)
    entries = incident.timeline.filter(lane=LaneKind.COMMUNICATION).order_by("seq")
    assert [entry.kind for entry in entries] == ["escalation.published", "leadership.published"]
    assert entries[0].data["ask"] == asked.ask
    assert entries[1].data["need"] == "nothing for now"


def test_every_unmet_rule_is_said_at_once_and_the_draft_is_kept(
    incident: Incident, commander: Person
) -> None:
    said = update(
        NOW,
        audience="participants",
        progress="recovered",
        headline="SEV-1",
        impact="none",
        next_at=NOW + timedelta(minutes=62),
        raw={"impact": ["none"], "headline": ["SEV-1"]},
    )

    with pytest.raises(Refused) as refusal:
        publish_update(commander.as_actor(), incident.pk, said, now=NOW, once=uuid4())

    assert codes(refusal) == ["U-AUDIENCE", "U-RECOVERED", "U-IMPACT", "U-NEXT", "U-PLAIN"]
    assert not Update.objects.exists()
    assert not incident.timeline.filter(kind="update.published").exists()
    assert MessageDraft.objects.get().data == {"impact": ["none"], "headline": ["SEV-1"]}


def test_the_same_form_can_be_sent_again_once_it_is_mended(
    incident: Incident, commander: Person
) -> None:
    key, actor = uuid4(), commander.as_actor()
    with pytest.raises(Refused):
        publish_update(actor, incident.pk, update(NOW, impact=""), now=NOW, once=key)

    made = publish_update(actor, incident.pk, update(NOW), now=NOW, once=key)

    with pytest.raises(AlreadyDone) as done:
        publish_update(actor, incident.pk, update(NOW), now=NOW, once=key)
    assert done.value.href == made.get_absolute_url()
    assert Update.objects.count() == 1


KINDS: dict[str, tuple[Callable[..., Any], Callable[[Person], Any], type, MessageKind]] = {
    "update": (publish_update, lambda p: update(NOW), Update, MessageKind.UPDATE),
    "escalation": (
        publish_escalation,
        lambda p: escalation(NOW, p),
        Escalation,
        MessageKind.ESCALATION,
    ),
    "note": (
        publish_leadership_note,
        lambda p: note(p),
        LeadershipNote,
        MessageKind.LEADERSHIP,
    ),
}


@pytest.mark.parametrize(("publish", "said", "model", "kind"), KINDS.values(), ids=KINDS)
def test_a_published_draft_is_gone_and_does_not_come_back(
    incident: Incident,
    commander: Person,
    admin: Person,
    publish: Callable[..., Any],
    said: Callable[[Person], Any],
    model: type,
    kind: MessageKind,
) -> None:
    key = uuid4()
    for person in (commander, admin):
        save_draft(person.as_actor(), incident.pk, kind, {"impact": ["so"]}, now=NOW)

    publish(commander.as_actor(), incident.pk, said(commander), now=NOW, once=key)

    late = save_draft(
        commander.as_actor(), incident.pk, kind, {"impact": ["late"]}, now=NOW, once=key
    )
    assert late is None
    assert MessageDraft.objects.get().author == admin


@pytest.mark.parametrize(("publish", "said", "model", "kind"), KINDS.values(), ids=KINDS)
def test_a_correction_names_what_was_wrong_and_is_made_once(
    incident: Incident,
    commander: Person,
    publish: Callable[..., Any],
    said: Callable[[Person], Any],
    model: type,
    kind: MessageKind,
) -> None:
    actor, written = commander.as_actor(), said(commander)
    publish(actor, incident.pk, written, now=NOW)
    right = replace(written, corrects=1, correction="It is one person in thirty")

    made = publish(actor, incident.pk, right, now=NOW)

    assert (made.number, made.corrects.number) == (2, 1)
    entry = incident.timeline.order_by("-seq")[0]
    assert entry.data["correction"] == "It is one person in thirty"
    assert entry.data["corrects"] == str(made.corrects)
    for again in (right, replace(right, corrects=7), replace(right, corrects=2, correction="-")):
        with pytest.raises(Refused) as refusal:
            publish(actor, incident.pk, again, now=NOW)
        assert codes(refusal) == ["U-CORRECTS"]


def test_what_is_of_another_incident_cannot_be_corrected(
    incident: Incident, commander: Person
) -> None:
    published(commander, declared(commander), NOW)

    with pytest.raises(Refused) as refusal:
        published(commander, incident, NOW, corrects=1, correction="Another number")

    assert codes(refusal) == ["U-CORRECTS"]


def test_who_has_an_account_and_who_is_in_the_record_is_named_to_nobody(
    incident: Incident, commander: Person, stranger: Person
) -> None:
    """Also by a name that they had, and when their account is switched off."""
    off = PersonFactory(name="Noor de Vries", is_active=False)
    Person.objects.filter(pk=stranger.pk).update(name="Ines Duarte")
    stranger.refresh_from_db()
    assign(commander.as_actor(), incident.pk, role=RoleName.DEPUTY, person=stranger, now=NOW)
    Person.objects.filter(pk=stranger.pk).update(name="Ines Moreau")

    for name in (str(off), "Ines Duarte", "Ines Moreau"):
        with pytest.raises(Refused) as refusal:
            published(commander, incident, NOW, mitigation=f"{name} switches it off")
        assert codes(refusal) == ["U-PLAIN"]


def test_the_names_of_who_takes_part_are_refused(incident: Incident, commander: Person) -> None:
    Person.objects.filter(pk=commander.pk).update(name="Mara Lindqvist")

    with pytest.raises(Refused) as refusal:
        published(commander, incident, NOW, mitigation="Mara switches it off")

    assert codes(refusal) == ["U-PLAIN"]


def test_the_whole_names_of_others_are_refused_too(incident: Incident, commander: Person) -> None:
    PersonFactory(username="olu", name="Olu  Sale")

    with pytest.raises(Refused) as refusal:
        published(commander, incident, NOW, mitigation="We follow olu sale's advice")

    assert codes(refusal) == ["U-PLAIN"]
    published(commander, incident, NOW, mitigation="Sale prices are shown again")


@pytest.mark.case("P10")
def test_who_says_that_it_names_nobody_publishes_and_is_on_record(
    incident: Incident, commander: Person
) -> None:
    Person.objects.filter(pk=commander.pk).update(name="Viola Signal")

    with pytest.raises(Refused):
        published(commander, incident, NOW, mitigation="The Signal app works again")
    published(commander, incident, NOW, mitigation="The Signal app works again", no_names=True)

    entry = incident.timeline.get(kind="update.published")
    assert entry.data["no_names"] is True


def test_the_communication_owner_publishes_and_another_owner_does_not(
    staffed: Incident, lane_owners: dict[LaneKind, Person]
) -> None:
    published(lane_owners[LaneKind.COMMUNICATION], staffed, NOW)

    with pytest.raises(NotPermitted):
        published(lane_owners[LaneKind.MITIGATION], staffed, NOW)


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_leave_no_gap(
    staffed: Incident, commander: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    people = [commander, lane_owners[LaneKind.COMMUNICATION]]
    start = Barrier(len(people))

    def say(person: Person) -> None:
        start.wait()
        try:
            for minute in range(5):
                published(person, staffed, NOW + timedelta(minutes=minute))
        finally:
            connection.close()

    threads = [Thread(target=say, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    numbers = Update.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 11))
    entries = TimelineEntry.objects.filter(kind="update.published").order_by("seq")
    assert [entry.subject for entry in entries] == [f"Update {n}" for n in numbers]
    assert Bulletin.objects.count() == 1


@pytest.mark.parametrize(
    ("severity", "minutes"), [("1", 30), ("2", 60), ("3", 240)], ids=["sev-1", "sev-2", "sev-3"]
)
def test_the_next_one_comes_within_the_cadence_of_the_severity(
    commander: Person, severity: str, minutes: int
) -> None:
    incident = declared(commander, severity=severity)
    latest = NOW + timedelta(minutes=minutes)

    published(commander, incident, NOW, next_at=latest)

    with pytest.raises(Refused) as refusal:
        published(commander, incident, NOW, next_at=latest + timedelta(seconds=1))
    assert codes(refusal) == ["U-NEXT"]


def test_a_site_sets_its_own_cadence(incident: Incident, commander: Person, settings: Any) -> None:
    settings.UPDATE_CADENCE = {**settings.UPDATE_CADENCE, "1": timedelta(minutes=10)}

    with pytest.raises(Refused, match="SEV-1 allows 10 minutes"):
        published(commander, incident, NOW)


@pytest.mark.django_db(transaction=True)
def test_a_late_update_and_the_beat_at_once_note_one_lapse(
    incident: Incident, commander: Person
) -> None:
    made = published(commander, incident, NOW)
    assert made.next_at is not None
    late = made.next_at + timedelta(minutes=6)
    start = Barrier(3)

    def run(do: Callable[[], Any]) -> None:
        start.wait()
        try:
            do()
        finally:
            connection.close()

    beat = partial(lapses.remind, made.incident_id, made.pk, LAPSED, now=late)
    speak = partial(published, commander, incident, late)
    threads = [Thread(target=run, args=[do]) for do in (beat, beat, speak)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Lapse.objects.get().update == made
    kinds = list(incident.timeline.values_list("kind", flat=True))
    assert kinds.count(LAPSED) == 1
    assert kinds.count("update.published") == 2


@pytest.mark.case("F2")
def test_the_same_update_from_two_tabs_is_published_once(
    incident: Incident, commander: Person
) -> None:
    first = published(commander, incident, NOW)

    with pytest.raises(Refused) as refusal:
        published(commander, incident, NOW + timedelta(seconds=20))

    (violation,) = refusal.value.violations
    assert (violation.code, violation.href) == ("U-AGAIN", first.get_absolute_url())
    assert first.reference in violation.sentence
    assert incident.updates.count() == 1


@pytest.mark.parametrize(
    ("seconds", "other"),
    [
        (20, {"impact": "Signing in fails for everybody."}),
        (20, {"progress": "mitigating"}),
        (180, {}),
    ],
)
def test_what_says_more_or_comes_later_is_published(
    incident: Incident, commander: Person, seconds: int, other: dict[str, Any]
) -> None:
    published(commander, incident, NOW)

    published(commander, incident, NOW + timedelta(seconds=seconds), **other)

    assert incident.updates.count() == 2


def test_another_kind_of_message_is_sent_once_too(incident: Incident, commander: Person) -> None:
    later = NOW + timedelta(seconds=20)
    for publish, message in (
        (publish_escalation, escalation(NOW, commander)),
        (publish_leadership_note, note(commander)),
    ):
        publish(commander.as_actor(), incident.pk, message, now=NOW)
        with pytest.raises(Refused, match="U-AGAIN"):
            publish(commander.as_actor(), incident.pk, message, now=later)
