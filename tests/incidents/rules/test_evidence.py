"""What a captured command is recognised as: run whole, however joined, and nothing similar."""

import pytest

from incidents.rules.command_match import quoted_commands, steps
from incidents.rules.evidence import Capture, known_commands, recognise
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose

UP = "curl -fsS https://sign-in.test/up"
QUOTED = """curl -fsS "https://api.test/up?a=1&b=2" | jq -e '.status == "ok" && .db ; true'"""
TWO_STEPS = "cd /srv/gateway && make check"
WITH_PASSWORD = "curl -fsS https://probe:hunter2xyz9@api.test/up"  # pragma: allowlist secret
CHECKS = ["", UP, QUOTED, TWO_STEPS, WITH_PASSWORD]

RUN = {
    "the first of the set": "git rev-parse --short HEAD",
    "the second": "git log --oneline -n 5",
    "a health check": UP,
    "spaces of all kinds": "  git   log\t--oneline  -n 5 ",
    "a prompt": "$ git log --oneline -n 5",
    "a prompt with a host": "ops@ops-2:~/src/gateway$ git log --oneline -n 5",
    "joined by and": f"git rev-parse --short HEAD && git log --oneline -n 5 && {UP}",
    "joined by a semicolon": "cd /srv; git log --oneline -n 5;",
    "one a line": "cd /srv\ngit log --oneline -n 5\n",
    "one a line, from Windows": "cd /srv\r\ngit log --oneline -n 5\r\n",
    "prompts on each line": "$ cd /srv\n$ git rev-parse --short HEAD",
    "a comment before": "# where are we?\ngit rev-parse --short HEAD",
    "a comment behind": "git rev-parse --short HEAD # what runs",
    "an apostrophe in a comment": "# what's deployed\ngit rev-parse --short HEAD",
    "and at the end of a line": "cd /srv &&\n  git log --oneline -n 5",
    "a line that goes on": "git log \\\n  --oneline -n 5",
    "something else when it fails": "git log --oneline -n 5 || echo no repository",
    "quotes and a pipe": QUOTED,
    "quotes and a pipe, among others": f"git rev-parse --short HEAD && {QUOTED}",
    "a check of two steps": TWO_STEPS,
    "a check of two steps, among others": f"date; {TWO_STEPS} && date",
    "a check with a password": WITH_PASSWORD,
    "a check with its password masked": "curl -fsS https://probe:⟦masked: password⟧@api.test/up",
}

NOT_RUN = {
    "nothing": " ",
    "more lines": "git log --oneline -n 50",
    "fewer": "git log --oneline",
    "another order": "git log -n 5 --oneline",
    "another spelling": "git log --ONELINE -n 5",
    "cut by a pipe": "git log --oneline -n 5 | head -1",
    "said, not run": 'echo "git log --oneline -n 5"',
    "said without quotes": "echo git rev-parse --short HEAD",
    "inside quotes of two lines": "echo '\ngit log --oneline -n 5\n'",
    "only a comment": "# git log --oneline -n 5",
    "only if something failed": "true || git log --oneline -n 5",
    "another host": "curl -fsS https://sign-out.test/up",
    "a longer path": f"{UP}/deep",
    "without the pipe": QUOTED.split(" | ")[0],
    "other quotes": QUOTED.replace("'", '"'),
    "more spaces inside the quotes": QUOTED.replace(".status ==", ".status  =="),
    "half of two steps": "make check",
    "two steps joined otherwise": TWO_STEPS.replace("&&", "||"),
    "two steps with one between": "cd /srv/gateway && date && make check",
    "an open quote": "echo 'git log --oneline -n 5 ; git log",
}


def purpose(command: str, **said: str) -> str:
    captured = Capture(**{"kind": EvidenceKind.COMMAND, "command": command, **said})
    return recognise(captured, known_commands(CHECKS, NAMED))


NAMED = {Purpose.VERIFICATION: ["probe --all"], Purpose.ROLLBACK_CHECK: ["undo --dry-run"]}


@pytest.mark.parametrize("command", RUN.values(), ids=RUN)
def test_a_precheck_is_recognised(command: str) -> None:
    assert purpose(command) == Purpose.PRECHECK


@pytest.mark.parametrize("command", NOT_RUN.values(), ids=NOT_RUN)
def test_what_is_only_similar_is_not(command: str) -> None:
    assert purpose(command) == Purpose.GENERAL


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"purpose": Purpose.BASELINE}, Purpose.BASELINE),
        ({"purpose": Purpose.ROLLBACK_CHECK}, Purpose.ROLLBACK_CHECK),
        ({"kind": EvidenceKind.LOG}, Purpose.GENERAL),
    ],
    ids=["a baseline", "a rollback check", "not a command"],
)
def test_what_was_chosen_stands(said: dict[str, str], kept: str) -> None:
    assert purpose("git log --oneline -n 5", **said) == kept


@pytest.mark.parametrize(
    ("command", "lane", "recognised"),
    [
        ("cd /srv && probe --all", "", Purpose.VERIFICATION),
        ("probe --all", LaneKind.VERIFICATION, Purpose.VERIFICATION),
        ("probe --all", LaneKind.MITIGATION, Purpose.GENERAL),
        ("probe --all --quick", "", Purpose.GENERAL),
        ("undo --dry-run", LaneKind.MITIGATION, Purpose.ROLLBACK_CHECK),
        ("true || undo --dry-run", "", Purpose.GENERAL),
    ],
    ids=["joined", "its lane", "another lane", "another option", "undone", "only if it failed"],
)
def test_what_a_decision_names_is_recognised(command: str, lane: str, recognised: str) -> None:
    assert purpose(command, lane=lane) == recognised


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("401 rate below 0.5 % for five minutes", []),
        ("`probe --all` exits with 0", ["probe --all"]),
        ("first ` a `, then `b`", ["a", "b"]),
        ("an open ` tick", []),
        ("`` and `a\nb`", []),
    ],
)
def test_a_statement_names_commands_between_backticks(text: str, commands: list[str]) -> None:
    assert quoted_commands(text) == commands


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("", []),
        ("\n;\n", []),
        ("a && b; c || d\ne", [("", "a"), ("&&", "b"), (";", "c"), ("||", "d"), (";", "e")]),
        ("a \\; b 'c;d' \"e&&f\"", [("", "a \\; b 'c;d' \"e&&f\"")]),
        ("curl https://a.test/#up", [("", "curl https://a.test/#up")]),
        ("it's ; here", [("", "it's"), (";", "here")]),
    ],
    ids=["nothing", "only joints", "joints", "quoted joints", "an anchor", "an open quote"],
)
def test_a_line_is_read_as_a_shell_would(line: str, read: list[tuple[str, str]]) -> None:
    assert steps(line) == read


@pytest.mark.parametrize("piece", ["'", '"', '\\"', "&", " ", "$ ", "#", "a#", "\\"])
def test_a_long_line_is_read_in_one_go(piece: str) -> None:
    assert len(steps(piece * 200_000)) <= 1
