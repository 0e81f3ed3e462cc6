"""What was handled elsewhere: nobody is reminded or told of it, and readers never see it."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.test import Client

from comms.models import Announcement, Bulletin, Delivery, Update
from comms.status import snapshot
from comms.status.facts import site
from comms.vocabulary import Audience
from incidents.actions import evidence, risks
from incidents.models import Claim, Incident, Notice, Person, TimelineEntry
from kernel import clock
from lanes.models import PatternSpan
from retros.backlog import actions as backlog
from retros.backlog.steps import WorkInput
from retros.models import Closing, LookBack, Package
from tests.helpers.backfilled import ACCOUNT, backfilled_incident
from tests.helpers.decision_inputs import PRECHECK
from tests.helpers.factories import START, SurfaceFactory
from warroom.schedule import tick

AFTER = [timedelta(minutes=5), timedelta(hours=2), timedelta(hours=25), timedelta(days=400)]


@pytest.fixture
def elsewhere(commander: Person) -> Incident:
    exports = SurfaceFactory(name="Exports", on_status_page=True)
    made = backfilled_incident(commander, severity="1", surfaces=(exports,))
    evidence.capture(commander.as_actor(), made.pk, PRECHECK, now=START)
    risks.add(commander.as_actor(), made.pk, text="It may come again", now=START)
    return made


def entries(incident: Incident) -> int:
    return TimelineEntry.objects.filter(incident=incident).count()


def test_however_long_nobody_is_reminded_of_it(elsewhere: Incident) -> None:
    before = entries(elsewhere)
    for later in AFTER:
        with clock.at(START + later):
            tick.tick()

    assert entries(elsewhere) == before
    assert mail.outbox == []
    for model in (Notice, Claim, Delivery, Announcement, PatternSpan, LookBack, Closing, Package):
        assert not model.objects.exists(), model
    elsewhere.refresh_from_db()
    assert elsewhere.status == "backfill"


def test_the_work_that_it_leaves_is_still_reminded_of(
    elsewhere: Incident, commander: Person
) -> None:
    work = WorkInput(title="Send each export once", owner=commander, due_on=date(2026, 3, 20))
    backlog.add(commander.as_actor(), elsewhere.pk, work, now=START)
    tick.run(START + timedelta(days=15))

    assert {one.kind for one in Notice.objects.all()} == {"backlog.due"}


@pytest.mark.parametrize("audience", [Audience.PUBLIC, Audience.INTERNAL])
def test_no_reader_learns_of_it(elsewhere: Incident, audience: Audience) -> None:
    shown = str(site(audience, START + timedelta(minutes=1)))

    assert elsewhere.title not in shown
    assert elsewhere.reference not in shown
    assert ACCOUNT["happened"] not in shown
    assert [one.state for one in site(audience, START).surfaces] == ["operational"]
    assert not Update.objects.exists()
    assert not Bulletin.objects.exists()


def test_no_format_of_the_status_page_holds_a_word_of_it(elsewhere: Incident) -> None:
    bodies = snapshot.make(1, START + timedelta(minutes=1)).bodies
    assert bodies
    for path, body in bodies.items():
        text = body.plain.decode()
        for words in (elsewhere.title, elsewhere.reference, ACCOUNT["happened"], ACCOUNT["kept"]):
            assert words not in text, path


def test_a_stakeholder_reads_nothing_of_it(
    client: Client, elsewhere: Incident, stakeholder: Person
) -> None:
    client.force_login(stakeholder)
    for path in ("/", "/status/internal/"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert elsewhere.title not in answer.content.decode()
    assert client.get(elsewhere.get_absolute_url()).status_code == 403
