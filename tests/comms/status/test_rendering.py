"""Rendered once a change, by one, whoever asks; and again when a minute has passed."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import msgpack
import pytest
from django.db import connections, transaction

from comms.models import StatusSite
from comms.status import rendering, snapshot, store
from comms.status.invalidate import mark_changed_step
from comms.vocabulary import SurfaceState
from incidents.actions import restriction
from incidents.models import Incident, Person, Surface
from tests.comms.status.published import say
from tests.helpers.factories import START

pytestmark = pytest.mark.django_db(transaction=True)


class Heard:
    """What web processes are told."""

    def __init__(self) -> None:
        self._pubsub = store._client(store._url()).pubsub()
        self._pubsub.subscribe(store.key())
        assert self._pubsub.get_message(timeout=30)

    def count(self) -> int:
        found = 0
        while self._pubsub.get_message(timeout=0.2):
            found += 1
        return found

    def close(self) -> None:
        self._pubsub.close()


@pytest.fixture
def heard() -> Iterator[Heard]:
    listening = Heard()
    yield listening
    listening.close()


def change() -> None:
    with transaction.atomic():
        mark_changed_step()


def test_what_is_kept_is_what_was_rendered(sign_in: Surface, incident: Incident) -> None:
    say(incident, START, {sign_in: SurfaceState.PARTIAL})

    made = rendering.render(START)

    assert made == store.load()
    assert b"Sign-in is partly disrupted" in made.bodies["/status/"].plain
    code = incident.bulletin.code
    assert f"/status/incidents/{code}/" in made.bodies


def test_ten_changes_at_once_are_rendered_once(sign_in: Surface, heard: Heard) -> None:
    start, changed_by_all = threading.Barrier(10), threading.Barrier(10)

    def one() -> None:
        start.wait()
        try:
            change()
            changed_by_all.wait()
            rendering.render(START)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    state = StatusSite.objects.get()
    assert state.rendered == state.wanted
    kept = store.load()
    assert kept is not None
    assert kept.version == state.wanted
    # Ten workers were asked, and one rendered.
    assert heard.count() == 1
    # Whoever comes after finds it done.
    assert rendering.render(START) is None


def test_one_who_finds_it_done_renders_nothing(sign_in: Surface, heard: Heard) -> None:
    for _ in range(10):
        change()

    made = [rendering.render(START) is not None for _ in range(10)]

    assert made == [True] + [False] * 9
    assert heard.count() == 1


def test_a_minute_later_it_is_looked_up_again(sign_in: Surface) -> None:
    first = rendering.render(START)
    soon = rendering.render(START + timedelta(seconds=59))
    later = rendering.render(START + timedelta(seconds=60))

    assert soon is None
    assert first is not None
    assert later is not None
    assert first.print == later.print
    assert later.as_of == START + timedelta(seconds=60)


def test_the_print_is_of_what_is_said_not_of_when_it_was_looked_up(
    sign_in: Surface, incident: Incident
) -> None:
    before = snapshot.make(1, START)
    same = snapshot.make(2, START + timedelta(minutes=3))
    say(incident, START, {sign_in: SurfaceState.PARTIAL})
    other = snapshot.make(3, START + timedelta(minutes=3))

    assert before.print == same.print != other.print


def test_a_promise_that_passes_is_told_to_open_pages(sign_in: Surface, incident: Incident) -> None:
    due = START + timedelta(minutes=30)
    say(incident, START, {sign_in: SurfaceState.PARTIAL}, next_at=due)

    in_time, late = snapshot.make(1, due), snapshot.make(1, due + timedelta(seconds=1))

    assert b"it is late" not in in_time.bodies["/status/"].plain
    assert b"it is late" in late.bodies["/status/"].plain
    assert in_time.print != late.print
    # Machines are told what was published, and that is the same.
    feeds = [path for path, body in in_time.bodies.items() if not body.page]
    assert feeds
    assert [p for p in feeds if in_time.bodies[p].hash != late.bodies[p].hash] == []


def test_a_packed_one_of_another_shape_is_not_read(sign_in: Surface) -> None:
    packed = snapshot.pack(snapshot.make(1, START))

    assert snapshot.unpack(packed) == snapshot.make(1, START)
    shape = msgpack.packb([snapshot.SHAPE + 1, *msgpack.unpackb(packed)[1:]])
    assert snapshot.unpack(shape) is None
    assert snapshot.unpack(None) is None


def test_what_is_restricted_leaves_the_page(
    sign_in: Surface, incident: Incident, commander: Person
) -> None:
    say(incident, START, {sign_in: SurfaceState.PARTIAL})
    before = rendering.render(START)

    restriction.restrict(
        commander.as_actor(), incident.pk, restricted=True, reason="Personal data", now=START
    )
    after = rendering.render(START)

    assert before is not None
    assert after is not None
    assert f"/status/incidents/{incident.bulletin.code}/" in before.bodies
    assert [path for path in after.bodies if "/incidents/" in path and "api" not in path] == []


def test_a_worker_is_asked_at_once(sign_in: Surface) -> None:
    broker = store._client(store._url())
    broker.delete("celery")

    change()

    _, asked = broker.blpop("celery", timeout=30)
    assert b"comms.render_status" in asked
