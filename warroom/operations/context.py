"""What is being done right now, so that every line of the log can say whose doing it is of."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    name: str


now_answering: ContextVar[HttpRequest | None] = ContextVar("now_answering", default=None)
now_running: ContextVar[Task | None] = ContextVar("now_running", default=None)

SECRET_ARGUMENTS = ("key", "token", "uidb36")
"""Parts of an address that let in whoever knows them, by their names in the URLs."""


@contextmanager
def of(request: object) -> Iterator[None]:
    """What Django writes of a request when all of ours has ended carries the request itself."""
    if not isinstance(request, HttpRequest):
        yield
        return
    token = now_answering.set(request)
    try:
        yield
    finally:
        now_answering.reset(token)


def about() -> dict[str, Any]:
    """Request, incident, person and task, as far as they are known. Asks nobody for them."""
    known: dict[str, Any] = {}
    if (request := now_answering.get()) is not None:
        known["request_id"] = getattr(request, "id", None)
        match = request.resolver_match
        known["incident"] = match.kwargs.get("number") if match else None
        known["person"] = getattr(getattr(request, "_cached_user", None), "pk", None)
    if (task := now_running.get()) is not None:
        known |= {"task": task.id, "task_name": task.name}
    return {name: value for name, value in known.items() if value is not None}


def _resolved(path: str) -> ResolverMatch | None:
    try:
        return resolve(path)
    except Resolver404:
        return None


def secrets() -> list[str]:
    """What the address of the request holds that no log may."""
    request = now_answering.get()
    if request is None:
        return []
    # Without its last slash an address leads nowhere yet, and lets in whoever adds it.
    match = request.resolver_match or _resolved(f"{request.path_info}/")
    values = [match.kwargs.get(name) for name in SECRET_ARGUMENTS] if match else []
    return [str(value) for value in values if value]
