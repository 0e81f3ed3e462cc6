"""Anchors of the record, each hour and after each closing: to a folder, an address, the public."""

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.management import call_command
from kombu.simple import SimpleQueue

from comms.actions import anchor_posts
from comms.actions.delivery_outcomes import RETRY_DELAYS
from comms.models import AnchorPost
from incidents.actions import lifecycle, restriction
from incidents.models import Incident, Person
from incidents.timeline import anchors
from kernel import clock
from retros.models import Package
from retros.package import worker
from tests.comms.delivery.receiving import Receiver, receiving
from tests.retros.closing.closable import ClosingRun
from tests.retros.conftest import ending as ending
from warroom.schedule import anchoring, tick

ASKED_WITHIN_SECONDS = 20
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.OUTGOING_ALLOW = [ip_network("127.0.0.0/8")]
    with receiving() as server:
        settings.RECORD_ANCHORS_URL = f"http://{server.place}/anchors"
        yield server


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.RECORD_ANCHORS = str(tmp_path / "anchors")
    return tmp_path / "anchors"


def hourly() -> None:
    """What beat has a worker do each hour."""
    entry = current_app.conf.beat_schedule["anchor"]
    assert entry["schedule"].run_every == timedelta(hours=1)
    current_app.tasks[entry["task"]](*entry["args"])


def queued_tasks() -> Iterator[str]:
    """The tasks in the queue, as they come in; ends when none has come for long."""
    with current_app.connection_for_read() as connection:
        queue = SimpleQueue(connection, current_app.conf.task_default_queue)
        while True:
            message = queue.get(timeout=ASKED_WITHIN_SECONDS)
            message.ack()
            yield message.headers["task"]


def change(incident: Incident, person: Person, severity: str) -> None:
    by = person.as_actor()
    lifecycle.change_severity(by, incident.pk, severity=severity, reason="x", now=clock.now())


def test_each_hour_where_anything_changed(
    incident: Incident, commander: Person, folder: Path
) -> None:
    hourly()
    hourly()
    assert len(list(folder.iterdir())) == 1
    change(incident, commander, "2")
    hourly()

    newest = anchors.newest(folder)
    assert newest is not None
    assert len(list(folder.iterdir())) == 2
    assert anchors.read(newest)["heads"][str(incident.pk)][0] == 3


def test_a_closing_asks_a_worker_for_one(ending: ClosingRun, folder: Path) -> None:
    """Over a second: an incident is lived until its closing, and its package is made."""
    ending.closable()
    ending.close()
    assert worker.make(Package.objects.get().pk, clock.now())

    assert anchoring.TASK in queued_tasks()
    current_app.tasks[anchoring.TASK]()

    newest = anchors.newest(folder)
    assert newest is not None
    head = anchors.read(newest)["heads"][str(ending.incident.pk)]
    assert head[0] == Incident.objects.get(pk=ending.incident.pk).last_seq


def test_nothing_is_kept_where_nobody_asked_for_it(incident: Incident, settings: Any) -> None:
    hourly()
    assert not AnchorPost.objects.exists()


def test_posted_once_for_each_change(
    incident: Incident, commander: Person, receiver: Receiver
) -> None:
    hourly()
    hourly()
    anchor_posts.send_waiting(clock.now())
    anchor_posts.send_waiting(clock.now())
    [(path, headers, body)] = receiver.got
    assert (path, headers["content-type"]) == ("/anchors", "application/json")
    assert body.decode() == AnchorPost.objects.get().text
    change(incident, commander, "2")
    hourly()
    anchor_posts.send_waiting(clock.now())

    assert len(receiver.got) == 2
    assert not AnchorPost.objects.due(clock.now()).exists()


def test_tried_again_like_a_delivery_and_given_up_at_last(
    incident: Incident, receiver: Receiver
) -> None:
    hourly()
    receiver.status, now = 503, clock.now()
    waits = [timedelta(), *RETRY_DELAYS]
    for wait in waits:
        anchor_posts.send_waiting(now + wait - timedelta(seconds=1))
        now += wait
        anchor_posts.send_waiting(now)

    row = AnchorPost.objects.get()
    assert len(receiver.got) == row.attempts == len(waits)
    assert (row.sent_at, row.next_try_at) == (None, None)
    assert row.last_error == "OSError: answered 503"


def test_one_that_failed_arrives_when_the_address_answers(
    incident: Incident, receiver: Receiver
) -> None:
    hourly()
    now, receiver.status = clock.now(), 500
    anchor_posts.send_waiting(now)
    receiver.status = 204
    later = now + RETRY_DELAYS[0]
    tick.run(later)
    assert anchor_posts.TASK in queued_tasks()
    anchor_posts.send_waiting(later)

    assert AnchorPost.objects.get().sent_at == later


def test_no_address_inside_the_network(
    incident: Incident, receiver: Receiver, settings: Any
) -> None:
    settings.OUTGOING_ALLOW = []
    hourly()
    anchor_posts.send_waiting(clock.now())

    row = AnchorPost.objects.get()
    assert (receiver.got, row.next_try_at) == ([], None)
    assert "is not an address in the open" in row.last_error


def test_the_public_gets_a_hash_over_all(
    incident: Incident, commander: Person, folder: Path, tmp_path: Path, settings: Any
) -> None:
    """Of a restricted incident nothing, not even when something happened in it."""
    settings.STATUS_EXPORT = str(tmp_path / "site")
    public = tmp_path / "site" / "anchor.json"
    by, now = commander.as_actor(), clock.now()
    restriction.restrict(by, incident.pk, restricted=True, reason="Personal data", now=now)
    with clock.at(clock.now()) as moment:
        anchoring.keep_anchor()
        assert not public.exists(), "after a closing it would show when that was"
        hourly()
        before = json.loads(public.read_text())["content"]
        moment.advance(hours=1)
        hourly()
    after = json.loads(public.read_text())["content"]

    assert set(after) == {"format", "at", "site", "sha256"}
    assert after["sha256"] != before["sha256"], "another one each hour, though nothing happened"
    newest = anchors.newest(folder)
    assert newest is not None
    whole = f"{after['at']}\n{newest.read_text()}".encode()
    assert after["sha256"] == hashlib.sha256(whole).hexdigest()
    call_command("export_status", str(tmp_path / "other"))
    assert (tmp_path / "other" / "anchor.json").exists()
