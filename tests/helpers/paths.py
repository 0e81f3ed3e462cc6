"""The path of a submission: the files of ours that it is handed to, from the view to the push."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any

from django.conf import settings

HOUSE = Path(settings.BASE_DIR)
APPS = ("kernel", "incidents", "live", "lanes", "comms", "retros", "machines", "warroom")
"""From the ground up: a call from one to a later one climbs."""

ROOMS = ("push", "timeline", "rules", "facts", "assessments", "actions", "forms", "web", "views")
"""The same within an app; a module that is in none of them is left out of the comparison."""

GROUND = ("kernel/", "/models", "vocabulary.py")
"""Where a path does not go, it stands on them: text and clock, tables, enums."""

END = "incidents/push/publish.py"
MAX_DEPTH = 8


@dataclass
class PathTaken:
    """``files`` in the order in which they are entered, ``returns`` and ``climbs`` as pairs of the
    file that calls and the one that is called."""

    mark: str
    files: list[str] = field(default_factory=list)
    returns: list[tuple[str, str]] = field(default_factory=list)
    climbs: list[tuple[str, str]] = field(default_factory=list)

    def add(self, caller: str, callee: str) -> None:
        if callee not in self.files:
            self.files.append(callee)
        elif (caller, callee) not in self._calls:
            self.returns.append((caller, callee))
        else:
            return
        self._calls.add((caller, callee))
        if len(self.files) > 1 and _climbs(caller, callee):
            self.climbs.append((caller, callee))

    def __post_init__(self) -> None:
        self._calls: set[tuple[str, str]] = set()


@contextmanager
def followed(view: Callable[..., Any], mark: str) -> Iterator[PathTaken]:
    """Record the path of what is submitted within, and holds the word ``mark`` in its texts.

    It begins with ``view``. A file is entered when a function in it is called with the word in one
    of its arguments, however deep; the push is entered with the number of the entry alone.
    """
    path = PathTaken(mark)
    begin = _file_of(_unwrapped(view).__code__)

    def profile(frame: FrameType, event: str, _: Any) -> None:
        callee = _file_of(frame.f_code)
        if event != "call" or not callee or any(part in callee for part in GROUND):
            return
        if frame.f_code.co_name.startswith("<") or not (path.files or callee == begin):
            return
        sys.setprofile(None)  # looking into arguments calls functions too
        try:
            caller = _caller(frame)
            if callee != caller and (callee == END or _carries(frame, mark)):
                path.add(caller, callee)
        finally:
            sys.setprofile(profile)

    sys.setprofile(profile)
    try:
        yield path
    finally:
        sys.setprofile(None)
    # What a response passes on its way out is no part of it.
    del path.files[path.files.index(END) + 1 :]


def _unwrapped(view: Any) -> Any:
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    return view


def _file_of(code: CodeType) -> str:
    """The file below the house, or "" for one of somebody else."""
    name = code.co_filename.removeprefix(f"{HOUSE}/")
    return name if name.partition("/")[0] in APPS else ""


def _caller(frame: FrameType) -> str:
    """The file of ours that led here, past Django and the standard library."""
    back = frame.f_back
    while back is not None and not _file_of(back.f_code):
        back = back.f_back
    return _file_of(back.f_code) if back is not None else ""


def _carries(frame: FrameType, mark: str) -> bool:
    code, flags = frame.f_code, frame.f_code.co_flags
    count = code.co_argcount + code.co_kwonlyargcount + bool(flags & 4) + bool(flags & 8)
    seen: set[int] = set()
    arguments = [frame.f_locals.get(name) for name in code.co_varnames[:count]]
    return any(_holds(argument, mark, seen, 0) for argument in arguments)


_PLAIN = (int, float, bytes, type, FunctionType, MethodType, type(None))


def _holds(thing: Any, mark: str, seen: set[int], depth: int) -> bool:
    if isinstance(thing, str):
        return mark in thing
    if isinstance(thing, _PLAIN) or id(thing) in seen or depth > MAX_DEPTH:
        return False
    seen.add(id(thing))
    return any(_holds(part, mark, seen, depth + 1) for part in _parts(thing))


def _parts(thing: Any) -> list[Any]:
    if isinstance(thing, Mapping):
        return list(dict(thing).values())
    if isinstance(thing, (list, tuple, set, frozenset)):
        return list(thing)
    slots = {name for cls in type(thing).__mro__ for name in cls.__dict__.get("__slots__", ())}
    parts = [
        getattr(thing, name, None) for name in slots if name not in {"__dict__", "__weakref__"}
    ]
    return parts + list(getattr(thing, "__dict__", {}).values())


def _climbs(caller: str, callee: str) -> bool:
    if caller.partition("/")[0] != callee.partition("/")[0]:
        return APPS.index(callee.partition("/")[0]) > APPS.index(caller.partition("/")[0])
    below, above = _room(caller), _room(callee)
    return bool(below and above) and ROOMS.index(above) > ROOMS.index(below)


def _room(name: str) -> str:
    """``incidents/actions/decisions.py`` and ``retros/closing/actions.py`` are both actions."""
    parts = name.removesuffix(".py").split("/")[1:]
    names = ["actions" if part.endswith("steps") else part for part in parts]
    return next((room for room in ROOMS if room in names), "")
