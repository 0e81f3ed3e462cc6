"""The verification bundle as a script: each command runs again, its exit code beside the old one.

Pure. Everything that people captured is shell-quoted: nothing runs but the commands.
"""

import shlex
from collections.abc import Mapping
from typing import Any

_HEAD = """#!/bin/sh
# {incident}, closure package version {version}: the commands that showed recovery.
# Read them before you run them. Each runs in a shell of its own; the script ends with 1 when an
# exit code differs from the recorded one.

different=0

run() {{ # reference, recorded exit code, command
    printf '\\n== %s: %s\\n' "$1" "$3"
    sh -c "$3" </dev/null
    code=$?
    if [ "$2" = - ] || [ "$code" -eq "$2" ]; then
        printf '== %s: exit %s, as recorded\\n' "$1" "$code"
    else
        printf '== %s: exit %s, recorded was %s\\n' "$1" "$code" "$2"
        different=1
    fi
}}

"""


def script(content: Mapping[str, Any]) -> str:
    """A POSIX shell script."""
    head = _HEAD.format(incident=content["incident"], version=content["version"])
    commands = content["appendices"]["outputs"]
    left = content["appendices"].get("outputs_left")
    lines = [_line(command) for command in commands] or ["printf 'No command was captured.\\n'\n"]
    if left:
        lines.append(f"printf '\\n== %s\\n' {shlex.quote(left)}\n")
    return head + "".join(lines) + "\nexit $different\n"


def _line(command: Mapping[str, Any]) -> str:
    code = "-" if command["exit_code"] is None else str(command["exit_code"])
    note = (
        "# A secret in it was masked: put it back before you run it.\n" if command["masks"] else ""
    )
    return (
        f"{note}run {shlex.quote(command['evidence'])} {code} {shlex.quote(command['command'])}\n"
    )
