"""Characters and sequences that take part in a terminal's output and are never seen.

Every pattern here is linear: what a sequence holds cannot start another one, and the
repeats are possessive.
"""

import re

ESCAPE = re.compile(
    r"""
    (?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]?                # CSI: colours, cursor, erase
  | (?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])               # OSC, DCS and the like: titles, links
    (?P<payload>[^\x00-\x08\x0a-\x1f\x9c]*+)(?:\x07|\x1b\\|\x9c)
  | \x1b[ -/]*+[0-~]?                                  # two-character sequences, a lone escape
    """,
    re.VERBOSE,
)

SGR = re.compile(r"(?:\x1b\[|\x9b)([0-9;:]*+)m")

# C0 and C1 without tab, line feed and carriage return; not NEL, which is a line end.
CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"

# Soft hyphen, joiners, zero-width spaces, direction marks, variation selectors, tags, fillers.
ZERO_WIDTH = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff"
)

# Direction overrides reorder what is shown: never passed on to a page.
DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"

# Of these, the ones that reach beyond the text itself: marks (U+200E, U+200F) only help to read it.
OVERRIDE = "\u202a-\u202e\u2066-\u2069"

SURROGATE = "\ud800-\udfff"

# Never characters of any text; XML refuses U+FFFE and U+FFFF, and with them a whole document.
NONCHARACTER = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17)
)

INVISIBLE = re.compile(
    f"{ESCAPE.pattern}|[{CONTROL}{ZERO_WIDTH}{SURROGATE}{NONCHARACTER}]", re.VERBOSE
)

_NOT_TEXT = re.compile(
    f"{ESCAPE.pattern}|[{CONTROL}{OVERRIDE}{SURROGATE}{NONCHARACTER}]", re.VERBOSE
)
_NOT_SHOWN = re.compile(f"[{CONTROL}{OVERRIDE}{SURROGATE}{NONCHARACTER}]")

REPLACEMENT = "\ufffd"

# A line that goes on in the next one, as shells (\\), cmd (^) and PowerShell (`) write it.
CONTINUED = re.compile(r"[\\^`][ \t]{0,8}\r?\n[ \t]{0,80}")


def visible(text: str) -> str:
    """``text`` without control sequences, control characters and zero-width characters."""
    return INVISIBLE.sub("", text)


def drop_controls(text: str) -> str:
    """``text`` as every format can hold it: no control sequence, control character, noncharacter.

    Of the control characters only tab and line feed stay; a lone carriage return is a line end.
    Zero-width characters stay: joiners belong to many scripts. Overrides of direction do not: they
    would turn round what stands beside the text.
    """
    return _NOT_TEXT.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def show_controls(text: str) -> str:
    """``text`` with a symbol for each control character (``␇``), and ``\ufffd`` for the rest."""
    return _NOT_SHOWN.sub(_symbol, text)


def _symbol(match: re.Match[str]) -> str:
    number = ord(match[0])
    if number < 0x20:
        return chr(0x2400 + number)
    return "\u2421" if number == 0x7F else REPLACEMENT
