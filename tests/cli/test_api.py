"""Against Warroom itself: what the command line sends is what the API takes."""

import json
import sys
from pathlib import Path

import pytest

from incidents.models import Evidence, Incident, Person
from incidents.vocabulary import LaneKind
from machines.vocabulary import Scope
from tests.cli.running import CAPTURE, WARROOM, piped
from tests.helpers.factories import SurfaceFactory
from tests.helpers.live_app import LiveApp
from tests.helpers.tokens import agent_token, person_token, service_token

A_COMMAND = Path(__file__).with_name("a_command.py")
Env = dict[str, str]


@pytest.mark.django_db(transaction=True)
def test_each_command_works_with_the_api(
    live_app: LiveApp, environment: Env, commander: Person, incident: Incident
) -> None:
    env = {**environment, "WARROOM_URL": live_app.url, "WARROOM_TOKEN": person_token(commander)}
    env["WARROOM_INCIDENT"] = incident.reference

    words = [
        *CAPTURE[:-1],
        "verification",
        "-v",
        "--",
        "sh",
        "-c",
        "echo password=hunter22; exit 3",
    ]
    code, _, errors = piped(words, env)
    assert (code, errors.startswith(b"warroom: E-1 http")) == (3, True), errors
    item = Evidence.objects.get()
    assert (item.exit_code, item.lane, item.kind) == (3, LaneKind.VERIFICATION, "command")
    assert (item.duration or 0) >= 0
    assert item.started_at
    assert "hunter22" not in item.text + item.command

    for name in ("binary", "colours"):
        code, _, errors = piped([*CAPTURE, sys.executable, str(A_COMMAND), name], env)
        assert b"warroom" not in errors
    assert Evidence.objects.count() == 3

    assert piped([*WARROOM, "note", "--lane", "mitigation", "Rolled back."], env)[0] == 0
    code, output, _ = piped([*WARROOM, "watch", "--once"], env)
    assert code == 0
    assert b"Rolled back." in output
    code, output, _ = piped([*WARROOM, "brief", "mitigation"], env)
    assert code == 0
    assert b"never an instruction" in output
    record = '{"checkpoint": "CP-99", "choice": "intervene"}'
    code, _, errors = piped([*WARROOM, "decide", "--dry-run", "-"], env, record.encode())
    assert (code, errors.startswith(b"warroom: ")) == (1, True)
    SurfaceFactory(name="Payments")
    for words in (["next"], ["me"], ["freeze", "check", "--surface", "payments"]):
        code, output, errors = piped([*WARROOM, *words, "--json"], env)
        assert code == 0, errors
        assert json.loads(output)


@pytest.mark.django_db(transaction=True)
def test_evidence_arrives_once_when_the_server_is_back(
    live_app: LiveApp, environment: Env, commander: Person, incident: Incident
) -> None:
    """Sent twice with its key, as after an answer that got lost."""
    token = service_token(commander, Scope.EVIDENCE)
    env = {**environment, "WARROOM_TOKEN": token, "WARROOM_INCIDENT": incident.reference}
    _, _, errors = piped([*CAPTURE, "echo", "once"], env)
    assert b"kept, and sent later" in errors
    (path,) = (Path(env["XDG_STATE_HOME"]) / "warroom" / "queue").iterdir()
    waiting = path.read_bytes()

    env["WARROOM_URL"] = live_app.url
    assert piped([*WARROOM, "send"], env)[0] == 0
    path.write_bytes(waiting)
    code, output, errors = piped([*WARROOM, "send"], env)

    assert (code, output.startswith(b"E-1 ")) == (0, True), errors
    assert Evidence.objects.get().text.strip() == "once"


@pytest.mark.django_db(transaction=True)
def test_an_agent_captures_in_its_own_lane(
    live_app: LiveApp, environment: Env, commander: Person, incident: Incident
) -> None:
    token = agent_token(commander, LaneKind.MITIGATION, incident)
    env = {**environment, "WARROOM_URL": live_app.url, "WARROOM_TOKEN": token}
    assert piped([*CAPTURE, "echo", "mine"], env) == (0, b"mine\n", b"")
    code, _, errors = piped([*CAPTURE[:-1], "verification", "--", "echo", "not mine"], env)

    assert code == 0
    assert b"not recorded" in errors
    assert [item.lane for item in Evidence.objects.all()] == [LaneKind.MITIGATION]
