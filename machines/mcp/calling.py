"""One call of a tool: arguments read, refusals answered with every violation."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import InterfaceError, OperationalError
from django.http import Http404
from ninja import Schema
from pydantic import ValidationError

from kernel.refusal import AlreadyDone, NotPermitted, Refused, Violation
from machines.api.rules import FIELD
from machines.api.submissions import once
from machines.brief.rows import absolute
from machines.mcp import reading, who, writing  # noqa: F401  (they register their tools)
from machines.mcp.answers import Refusal, RefusalViolation
from machines.mcp.caller import Caller
from machines.mcp.tool import TOOLS, Arguments, Tool

AWAY = "Warroom cannot reach its database now. Nothing was recorded; try again in 5 seconds."
READ_ONLY = "Warroom takes no writes from machines at present. Reading goes on."


def call(caller: Caller, name: str, given: Mapping[str, Any]) -> Schema:
    """What the tool answers, or a ``Refusal``. ``KeyError`` where there is no tool of that name."""
    tool = TOOLS[name]
    try:
        arguments = tool.arguments.model_validate(given)
    except ValidationError as error:
        violations = [
            Violation(FIELD, f"{_path(one['loc'])}: {one['msg']}.", _path(one["loc"]))
            for one in error.errors()
        ]
        return _refusal("The arguments do not have the documented form.", violations)
    if tool.writes and settings.API_READ_ONLY:
        return _refusal(READ_ONLY)
    try:
        return _run(tool, caller, arguments)
    except Refused as refused:
        return _refusal("Refused: see the violations.", refused.violations)
    except NotPermitted as error:
        return _refusal(f"{error.sentence} The tool who_decides says who may.")
    except Http404 as error:
        return _refusal(str(error))
    except ObjectDoesNotExist as error:
        return _refusal(f"There is no such {_noun(error)} in this lane of the incident.")
    except AlreadyDone as done:
        return _refusal(f"This was recorded already: {absolute(done.href)}")
    except (OperationalError, InterfaceError):
        return _refusal(AWAY)


def _run(tool: Tool, caller: Caller, arguments: Arguments) -> Schema:
    """A write with a key once, and then its first answer again, as in the API."""
    key = getattr(arguments, "key", "")
    if not (tool.writes and key):
        return tool.run(caller, arguments)
    asked = json.dumps([tool.name, arguments.model_dump(mode="json")], sort_keys=True)

    def write(submission: UUID) -> tuple[int, Any]:
        answer = tool.run(replace(caller, once=submission), arguments)
        return 200, answer.model_dump(mode="json")

    _, body = once(caller.token, f"mcp:{key}", hashlib.sha256(asked.encode()).hexdigest(), write)
    return tool.answer.model_validate(body)


def _refusal(sentence: str, violations: Iterable[Violation] = ()) -> Refusal:
    return Refusal(
        refused=sentence,
        violations=[
            RefusalViolation(
                code=one.code,
                sentence=one.sentence,
                field=one.field,
                link=absolute(one.href) if one.href else "",
            )
            for one in violations
        ],
    )


def _noun(error: ObjectDoesNotExist) -> str:
    """``hypothesis`` of ``Hypothesis.DoesNotExist``."""
    return re.sub(r"\..*", "", type(error).__qualname__).lower()


def _path(location: Iterable[Any]) -> str:
    return ".".join(str(part) for part in location) or "arguments"
