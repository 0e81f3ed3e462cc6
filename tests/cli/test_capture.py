"""A command behaves as without ``warroom capture``: bytes, exit code, terminal, signals."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.far_end import FarEnd
from tests.cli.running import CAPTURE, Terminal, piped, shell_code

COMMAND = [sys.executable, str(Path(__file__).with_name("a_command.py"))]
Env = dict[str, str]


@pytest.mark.parametrize(
    "names",
    [["colours"], ["ask"], ["terminals"], ["binary"], ["fail"], ["killed"], ["terminals", "fail"]],
    ids="+".join,
)
def test_pipes_carry_the_same(signed_in: Env, far_end: FarEnd, names: list[str]) -> None:
    direct = piped([*COMMAND, *names], signed_in, b"Ada\n")

    assert piped([*CAPTURE, *COMMAND, *names], signed_in, b"Ada\n") == direct

    (request,) = far_end.writes
    assert request.path == "/incidents/42/evidence"
    assert request.content["exit_code"] == direct[0]


def _colours(terminal: Terminal) -> None:
    pass


def _ask(terminal: Terminal) -> None:
    terminal.wait_for(b"Name? ")
    terminal.write("Adä\n".encode())


def _resize(terminal: Terminal) -> None:
    terminal.wait_for(b"READY")
    terminal.resize(33, 77)


def _ctrl_c(terminal: Terminal) -> None:
    terminal.wait_for(b"READY")
    terminal.write(b"\x03")


def _ctrl_backslash(terminal: Terminal) -> None:
    terminal.wait_for(b"READY")
    terminal.write(b"\x1c")


def _end_of_input(terminal: Terminal) -> None:
    terminal.wait_for(b"Name? ")
    terminal.write(b"\x04")


@pytest.mark.parametrize(
    ("names", "act"),
    [
        (["colours"], _colours),
        (["ask"], _ask),
        (["ask"], _end_of_input),
        (["terminals"], _colours),
        (["resized"], _resize),
        (["last_words"], _ctrl_c),
        (["wait"], _ctrl_c),
        (["wait"], _ctrl_backslash),
        (["binary"], _colours),
        (["killed"], _colours),
    ],
)
def test_a_terminal_stays_one(
    signed_in: Env, far_end: FarEnd, names: list[str], act: Callable[[Terminal], None]
) -> None:
    ends = []
    for words in (COMMAND, [*CAPTURE, *COMMAND]):
        terminal = Terminal([*words, *names], signed_in, size=(40, 120))
        act(terminal)
        ends.append(terminal.end())
    direct, captured = ends

    assert captured == direct
    (request,) = far_end.writes
    assert request.content["exit_code"] == direct[0]


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1], ids=lambda s: s.name
)
@pytest.mark.parametrize("name", ["last_words", "wait"])
def test_a_signal_is_passed_on(
    signed_in: Env, far_end: FarEnd, number: signal.Signals, name: str
) -> None:
    ends = []
    for words in (COMMAND, [*CAPTURE, *COMMAND]):
        process = subprocess.Popen(
            [*words, name], env=signed_in, stdout=subprocess.PIPE, start_new_session=True
        )
        assert process.stdout
        assert process.stdout.readline() == b"READY\n"
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
        ends.append((shell_code(process.returncode), output))

    assert ends[0] == ends[1]
    assert len(far_end.recorded) == 1


def test_a_signal_reaches_the_command_in_its_terminal(signed_in: Env) -> None:
    terminal = Terminal([*CAPTURE, *COMMAND, "last_words"], signed_in)
    terminal.wait_for(b"READY")
    terminal.kill(signal.SIGTERM)

    code, seen = terminal.end()

    assert code == 7
    assert b"heard ['SIGTERM']" in seen


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell with jobs")
@pytest.mark.parametrize("target", ["", " > out.txt"], ids=["terminal", "file"])
def test_keys_reach_it_once_below_a_shell(signed_in: Env, tmp_path: Path, target: str) -> None:
    """Ctrl-C in front of a terminal, also where the output goes to a file."""
    script = tmp_path / "job.sh"
    words = " ".join([*CAPTURE, *COMMAND, "last_words"])
    script.write_text(f"{words}{target} 2>&1; echo exit $?; [ -f out.txt ] && cat out.txt\n")
    bash = Terminal(["bash", "-c", f"cd {tmp_path}; source job.sh"], signed_in)
    if target:
        _until(lambda: b"READY" in (tmp_path / "out.txt").read_bytes(), tmp_path / "out.txt")
    else:
        bash.wait_for(b"READY")
    bash.write(b"\x03")
    bash.wait_for(b"exit 7") if target else bash.wait_for(b"heard ['SIGINT']")
    _, seen = bash.end()

    assert seen.count(b"heard ['SIGINT']") == 1


def _until(is_so: Callable[[], bool], path: Path) -> None:
    """Ask again and again: a file has no event that every system tells of."""
    until = time.monotonic() + 60
    while not (path.exists() and is_so()):
        assert time.monotonic() < until


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell with jobs")
def test_it_can_be_stopped_and_continued(signed_in: Env, far_end: FarEnd) -> None:
    bash = Terminal(["bash", "--norc", "--noprofile", "-i"], {**signed_in, "PS1": "$ "})
    bash.wait_for(b"$ ")
    bash.write((" ".join([*CAPTURE, *COMMAND, "ask"]) + "\n").encode())
    bash.wait_for(b"Name? ")
    bash.write(b"\x1a")
    bash.wait_for(b"Stopped")
    bash.wait_for(b"$ ")
    bash.write(b"fg\n")
    bash.wait_for(b"fg")
    bash.write(b"Ada\n")
    bash.wait_for(b"Hello Ada")
    bash.wait_for(b"$ ")
    bash.write(b"exit\n")

    assert bash.end()[0] == 0
    assert far_end.writes[0].content["exit_code"] == 0


def test_the_terminal_is_as_before_when_it_ends(signed_in: Env) -> None:
    words = f"stty -g; {' '.join([*CAPTURE, *COMMAND, 'terminals'])}; stty -g"
    _, seen = Terminal(["sh", "-c", words], signed_in).end()
    first, *_, last = seen.splitlines()

    assert first == last


def test_a_pipeline_that_ends_early_ends_the_command(signed_in: Env, far_end: FarEnd) -> None:
    words = f"{' '.join(CAPTURE)} yes | head -n 1"
    code, output, errors = piped(["sh", "-c", words], signed_in)

    assert (code, output, errors) == (0, b"y\n", b"")
    assert far_end.writes[0].content["exit_code"] == 128 + signal.SIGPIPE


def test_what_goes_on_in_the_background_is_not_waited_for(signed_in: Env, far_end: FarEnd) -> None:
    code, output, _ = piped([*CAPTURE, "sh", "-c", "sleep 300 & echo $!"], signed_in)
    os.kill(int(output), signal.SIGKILL)

    assert code == 0


@pytest.mark.parametrize(
    ("words", "code"), [(["no-such-command"], 127), (["/etc/passwd"], 126)], ids=str
)
def test_what_cannot_be_run_is_no_evidence(
    signed_in: Env, far_end: FarEnd, words: list[str], code: int
) -> None:
    found, _, errors = piped([*CAPTURE, *words], signed_in)

    assert found == code
    assert errors.startswith(b"warroom: ")
    assert far_end.writes == []


def test_evidence_says_what_ran_where_and_how_long(
    signed_in: Env, far_end: FarEnd, tmp_path: Path
) -> None:
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run([*git, "commit", "-qm", "x", "--allow-empty"], cwd=tmp_path, check=True)
    head = ["git", "rev-parse", "--short", "HEAD"]
    revision = subprocess.run(head, cwd=tmp_path, capture_output=True, text=True, check=True)
    options = ["INC-5", "verification", "--serves", "health", "--purpose", "verification"]
    words = [*CAPTURE[:-1], *options, "--title", "Smoke", "-v", "--", "echo", "two words"]
    run = subprocess.run(words, env=signed_in, cwd=tmp_path, capture_output=True, timeout=60)

    assert (run.returncode, run.stdout) == (0, b"two words\n")
    assert f"warroom: E-1 {far_end.url}/incidents/42/evidence/1/" in run.stderr.decode()
    (request,) = far_end.writes
    content = request.content
    assert request.path == "/incidents/5/evidence"
    assert content.pop("duration_ms") >= 0
    assert content.pop("started_at").endswith("+00:00")
    assert content.pop("host")
    assert content == {
        "kind": "command",
        "lane": "verification",
        "title": "Smoke",
        "text": "two words\n",
        "command": "echo 'two words'",
        "exit_code": 0,
        "revision": revision.stdout.strip(),
        "purpose": "verification",
        "serves": "health",
    }


def test_words_that_are_no_text_are_recorded_too(signed_in: Env, far_end: FarEnd) -> None:
    code, output, _ = piped([*CAPTURE, "echo", "caf\udce9"], signed_in)

    assert (code, output) == (0, b"caf\xe9\n")
    assert far_end.writes[0].content["command"] == "echo 'caf?'"


def test_secrets_stay_on_the_machine(signed_in: Env, far_end: FarEnd) -> None:
    env = {**signed_in, "SHOP_TOKEN": "kT9-of-the-environment"}
    shown = 'echo "$SHOP_TOKEN" "$WARROOM_TOKEN"'
    words = ["sh", "-c", f"{shown}; {' '.join(COMMAND)} secrets", "--password", "s3cret-word"]
    _, output, _ = piped([*CAPTURE, *words], env)

    assert b"hunter2-of-the-shop" in output
    body = far_end.writes[0].body.decode()
    secrets = ["hunter2", "kT9-of", signed_in["WARROOM_TOKEN"], "s3cret-word"]
    assert [secret for secret in secrets if secret in body] == []
    assert "ok" in far_end.writes[0].content["text"]


def test_a_long_output_is_cut_in_its_middle(signed_in: Env, far_end: FarEnd) -> None:
    piped([*CAPTURE, *COMMAND, "colours"], signed_in)
    text = far_end.writes[0].content["text"]

    assert len(text.encode()) <= 1024 * 1024
    assert "line 000000" in text
    assert "line 059999" in text
    assert "warroom capture left out" in text
