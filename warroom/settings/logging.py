"""The log of every process: one stream, one format, and no line that says nothing."""

import logging.config
from typing import Any

FORMATS = {"json": "warroom.operations.logs.Json", "line": "warroom.operations.logs.Line"}

QUIET = ("celery", "httpx", "httpcore", "uvicorn", "uvicorn.error")
"""They tell of each tick, each connection, and of addresses that are secrets: only trouble."""


def logging_for(form: str, level: str) -> dict[str, Any]:
    """Python's ``LOGGING``; ``form`` is a key of ``FORMATS``."""
    quiet = {"handlers": [], "propagate": True, "level": "WARNING"}
    # Configuring ``uvicorn`` resets the loggers below it, so what --no-access-log has switched off
    # has to be switched off again: else uvicorn prepares a line for each request and drops it.
    silent = {"handlers": [], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"said": {"()": FORMATS[form]}},
        "handlers": {
            "console": {"class": "warroom.operations.log_stream.SteadyHandler", "formatter": "said"}
        },
        "loggers": {**dict.fromkeys(QUIET, quiet), "uvicorn.access": silent},
        "root": {"handlers": ["console"], "level": level},
    }


def configure(settings: dict[str, Any]) -> None:
    """Set up the log of this process from Django's ``LOGGING``.

    Python and libraries warn past every logger, as text on the standard error; a log of JSON would
    have lines in it that nobody can parse.
    """
    logging.config.dictConfig(settings)
    logging.captureWarnings(True)
