"""What the server did not get is kept, and arrives once."""

import json
import subprocess
import time
from pathlib import Path
from threading import Event

import pytest

from tests.cli.far_end import REFUSED, FarEnd
from tests.cli.running import CAPTURE, WARROOM, piped

Env = dict[str, str]


def _waiting(env: Env) -> list[Path]:
    return sorted((Path(env["XDG_STATE_HOME"]) / "warroom" / "queue").glob("*"))


def test_a_server_that_is_down_gets_it_once_when_it_is_back(
    signed_in: Env, far_end: FarEnd
) -> None:
    far_end.stop()
    code, output, errors = piped([*CAPTURE, "sh", "-c", "echo hi; exit 4"], signed_in)

    assert (code, output) == (4, b"hi\n")
    assert b"kept, and sent later" in errors
    (path,) = _waiting(signed_in)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0

    far_end.start()
    assert piped([*WARROOM, "send"], signed_in)[0] == 0
    assert piped([*WARROOM, "send"], signed_in)[1] == b"Nothing waits to be sent.\n"
    (request,) = far_end.writes
    assert request.content["text"] == "hi\n"
    assert request.key
    assert _waiting(signed_in) == []


@pytest.mark.parametrize(
    "words", [[*CAPTURE, "true"], [*WARROOM, "me"], [*WARROOM, "note", "hello"]], ids=lambda w: w[3]
)
def test_the_next_command_sends_it(signed_in: Env, far_end: FarEnd, words: list[str]) -> None:
    far_end.answers = [(503, {"detail": "Warroom takes no writes by the API at present."})]
    piped([*CAPTURE, "echo", "first"], signed_in)
    assert far_end.recorded == {}

    piped(words, signed_in)

    texts = [request.content.get("text") for request in far_end.recorded.values()]
    assert "first\n" in texts
    assert _waiting(signed_in) == []


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_an_answer_that_is_none_is_tried_again_with_the_same_key(
    signed_in: Env, far_end: FarEnd, status: int
) -> None:
    far_end.answers = [(status, {"detail": "Later."})]
    _, _, errors = piped([*CAPTURE, "true"], signed_in)
    assert b"Later." in errors

    piped([*WARROOM, "send"], signed_in)

    first, second = far_end.writes
    assert (first.key, first.body) == (second.key, second.body)
    assert len(far_end.recorded) == 1


def test_a_connection_that_breaks_after_it_was_stored_stores_it_once(
    signed_in: Env, far_end: FarEnd
) -> None:
    far_end.drops = 1
    piped([*CAPTURE, "true"], signed_in)
    assert len(_waiting(signed_in)) == 1

    assert piped([*WARROOM, "send"], signed_in)[0] == 0

    assert len(far_end.writes) == 2
    assert len(far_end.recorded) == 1


def test_a_server_that_hangs_holds_nobody_up(signed_in: Env, far_end: FarEnd) -> None:
    far_end.hangs = Event()
    started = time.monotonic()
    code, _, errors = piped([*CAPTURE, "sh", "-c", "exit 5"], signed_in)

    assert code == 5
    assert time.monotonic() - started < 10  # 3 s and the start of Python on a busy machine
    assert b"kept, and sent later" in errors
    assert len(_waiting(signed_in)) == 1


def test_what_is_refused_is_kept_with_every_reason(signed_in: Env, far_end: FarEnd) -> None:
    far_end.answers = [(422, REFUSED)]
    code, _, errors = piped([*CAPTURE, "true"], signed_in)

    assert code == 0
    for part in (b"E-LANE Another lane. (field: lane)", b"E-SIZE Too long.", b"/help"):
        assert part in errors
    assert _waiting(signed_in) == []
    (path,) = (Path(signed_in["XDG_STATE_HOME"]) / "warroom" / "refused").iterdir()
    assert json.loads(path.read_text())["part"] == "evidence"


def test_a_token_that_is_refused_loses_nothing(signed_in: Env, far_end: FarEnd) -> None:
    far_end.answers = [(401, {"detail": "The token was revoked."})]
    piped([*CAPTURE, "true"], signed_in)

    assert len(_waiting(signed_in)) == 1


def test_what_is_for_another_server_waits_for_it(signed_in: Env, far_end: FarEnd) -> None:
    far_end.stop()
    piped([*CAPTURE, "true"], signed_in)
    with FarEnd() as other:
        piped([*WARROOM, "send"], {**signed_in, "WARROOM_URL": other.url})

        assert other.writes == []
    assert len(_waiting(signed_in)) == 1


def test_the_incident_of_the_token_is_asked_for(signed_in: Env, far_end: FarEnd) -> None:
    del signed_in["WARROOM_INCIDENT"]
    piped([*CAPTURE, "true"], signed_in)

    assert far_end.writes[0].path == "/incidents/7/evidence"


def test_another_token_gives_it_no_incident(signed_in: Env, far_end: FarEnd) -> None:
    del signed_in["WARROOM_INCIDENT"]
    far_end.stop()
    piped([*CAPTURE, "true"], signed_in)
    far_end.start()
    other = {**signed_in, "WARROOM_TOKEN": "wr_per_another"}

    assert piped([*WARROOM, "send"], other)[0] == 2
    assert far_end.writes == []
    assert piped([*WARROOM, "send", "INC-9"], other)[0] == 0
    assert far_end.writes[0].path == "/incidents/9/evidence"


def test_without_a_server_the_command_runs_and_is_kept(environment: Env, far_end: FarEnd) -> None:
    code, output, errors = piped([*CAPTURE, "echo", "hi"], environment)

    assert (code, output) == (0, b"hi\n")
    assert b"Set WARROOM_URL" in errors
    assert len(_waiting(environment)) == 1


def test_two_at_once_send_each_entry_once(signed_in: Env, far_end: FarEnd) -> None:
    far_end.stop()
    for _ in range(4):
        piped([*CAPTURE, "true"], signed_in)
    far_end.start()
    senders = [
        subprocess.Popen([*WARROOM, "send"], env=signed_in, stdout=subprocess.DEVNULL)
        for _ in range(3)
    ]
    for sender in senders:
        sender.wait(60)

    assert len(far_end.recorded) == 4
    assert len(far_end.writes) == 4


@pytest.mark.parametrize("status", [201, 503])
def test_a_disk_that_takes_nothing_stops_neither(
    signed_in: Env, far_end: FarEnd, tmp_path: Path, status: int
) -> None:
    (tmp_path / "state").write_text("no folder")
    far_end.answers = [(status, {"detail": "Later."})]
    code, _, errors = piped([*CAPTURE, "sh", "-c", "exit 6"], signed_in)

    assert code == 6
    assert len(far_end.writes) == 1
    assert (b"not recorded. It cannot be kept" in errors) == (status == 503)
