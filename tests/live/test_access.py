"""Who may watch, and how soon somebody who lost access stops receiving."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.actions import restriction, roles
from incidents.models import Incident, Participation, Person
from incidents.vocabulary import Group
from kernel import clock
from live import access, catchup
from live.access import Viewer
from tests.helpers.factories import START, PersonFactory, declared
from tests.helpers.tiers import in_tier
from tests.live.conftest import Opener, anote, note, sign_in

LEAVING_SECONDS = in_tier(test=20.0, prove=5.0)
"""Within which who lost access has to stop receiving, on a machine that does nothing else."""


async def _answer(browse: Opener, person: Person | None, incident: Incident | int) -> list[dict]:
    browser = await browse(person, incident)
    return [await browser.next(), await browser.next()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
class TestConnecting:
    async def test_who_is_not_signed_in_is_asked_to(
        self, browse: Opener, incident: Incident
    ) -> None:
        told = await _answer(browse, None, incident)

        assert told == [{"type": "bye", "reason": access.SIGNED_OUT}, {"closed": 4401}]

    async def test_a_hidden_incident_answers_like_one_that_does_not_exist(
        self, browse: Opener, restricted: Incident, stranger: Person
    ) -> None:
        hidden = await _answer(browse, stranger, restricted)
        missing = await _answer(browse, stranger, restricted.pk + 1000)

        assert hidden == missing == [{"type": "bye", "reason": access.UNKNOWN}, {"closed": 4404}]

    async def test_a_stakeholder_does_not_get_in(
        self, browse: Opener, incident: Incident, stakeholder: Person
    ) -> None:
        told = await _answer(browse, stakeholder, incident)

        assert told[-1] == {"closed": 4404}

    async def test_a_participant_watches_a_restricted_incident(
        self, browse: Opener, restricted: Incident, commander: Person
    ) -> None:
        browser = await browse(commander, restricted)

        assert (await browser.next())["type"] == "live"


def _sign_out(person: Person, incident: Incident) -> None:
    Session.objects.all().delete()


def _let_session_expire(person: Person, incident: Incident) -> None:
    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))


def _deactivate(person: Person, incident: Incident) -> None:
    Person.objects.filter(pk=person.pk).update(is_active=False)


def _change_password(person: Person, incident: Incident) -> None:
    person.set_password("another-quiet-river")
    person.save(update_fields=["password"])


def _demote(person: Person, incident: Incident) -> None:
    person.groups.set(PersonFactory(groups=[Group.STAKEHOLDER]).groups.all())


def _restrict(person: Person, incident: Incident) -> None:
    Incident.objects.filter(pk=incident.pk).update(restricted=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("lose", "reason"),
    [
        pytest.param(_sign_out, access.SIGNED_OUT, id="signed out"),
        pytest.param(_let_session_expire, access.SIGNED_OUT, id="session expired"),
        pytest.param(_deactivate, access.SIGNED_OUT, id="deactivated"),
        pytest.param(_change_password, access.SIGNED_OUT, id="password changed"),
        pytest.param(_demote, access.NO_ACCESS, id="demoted"),
        pytest.param(_restrict, access.NO_ACCESS, id="incident restricted"),
    ],
)
async def test_who_loses_access_is_told_why_and_receives_no_more(
    browse: Opener,
    incident: Incident,
    stranger: Person,
    lose: Callable[[Person, Incident], None],
    reason: str,
) -> None:
    browser = await browse(stranger, incident)
    await browser.until_type("live")

    started = time.monotonic()
    await sync_to_async(lose)(stranger, incident)
    told = [await browser.next(), await browser.next()]

    assert told == [{"type": "bye", "reason": reason}, {"closed": 4403}]
    assert time.monotonic() - started < LEAVING_SECONDS


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
async def test_a_removed_participant_goes_and_the_others_stay(
    browse: Opener, restricted: Incident, commander: Person, stranger: Person
) -> None:
    actor = commander.as_actor()
    add, remove = sync_to_async(roles.add_participant), sync_to_async(roles.remove_participant)
    await add(actor, restricted.pk, person=stranger, now=START)
    stays, goes = await browse(commander, restricted), await browse(stranger, restricted)
    await goes.until_type("live")

    await remove(actor, restricted.pk, person=stranger, now=START)
    closed = await goes.until(lambda message: "closed" in message)
    seq = await anote(commander, restricted, "Between us.")

    assert closed == {"closed": 4403}
    assert seq in await stays.until_seq(seq)
    assert seq not in goes.seqs


def _restrict_by_action(commander: Person, stranger: Person, incident: Incident) -> None:
    restriction.restrict(
        commander.as_actor(),
        incident.pk,
        restricted=True,
        reason="Accusations against a colleague",
        now=START,
    )


def _remove_by_action(commander: Person, stranger: Person, incident: Incident) -> None:
    roles.remove_participant(commander.as_actor(), incident.pk, person=stranger, now=START)


def _join_then_restrict(commander: Person, stranger: Person, incident: Incident) -> None:
    """Two entries, perhaps read in one batch, the second of which shuts out."""
    note(commander, incident, "Before it.")
    _restrict_by_action(commander, stranger, incident)


@pytest.mark.django_db(transaction=True)
@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("shut_out", "starts_restricted"),
    [
        pytest.param(_restrict_by_action, False, id="restricting"),
        pytest.param(_remove_by_action, True, id="removing"),
        pytest.param(_join_then_restrict, False, id="restricting in a batch"),
    ],
)
async def test_who_is_shut_out_never_gets_the_entry_that_does_it(
    browse: Opener,
    commander: Person,
    stranger: Person,
    shut_out: Callable[[Person, Person, Incident], None],
    starts_restricted: bool,
) -> None:
    incident = await sync_to_async(declared)(commander, restricted=starts_restricted)
    await sync_to_async(roles.add_participant)(
        commander.as_actor(), incident.pk, person=stranger, now=START
    )
    if not starts_restricted:
        await sync_to_async(incident.participations.filter(person=stranger).delete)()
    await incident.arefresh_from_db()
    stays = await browse(commander, incident, after=incident.last_seq)
    goes = await browse(stranger, incident, after=incident.last_seq)
    await goes.until_type("live")

    await sync_to_async(shut_out)(commander, stranger, incident)
    closed = await goes.until(lambda message: "closed" in message)
    await incident.arefresh_from_db()

    assert closed == {"closed": 4403}
    assert incident.last_seq in await stays.until_seq(incident.last_seq)
    assert incident.last_seq not in goes.seqs
    assert not [m for m in goes.messages if m["type"] == "panels" and m["seq"] >= incident.last_seq]


@pytest.mark.django_db
def test_a_poll_that_reads_past_a_restriction_is_answered_as_unknown(
    incident: Incident, commander: Person, stranger: Person, client: Client, monkeypatch: Any
) -> None:
    """The reader is admitted, and then shut out before the entries are read."""
    client.force_login(stranger)
    read = catchup.poll

    def poll_after_restriction(*args: Any, **kwargs: Any) -> dict[str, Any]:
        _restrict_by_action(commander, stranger, incident)
        return read(*args, **kwargs)

    monkeypatch.setattr(catchup, "poll", poll_after_restriction)

    assert client.get(f"/INC-{incident.pk}/live/?after={incident.last_seq}").status_code == 404


@pytest.fixture
def viewers(
    incident: Incident,
    restricted: Incident,
    commander: Person,
    stranger: Person,
    stakeholder: Person,
    admin: Person,
) -> dict[Viewer, tuple[Person, Incident]]:
    """Everybody of the cast, and a few special ones, on both incidents."""
    superuser = PersonFactory(username="superuser", is_superuser=True)
    inactive = PersonFactory(username="inactive", groups=[Group.RESPONDER])
    participant = PersonFactory(username="participant", groups=[Group.RESPONDER])
    demoted = PersonFactory(username="demoted", groups=[Group.STAKEHOLDER])
    for person in (participant, demoted, inactive):
        Participation.objects.create(incident=restricted, person=person, since=START)
    people = [commander, stranger, stakeholder, admin, superuser, participant, demoted, inactive]
    seats = {
        Viewer(sign_in(person), person.pk, person.password, watched.pk): (person, watched)
        for person in people
        for watched in (incident, restricted)
    }
    Person.objects.filter(pk=inactive.pk).update(is_active=False)
    return seats


@pytest.mark.django_db
def test_judging_all_at_once_agrees_with_what_each_may_see(
    viewers: dict[Viewer, tuple[Person, Incident]],
) -> None:
    lost = access.judge(viewers, clock.now()).lost

    expected = {
        viewer
        for viewer, (person, watched) in viewers.items()
        if not Incident.objects.visible_to(Person.objects.get(pk=person.pk))
        .filter(pk=watched.pk)
        .exists()
    }
    assert set(lost) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 16])
def test_judging_takes_the_same_few_queries_for_any_number(
    viewers: dict[Viewer, tuple[Person, Incident]], count: int
) -> None:
    some = [viewer for viewer in viewers if viewers[viewer][1].restricted][:count]

    with CaptureQueriesContext(connection) as queries:
        access.judge(some, clock.now())

    assert len(queries) == 4
