import re
from collections.abc import Mapping
from typing import Any

from kernel.text.content_checks import clean_lines
from kernel.text.controls import drop_controls
from kernel.text.masking import mask_secrets

_LINE_BREAK = re.compile(r"[ \t]*[\n\u2028\u2029][ \t\n\u2028\u2029]*")
MAX_DRAFT_CHARACTERS = 8000
"""The longest text of one field that a draft stores."""


def clean_text(text: str, max_length: int | None = None) -> str:
    """A text as it is stored: control characters removed, secrets masked, cut to its column.

    Every text that somebody types passes here, since a record is read by many and never changed,
    and goes out in formats that cannot hold every character (XML, calendars, headers of mail). A
    mask may be longer than what it hides, so the length is limited afterwards.
    """
    return mask_secrets(drop_controls(clean_lines(text)).strip()).text[:max_length]


def clean_line(text: str, max_length: int | None = None) -> str:
    """The same in one line: a title or a name, which becomes the header of a mail."""
    return one_line(clean_text(text))[:max_length]


def one_line(text: str) -> str:
    """``text`` with a space for each line break, and no control character."""
    return _LINE_BREAK.sub(" ", drop_controls(clean_lines(text)).strip())


def masked_raw(raw: Mapping[str, Any]) -> dict[str, list[str]]:
    """A form as typed, without its secrets, each text cut to the longest that any field allows."""
    return {
        name: [_masked_draft(str(text)[:MAX_DRAFT_CHARACTERS]) for text in texts]
        for name, texts in raw.items()
    }


def _masked_draft(text: str) -> str:
    """As typed, spaces at its ends too: somebody goes on writing there."""
    return mask_secrets(drop_controls(clean_lines(text))).text
