"""How a line of the log looks: JSON for machines, or a line for people. No secret is in either."""

import logging
import re
from functools import lru_cache
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from kernel.text import mask_secrets
from warroom.operations import context

HIDDEN = "…"

_SHORT = 300
"""Characters up to which a text is one that comes again, such as the address of a room."""

_OURS = {"time", "level", "logger", "method", "view", "request_id", "task", "task_name"}
"""Fields in which nobody else's words stand."""


def masked(text: str) -> str:
    """Without what looks like a secret, and without those that the request's address holds."""
    for secret in context.secrets():
        text = text.replace(secret, HIDDEN)
    return _masked_before(text) if len(text) <= _SHORT else mask_secrets(text).text


@lru_cache(4096)
def _masked_before(text: str) -> str:
    """Looking for secrets takes longer than all the rest of a line."""
    return mask_secrets(text).text


class Json(JsonFormatter):
    """One object a line: time, level, logger, message, what it is about, and what was given."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            timestamp="time",
            rename_fields={"levelname": "level", "name": "logger"},
        )

    def format(self, record: logging.LogRecord) -> str:
        with context.of(getattr(record, "request", None)):
            return super().format(record)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        line = super().process_log_record(log_data) | context.about()
        line.pop("request", None)  # Django gives it whole; what matters of it stands here already
        return {name: _plain(name, value) for name, value in line.items()}


def _plain(name: str, value: Any) -> Any:
    """As JSON has it; whatever is no number is text, and is masked unless it is ours."""
    if value is None or name in _OURS or isinstance(value, int | float):
        return value
    return masked(str(value))


_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def _on_one_line(text: str) -> str:
    """Controls as ``\\n``, ``\\x1b`` and the like: a line ends where we end it."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


class Line(logging.Formatter):
    """For people: one line, with what it is about at its end."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = _on_one_line(masked(record.message))
        about = context.about()
        if (took := getattr(record, "duration_ms", None)) is not None:
            about["ms"] = took
        context_text = " ".join(f"{name}={value}" for name, value in about.items())
        line = super().formatMessage(record)
        return f"{line} [{context_text}]" if context_text else line

    def format(self, record: logging.LogRecord) -> str:
        """What belongs to a line without being one begins with a bar: nobody can forge a line."""
        with context.of(getattr(record, "request", None)):
            first, _, rest = super().format(record).partition("\n")
            # Not in formatException: another handler may have left its text in the record.
            more = masked(rest).split("\n") if rest else []
        return "\n".join([first, *(f"  | {_on_one_line(line)}" for line in more)])
