"""Whether a command line, as people paste it, runs a known command.

Only so much of a shell as that takes: joined commands (``&&``, ``;``, line ends), quotes, comments
and prompts. What is merely similar is not the same: ``-n 50``, a pipe behind it, or the known
command inside quotes.
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
"""How it is joined to what stands before it ("" for the first), and the command."""


def runs(line: str, command: str) -> bool:
    """Is ``command``, which may be of several steps, run whole somewhere in ``line``?

    Not behind ``||``: there it runs only if something failed.
    """
    wanted, given = steps(command), steps(line)
    if not wanted:
        return False
    length = len(wanted)
    windows = (given[start : start + length] for start in range(len(given) - length + 1))
    return any(
        window[0][0] != "||" and window[0][1] == wanted[0][1] and window[1:] == wanted[1:]
        for window in windows
    )


def steps(line: str) -> list[Step]:
    """The commands of a line. Spacing outside quotes is evened out; a line end is a ``;``."""
    found: list[Step] = []
    joint, text = "", ""
    for piece in _PIECE.finditer(line.replace("\r\n", "\n")):
        if piece.lastgroup == "text":
            text += piece[0]
        elif piece.lastgroup == "space":
            text += " "
        elif piece.lastgroup == "joint":
            joint = _take(found, joint, text, piece[0])
            text = ""
    _take(found, joint, text, "")
    return found


def _take(found: list[Step], joint: str, text: str, following: str) -> str:
    """Add the step, if there is one; returns what joins the next."""
    following = ";" if following == "\n" else following
    command = _PROMPT.sub("", text.strip())
    if command:
        found.append((joint if found else "", command))
        return following
    # "a &&" with "b" on the next line: a line end joins nothing by itself.
    return joint if following == ";" else following
