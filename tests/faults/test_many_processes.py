"""Two web processes, two workers and two beats on one database and one Valkey."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.faults.cluster import TIMEOUT_SECONDS, Cluster, cluster, until
from tests.helpers.servers import database
from tests.helpers.tiers import in_tier
from warroom.up.supervisor import Shape

# For its tables, of which the cluster has a copy.
pytestmark = [pytest.mark.alone, pytest.mark.django_db]

REMINDERS = 6
DUE_EACH_SECONDS = in_tier(test=0.5, prove=2.0)


@pytest.fixture(scope="module")
def many(django_db_setup: None) -> Iterator[Cluster]:
    due = ("--due-from=15", f"--due-each={DUE_EACH_SECONDS}", f"--due-count={REMINDERS}")
    with cluster(Shape(web=2, workers=2, beats=2), *due, like=database()) as made:
        yield made


def client(many: Cluster, person: int) -> httpx.Client:
    cookies = {"sessionid": many.seeded["sessions"][person]}
    return httpx.Client(base_url=many.url, cookies=cookies, timeout=TIMEOUT_SECONDS)


def write(many: Cluster, browser: httpx.Client, text: str) -> int:
    """Add a note as the room's page does; answers with the process that took it."""
    number = many.seeded["room"]
    page = browser.get(f"/INC-{number}/").text
    fields = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page)[1]  # type: ignore[index]
        for name in ("csrfmiddlewaretoken", "once", "author")
    }
    answer = browser.post(f"/INC-{number}/notes/", data=fields | {"text": text})
    assert answer.status_code == 302
    stream = answer.extensions["network_stream"]
    return many.serving(stream.get_extra_info("client_addr")[1])


@contextmanager
def watching(many: Cluster, beside: int) -> Iterator[ClientConnection]:
    """A socket of the room that another web process than this one holds."""
    address = f"{many.url.replace('http', 'ws')}/ws/INC-{many.seeded['room']}/?after=0"
    cookie = {"Cookie": f"sessionid={many.seeded['sessions'][1]}"}
    while True:
        with connect(
            address,
            origin=many.url,  # type: ignore[arg-type]
            additional_headers=cookie,
            open_timeout=TIMEOUT_SECONDS,
        ) as socket:
            if many.serving(socket.local_address[1]) != beside:
                yield socket
                return


def hear(socket: ClientConnection, text: str) -> dict[str, Any]:
    while True:
        message = json.loads(socket.recv(timeout=TIMEOUT_SECONDS))
        for entry in message.get("entries", []):
            if text in entry["html"]:
                return dict(entry)


def test_what_is_written_through_one_is_seen_through_the_other(many: Cluster) -> None:
    with client(many, person=0) as browser:
        here = write(many, browser, "Written before")
        with watching(many, beside=here) as socket:
            hear(socket, "Written before")
            assert write(many, browser, "Written while it is watched") == here
            hear(socket, "Written while it is watched")


def test_each_reminder_comes_once(many: Cluster) -> None:
    """One claim, one entry, one notice and one mail, of two beats and two workers."""
    timed = many.seeded["timed"]

    def mails() -> list[int]:
        came = many.servers.mailbox.came.items()
        return [times for (_, subject), times in came if "is due now" in subject]

    until(lambda: len(mails()) == REMINDERS, "every reminder was mailed")
    each = [(f"CP-{number + 1}", 1) for number in range(REMINDERS)]
    entries = many.asked(
        "SELECT subject, count(*) FROM incidents_timelineentry"
        " WHERE incident_id = %s AND kind = 'checkpoint.due' GROUP BY subject ORDER BY subject",
        timed,
    )
    notices = many.asked(
        "SELECT subject, count(*) FROM incidents_notice"
        " WHERE incident_id = %s AND kind = 'checkpoint.due' GROUP BY subject ORDER BY subject",
        timed,
    )
    claims = many.asked("SELECT count(*) FROM incidents_claim WHERE kind = 'checkpoint.due'")
    assert (entries, notices, claims) == (each, each, [(REMINDERS,)])
    assert mails() == [1] * REMINDERS


@pytest.mark.parametrize("kind", ["web", "worker", "beat"])
def test_what_dies_is_started_again_and_the_others_go_on(many: Cluster, kind: str) -> None:
    before = {one.pid for part in ("web", "worker", "beat") for one in many.running(part)}
    dies = many.running(kind)[0].pid

    many.kill(kind)

    until(many.all_run, f"there are two of {kind} again")
    after = {one.pid for part in ("web", "worker", "beat") for one in many.running(part)}
    assert before - after == {dies}
    assert re.search(
        rf"{kind}-\d .*ended by itself \(signal SIGKILL\), starting again", many.log.read_text()
    )
