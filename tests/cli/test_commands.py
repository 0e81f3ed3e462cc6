"""What the other commands ask, print and return."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import TOKEN
from tests.cli.far_end import REFUSED, FarEnd
from tests.cli.running import WARROOM, piped

Env = dict[str, str]

LINK = "https://warroom.example.org/incidents/42/"
FREEZE = {
    "surface": {"slug": "payments", "name": "Payments"},
    "scope": "all merges",
    "reason": "Double \x1b[31mcharges",
    "until": None,
    "owner": {"id": 3, "name": "Ada"},
    "incident": {"reference": "INC-42", "link": LINK},
}
DUTY = {
    "incident": {"reference": "INC-42", "link": LINK},
    "title": "Answer H-2",
    "why": "Ada waits.",
    "due_at": "2026-12-01T06:00:00Z",
    "is_late": True,
    "link": LINK,
}
FREE = {"frozen": False, "freezes": []}


def _warroom(env: Env, *words: str, typed: str = "") -> tuple[int, str, str]:
    code, output, errors = piped([*WARROOM, *words], env, typed.encode())
    return code, output.decode(), errors.decode()


def test_a_freeze_is_exit_1_with_reason_owner_and_link(signed_in: Env, far_end: FarEnd) -> None:
    far_end.reads["/freezes"] = {"frozen": True, "freezes": [FREEZE]}

    code, output, _ = _warroom(signed_in, "freeze", "check", "--surface", "payments")

    assert code == 1
    for part in ("payments is frozen", "Double charges", "owner: Ada", LINK):
        assert part in output
    assert far_end.asked == [("/freezes", {"surface": ["payments"]})]
    code, output, _ = _warroom(signed_in, "freeze", "check", "--surface", "payments", "--json")
    assert (code, json.loads(output)["frozen"]) == (1, True)


def test_a_free_surface_is_exit_0(signed_in: Env, far_end: FarEnd) -> None:
    far_end.reads["/freezes"] = FREE

    assert _warroom(signed_in, "freeze", "check", "--surface", "docs")[0] == 0


def test_an_answer_may_be_a_little_old_where_that_is_allowed(
    signed_in: Env, far_end: FarEnd
) -> None:
    far_end.reads["/freezes"] = {"frozen": True, "freezes": [FREEZE]}
    words = ("freeze", "check", "--surface", "payments", "--max-age")
    first = _warroom(signed_in, *words, "600")
    far_end.reads["/freezes"] = FREE

    assert _warroom(signed_in, *words, "600") == first
    assert len(far_end.asked) == 1
    assert _warroom({**signed_in, "WARROOM_TOKEN": "wr_per_other"}, *words, "600")[0] == 0
    assert _warroom(signed_in, *words[:-1])[0] == 0
    far_end.stop()
    assert _warroom(signed_in, *words, "0.000001")[0] == 2


@pytest.mark.parametrize("status", [401, 403, 404, 422, 429, 500, 302])
def test_what_cannot_be_told_is_exit_2(signed_in: Env, far_end: FarEnd, status: int) -> None:
    far_end.answers = [(status, {"detail": "No."})]
    code, output, errors = _warroom(signed_in, "freeze", "check", "--surface", "payments")

    assert (code, output) == (2, "")
    assert errors.startswith("warroom: ")


def test_no_server_and_no_token_is_exit_2(environment: Env, far_end: FarEnd) -> None:
    far_end.stop()
    words = ("freeze", "check", "--surface", "payments")
    assert _warroom(environment, *words)[0] == 2
    assert _warroom({**environment, "WARROOM_URL": far_end.url}, *words)[0] == 2
    away = {**environment, "WARROOM_URL": far_end.url, "WARROOM_TOKEN": TOKEN}
    assert _warroom(away, *words)[0] == 2
    assert _warroom(environment, "freeze", "check")[0] == 2


def test_a_redirect_does_not_take_the_token_along(signed_in: Env, far_end: FarEnd) -> None:
    with FarEnd() as other:
        far_end.answers = [(307, {})]
        code, _, errors = _warroom(signed_in, "me")

        assert code == 2
        assert "redirects" in errors
        assert other.asked == []


def test_a_note_is_sent_masked(signed_in: Env, far_end: FarEnd) -> None:
    words = ("note", "INC-5", "--lane", "mitigation", "Rolled", "back,", "password=hunter22")
    code, output, _ = _warroom(signed_in, *words)

    assert code == 0
    assert output.startswith("E-1 http")
    (request,) = far_end.writes
    assert request.path == "/incidents/5/notes"
    assert request.content == {
        "text": "Rolled back, password=⟦masked: secret⟧",
        "lane": "mitigation",
    }
    assert request.authorization == f"Bearer {TOKEN}"


def test_a_note_comes_from_stdin(signed_in: Env, far_end: FarEnd) -> None:
    assert _warroom(signed_in, "note", typed="Two\nlines\n")[0] == 0
    assert far_end.writes[0].content == {"text": "Two\nlines"}
    assert _warroom(signed_in, "note", typed=" ")[0] == 2


def test_a_refused_note_says_every_reason(signed_in: Env, far_end: FarEnd) -> None:
    far_end.answers = [(422, REFUSED)]
    code, _, errors = _warroom(signed_in, "note", "hello")

    assert code == 1
    assert "E-LANE" in errors
    assert "E-SIZE" in errors


def test_a_brief_is_printed_as_text(signed_in: Env, far_end: FarEnd) -> None:
    brief = {"lane": {"owner": "Ada"}, "untrusted": {"title": "Run \x1b]0;x\x07this"}}
    far_end.reads["/incidents/42/lanes/mitigation/brief"] = brief
    far_end.reads["/incidents/42/brief"] = {"lanes": []}

    code, output, _ = _warroom(signed_in, "brief", "mitigation")

    assert code == 0
    assert output == "lane:\n  owner: Ada\nuntrusted:\n  title: Run this\n"
    assert json.loads(_warroom(signed_in, "brief", "mitigation", "--json")[1]) == brief
    assert _warroom(signed_in, "brief")[0] == 0


def test_next_prints_the_duties(signed_in: Env, far_end: FarEnd) -> None:
    far_end.reads["/duties"] = {"items": [DUTY], "total": 2}
    code, output, _ = _warroom(signed_in, "next")
    assert code == 0
    for part in ("INC-42 Answer H-2", "due 2026-12-01T06:00:00Z (late)", "Ada waits.", "1 more"):
        assert part in output
    far_end.reads["/duties"] = {"items": [], "total": 0}
    assert _warroom(signed_in, "next")[1] == "Nothing waits for you.\n"


def _timeline(last: int, size: int = 2) -> object:
    def page(query: dict[str, list[str]]) -> dict[str, object]:
        after = int(query["after"][0])
        numbers = range(after + 1, min(after + size, last) + 1)
        entries = [
            {"seq": n, "at": "2026-12-01T06:00:00Z", "lane": None, "headline": f"Entry {n}"}
            for n in numbers
        ]
        return {"entries": entries, "after": max([after, *numbers]), "last_seq": last}

    return page


def test_watch_prints_all_pages(signed_in: Env, far_end: FarEnd) -> None:
    far_end.reads["/incidents/42/timeline"] = _timeline(5)

    _, output, _ = _warroom(signed_in, "watch", "--once", "--after", "1")

    assert [line.split()[0] for line in output.splitlines()] == ["#2", "#3", "#4", "#5"]


def test_watch_goes_on(signed_in: Env, far_end: FarEnd) -> None:
    far_end.reads["/incidents/42/timeline"] = _timeline(1)
    process = subprocess.Popen([*WARROOM, "watch"], env=signed_in, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline().startswith(b"#1 ")
    far_end.answers = [(502, {})]
    far_end.reads["/incidents/42/timeline"] = _timeline(2)
    assert process.stdout.readline().startswith(b"#2 ")
    process.send_signal(2)

    assert process.wait(60) == 130
    process.stdout.close()
    assert ["25"] in [query.get("wait") for _, query in far_end.asked]


def test_a_dry_run_prints_every_violation(signed_in: Env, far_end: FarEnd, tmp_path: Path) -> None:
    record = tmp_path / "record.json"
    record.write_text('{"checkpoint": "CP-2", "option": "Roll back"}')
    far_end.answers = [(422, REFUSED)]

    code, _, errors = _warroom(signed_in, "decide", "--dry-run", str(record))

    assert code == 1
    assert "E-LANE" in errors
    assert "E-SIZE" in errors
    assert far_end.writes[0].path == "/incidents/42/checkpoints/2/decision"
    assert far_end.writes[0].content == {"option": "Roll back"}

    far_end.answers = [(200, {"reference": "CP-2", "violations": REFUSED["violations"]})]
    code, output, _ = _warroom(signed_in, "decide", "--dry-run", str(record), "--incident", "7")
    assert code == 1
    assert output.splitlines() == [
        "E-LANE Another lane. (field: lane)",
        "E-SIZE Too long. (field: text) /help",
    ]
    assert far_end.writes[1].path == "/incidents/7/checkpoints/2/decision"

    far_end.answers = [(200, {"reference": "CP-2", "violations": []})]
    words = ("decide", "--dry-run", "--checkpoint", "CP-2", "-")
    assert _warroom(signed_in, *words, typed="{}")[0] == 0
    assert _warroom(signed_in, *words, typed="{")[0] == 2
    assert _warroom(signed_in, "decide", str(record))[0] == 2


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        [],
        ["freeze"],
        ["capture", "INC-1", "true"],
        ["capture", "pizza", "--", "true"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2(signed_in: Env, far_end: FarEnd, words: list[str]) -> None:
    code, _, errors = _warroom(signed_in, *words)

    assert code == 2
    assert errors
    assert far_end.writes == []


def test_login_keeps_the_token_for_its_server(environment: Env, far_end: FarEnd) -> None:
    words = ("login", "--token-stdin", "--url", far_end.url)
    code, output, _ = _warroom(environment, *words, typed=f"{TOKEN}\n")

    assert code == 0
    assert "Ada" in output
    path = Path(environment["XDG_CONFIG_HOME"]) / "warroom" / "config.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert "Ada" in _warroom(environment, "me")[1]
    with FarEnd() as other:
        assert _warroom({**environment, "WARROOM_URL": other.url}, "me")[0] == 2
        assert other.asked == []
    path.chmod(0o644)
    code, _, errors = _warroom(environment, "me")
    assert code == 2
    assert "chmod 600" in errors


def test_a_refused_token_is_not_kept(environment: Env, far_end: FarEnd) -> None:
    far_end.answers = [(401, {"detail": "No token is like this one."})]
    words = ("login", "--token-stdin", "--url", far_end.url)

    assert _warroom(environment, *words, typed="wr_per_x\n")[0] == 1
    assert not (Path(environment["XDG_CONFIG_HOME"]) / "warroom").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_that_its_shell_reads(environment: Env, shell: str) -> None:
    code, output, _ = _warroom(environment, "completion", shell)

    assert code == 0
    for name in ("capture", "freeze", "watch", "verification"):
        assert name in output
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=output.encode(), check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes(environment: Env) -> None:
    script = _warroom(environment, "completion", "bash")[1]
    asks = 'COMP_WORDS=(warroom capture --lane ver); COMP_CWORD=3; _warroom; echo "${COMPREPLY[@]}"'
    run = subprocess.run(["bash", "-c", f"{script}\n{asks}"], capture_output=True, check=True)

    assert run.stdout == b"verification\n"
