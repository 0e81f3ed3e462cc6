"""What a tool is: a function of the caller and its arguments, for one action of the table."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

from ninja import Schema
from pydantic import ConfigDict

from incidents.permissions import TABLE
from kernel.registry import Registry
from machines.mcp.caller import Caller

type Run = Callable[[Caller, Any], Schema]


class Arguments(Schema):
    """What a tool is called with: a field that is not documented is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Tool:
    """``action`` is what a call requires in the table of permissions, by the tool itself where it
    reads and by the action that it calls where it ``writes``."""

    name: str
    title: str
    description: str
    action: str
    writes: bool
    arguments: type[Arguments]
    answer: type[Schema]
    run: Run


TOOLS = Registry[Tool]("tool", name_of=lambda tool: tool.name)


def tool[F: Callable[..., Schema]](
    action: str, title: str, *, writes: bool = False
) -> Callable[[F], F]:
    """Register a function as the tool of its name; its docstring is what assistants read of it."""
    if action not in TABLE:
        raise ValueError(f"{action} is not in the table of permissions")

    def decorate(run: F) -> F:
        hints = get_type_hints(run)
        TOOLS.register(
            Tool(
                run.__name__,
                title,
                " ".join((inspect.getdoc(run) or "").split()),
                action,
                writes,
                hints["arguments"],
                hints["return"],
                run,
            )
        )
        return run

    return decorate
