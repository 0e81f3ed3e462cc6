"""What no browser sends by itself: an answer with a meaning, never a fault of ours."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.actions import checkpoints
from incidents.models import Incident, Notice, Person
from kernel import clock

BIG = "9" * 30
COMMAND = {"kind": "command", "command": "true", "purpose": "rollback_check"}


@pytest.fixture
def inside(client: Client, commander: Person, incident: Incident) -> Client:
    client.force_login(commander)
    client.raise_request_exception = False
    now = clock.now()
    due = now + timedelta(minutes=20)
    checkpoints.schedule(commander.as_actor(), incident.pk, due_at=due, purpose="", now=now)
    return client


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/INC-{BIG}/", 404),
        (f"{{room}}CP-{BIG}/", 404),
        (f"{{room}}D-{BIG}/", 404),
        (f"{{room}}D-{BIG}/verify/", 404),
        (f"{{room}}D-{BIG}/done/", 404),
        (f"{{room}}evidence/E-{BIG}/", 404),
        (f"{{room}}evidence/E-{BIG}/file/", 404),
        ("{room}lanes/marketing/", 404),
        (f"{{room}}HO-{BIG}/", 404),
        (f"{{room}}HO-{BIG}/accept/", 404),
        ("{room}handoff/?lane=%00", 200),
        ("{room}handoff/?lane=press", 200),
        ("{room}handoff/?lane=watch", 200),
        (f"{{room}}live/?after={BIG}", 200),
        (f"{{room}}timeline/?before={BIG}", 200),
        ("{room}timeline/?q=%00&lane=%00&kind=%00", 200),
        ("{room}timeline/?q=%FF%FE", 200),
        ("{room}timeline/?q=%25_%5C%22", 200),
        ("{room}evidence/?lane=%00&page=abc", 200),
        ("{room}evidence/new/?kind=%00&lane=%00&command=%00", 200),
        ("{room}roles/?who=%00", 200),
        (f"/incidents/?page={BIG}&status=%00", 200),
        ("/declare/?scenario=%00", 200),
        (f"{{room}}evidence/E-{BIG}/serves/", 404),
        ("{room}evidence/new/?serves=%00", 200),
        (f"/freezes/?page={BIG}", 200),
        ("/surfaces/sign-in/", 404),
        ("{room}freezes/?change=%00&surface=%00", 200),
        (f"{{room}}RISK-{BIG}/owner/", 404),
        (f"{{room}}B-{BIG}/owner/", 404),
        (f"{{room}}HARD-{BIG}/", 404),
        (f"{{room}}HARD-{BIG}/drop/", 404),
        (f"{{room}}backlog/?page={BIG}", 200),
        (f"/backlog/?page={BIG}&q=%00&owner={BIG}&surface=%00&severity=%00&state=%00&due=²", 200),
        (f"/backlog/?q=HARD-{BIG}&owner=²", 200),
        (f"/backlog/csv/?q=%FF&owner=-1&mine={BIG}", 200),
        (f"/backlog/add/?incident={BIG}", 404),
        ("/backlog/add/?incident=²", 404),
        ("{room}?before=²", 200),
        ("{room}timeline/?before=" + "9" * 5000, 200),
        ("{room}live/?after=" + "9" * 5000, 200),
    ],
)
def test_an_odd_address(inside: Client, incident: Incident, path: str, status: int) -> None:
    answer = inside.get(path.replace("{room}", incident.get_absolute_url()))

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("path", "said", "status"),
    [
        ("/declare/", {"title": "a\x00b", "severity": "1"}, 422),
        ("/declare/", {"title": "a", "severity": "1", "once": "no uuid"}, 422),
        ("{room}notes/", {"text": "\x00"}, 422),
        ("{room}handoff/", {"lane": "\x00", "trigger": "\x00"}, 404),
        ("{room}handoff/", {"lane": "command", "included": "a\x00b", "checkpoint": BIG}, 422),
        ("{room}handoff/", {"lane": "watch", "checkpoint": BIG}, 422),
        ("{room}handoff/", {"receiver": BIG, "checkpoint": "\x00"}, 422),
        ("{room}CP-1/draft/", {"scope": "a\x00b"}, 200),
        ("{room}CP-1/", {"scope": "a\x00b", "option": "\x00", "deadline": "\x00"}, 422),
        ("{room}CP-1/", {"evidence": ["x", BIG, "-1"], "risks": [BIG], "executor": BIG}, 422),
        ("{room}CP-1/", {"deadline": "+" + BIG}, 422),
        ("{room}checkpoints/", {"due_at": "9999-12-31T23:59"}, 422),
        ("{room}checkpoints/", {"due_at": "0001-01-01T00:00"}, 422),
        ("{room}severity/", {"severity": "2", "reason": "\x00"}, 422),
        ("{room}freezes/", {"surface": "\x00", "reason": "x", "change": "freeze"}, 422),
        ("{room}freezes/", {"surface": "x", "reason": "x", "change": "keep", "owner": BIG}, 422),
        ("{room}risks/", {"text": "\x00", "owner": BIG}, 422),
        (
            "{room}backlog/",
            {"title": "a\x00b", "owner": BIG, "due_on": "²", "tracker": "\x00"},
            422,
        ),
        ("{room}backlog/", {"title": "A probe", "due_on": "9999-12-31"}, 422),
        ("{room}backlog/", {"title": "A probe", "due_on": "0001-01-01"}, 422),
        ("{room}branches/", {"type": "\x00", "name": "a\x00b", "owner": "-1"}, 422),
        ("{room}roles/", {"who": "lane_owner:nope", "person": BIG}, 422),
        ("{room}surfaces/", {"surfaces": ["\x00"]}, 422),
        ("{room}scenario/", {"scenario": "\x00", "reason": "It fits"}, 422),
        ("/declare/", {"fill": "\x00", "scenario": "\x00", "surfaces": ["\x00"]}, 200),
        ("{room}people/", {"person": "1e5", "change": "add"}, 422),
        ("{room}evidence/new/", {"kind": "log", "baseline": BIG}, 422),
        ("/settings/", {"name": "\x00"}, 422),
        ("{room}CP-1/draft/", {"a\x00b": "x"}, 200),
        ("{room}CP-1/", {"a\x00b": "x"}, 422),
        ("{room}evidence/new/", {**COMMAND, "started_at": "0001-01-01T00:00+14:00"}, 422),
        ("{room}evidence/new/", {**COMMAND, "started_at": "9999-12-31T23:59-12:00"}, 422),
        ("{room}evidence/new/", {**COMMAND, "started_at": "1999-12-31T23:59Z"}, 422),
    ],
)
def test_an_odd_form(
    inside: Client, incident: Incident, path: str, said: dict[str, Any], status: int
) -> None:
    answer = inside.post(path.replace("{room}", incident.get_absolute_url()), said)

    assert answer.status_code == status
    for page in ("/", incident.get_absolute_url(), f"{incident.get_absolute_url()}evidence/"):
        assert inside.get(page).status_code == 200


@pytest.mark.parametrize("cookie", ['"abcdefgh\\000ijkl"', "../../x", ""])
def test_an_odd_session_cookie(client: Client, db: None, cookie: str) -> None:
    client.raise_request_exception = False

    answer = client.get("/accounts/login/", headers={"cookie": f"sessionid={cookie}"})

    assert answer.status_code == 200


@pytest.mark.parametrize("wanted", ["abc", "//evil.test/", "https://evil.test/", "\x00"])
def test_an_odd_way_back_from_a_notice(
    inside: Client, incident: Incident, commander: Person, wanted: str
) -> None:
    notice = Notice.objects.create(
        person=commander, incident=incident, kind="x", sentence="x", href="/", at=clock.now()
    )

    answer = inside.post(f"/notices/{notice.pk}/seen/", {"next": wanted})

    assert answer.status_code == 302
    assert "evil" not in answer["Location"]
