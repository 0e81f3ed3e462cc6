"""Whether a command line, as people paste it, runs a known command.

It understands just enough shell for that: joined commands (``&&``, ``;``, line ends), quotes,
comments and prompts. A merely similar command does not count: ``-n 50`` instead of ``-n 5``, a pipe
behind it, or the known command inside quotes.
"""

import re

_PIECE = re.compile(
    r"""
    (?P<comment>(?<![^\s;&|])\#[^\n]*+)
  | (?P<space>(?:[^\S\n]|\\\n)++)
  | (?P<joint>&&|\|\||;|\n)
  | (?P<text>'[^']*+'|"(?:\\[\s\S]|[^"\\])*+"|\\[\s\S]|[\s\S])
    """,
    re.VERBOSE,
)
_PROMPT = re.compile(r"^(?:[\w.-]+@[\w.-]+:\S*)?\$ ")

Step = tuple[str, str]
"""How the command is joined to the one before it ("" for the first), and the command."""


def runs(line: str, command: str) -> bool:
    """Does ``line`` run the whole of ``command``, which may have several steps?

    Behind ``||`` it does not count: there it runs only if something failed.
    """
    wanted, actual = steps(command), steps(line)
    if not wanted:
        return False
    length = len(wanted)
    windows = (actual[start : start + length] for start in range(len(actual) - length + 1))
    return any(
        window[0][0] != "||" and window[0][1] == wanted[0][1] and window[1:] == wanted[1:]
        for window in windows
    )


_QUOTED = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def quoted_commands(text: str) -> list[str]:
    """The commands that a text names between backticks: ``run `probe sign-in` ``."""
    return [command.strip() for command in _QUOTED.findall(text) if command.strip()]


def steps(line: str) -> list[Step]:
    """The commands of a line. Runs of spaces outside quotes become one; a line end is a ``;``."""
    commands: list[Step] = []
    joint, text = "", ""
    for piece in _PIECE.finditer(line.replace("\r\n", "\n")):
        if piece.lastgroup == "text":
            text += piece[0]
        elif piece.lastgroup == "space":
            text += " "
        elif piece.lastgroup == "joint":
            joint = _add_step(commands, joint, text, piece[0])
            text = ""
    _add_step(commands, joint, text, "")
    return commands


def _add_step(commands: list[Step], joint: str, text: str, following: str) -> str:
    """Add the step, if there is one; returns what joins the next."""
    following = ";" if following == "\n" else following
    command = _PROMPT.sub("", text.strip())
    if command:
        commands.append((joint if commands else "", command))
        return following
    # For "a &&" with "b" on the next line, the line end itself joins nothing.
    return joint if following == ";" else following
