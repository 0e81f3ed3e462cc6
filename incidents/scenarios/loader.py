"""Parses the text of a scenario, or reports what is wrong with it, key by key."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from incidents.scenarios.schema import Scenario, ScenarioTable
from kernel.text import drop_controls


@dataclass(frozen=True, slots=True)
class Problem:
    """``key`` is its path, counted from 0 (``options[1].reach``); "" is the whole text."""

    key: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.key}: {self.sentence}" if self.key else self.sentence


class ScenarioError(Exception):
    """A scenario is wrong; the message names its source (the file) and each key."""

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(f"{source}: {problem}" for problem in problems))
        self.source, self.problems = source, problems


@lru_cache(maxsize=256)
def read(source: str, text: str) -> Scenario:
    """Parse a scenario; raises ``ScenarioError`` with every problem at once."""
    try:
        table = ScenarioTable.model_validate(_without_controls(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(source, (Problem("", f"is not TOML: {error}"),)) from error
    except RecursionError as error:
        raise ScenarioError(source, (Problem("", "is nested too deeply to be read"),)) from error
    except ValidationError as error:
        problems = tuple(
            Problem(_key(problem["loc"]), _sentence(problem)) for problem in error.errors()
        )
        raise ScenarioError(source, problems) from error
    return table.scenario()


def _without_controls(part: Any) -> Any:
    """In TOML a control character can be written as an escape: pages and packages have none."""
    if isinstance(part, str):
        return drop_controls(part)
    if isinstance(part, list):
        return [_without_controls(entry) for entry in part]
    if isinstance(part, dict):
        return {key: _without_controls(entry) for key, entry in part.items()}
    return part


def _key(steps: tuple[int | str, ...]) -> str:
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return "".join(parts).removeprefix(".")


_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not a known key",
    "string_type": "is not text",
    "bool_type": "is not true or false",
    "tuple_type": "is not a list",
    "model_type": "is not a table",
    "too_short": "is empty",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "string_pattern_mismatch": "{given} is not a slug: small letters, digits and single hyphens",
    "enum": "{given} is not one of {known}",
    "literal_error": "{given} is not one of {known}",
    "value_error": "{error}",
}


def _sentence(error: Any) -> str:
    context = error.get("ctx", {})
    known = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
    template = _SENTENCES.get(error["type"])
    if template is None:
        return str(error["msg"])
    return template.format(**{**context, "given": _quoted(error["input"]), "known": known})


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
