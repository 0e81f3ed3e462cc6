"""Bodies that are judged as forms are: the longest records, whose refusals keep a draft.

A body becomes what a browser would send, so that the form reads it, and what it refuses is the
draft that its author finds in the form. Violations come back with the names of the body.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, QueryDict

from incidents.models import Person
from incidents.web.time_zone import zone_of
from kernel import clock
from kernel.refusal import Refused, Violation
from machines.api.doors import TokenRequest
from machines.api.rules import PERSON


def sent(request: TokenRequest, fields: dict[str, Any]) -> QueryDict:
    """Fields as a browser sends them; None and "" are left empty."""
    form_data = QueryDict(mutable=True)
    for name, entry in fields.items():
        entries = entry if isinstance(entry, list | tuple) else [entry]
        form_data.setlist(name, [str(one) for one in entries if one is not None])
    form_data["once"] = str(request.once)
    return form_data


def options_of(request: TokenRequest) -> dict[str, Any]:
    """What every such form asks for: its author, the time and the zone."""
    by_owner: HttpRequest = copy(request)
    by_owner.user = request.token.owner
    return {"request": by_owner, "now": clock.now(), "zone": zone_of(request.token.owner, {})}


def people(
    request: TokenRequest, usernames: dict[str, str]
) -> tuple[dict[str, int], tuple[Violation, ...]]:
    """The keys of people by field, and a violation for each user name that nobody has."""
    wanted = {name for name in usernames.values() if name}
    rows = Person.objects.filter(username__in=wanted) if wanted else Person.objects.none()
    keys = dict(rows.values_list("username", "pk"))
    missing = tuple(
        Violation(PERSON, f"There is nobody with the user name “{username}”.", field)
        for field, username in usernames.items()
        if username and username not in keys
    )
    return {field: keys[name] for field, name in usernames.items() if name in keys}, missing


@contextmanager
def named_as_in_body(name_of: Callable[[str], str]) -> Iterator[None]:
    """Refuse with the names that the body has for the fields of the form."""
    try:
        yield
    except Refused as refused:
        raise Refused(renamed(refused.violations, name_of)) from refused


def renamed(
    violations: Iterable[Violation], name_of: Callable[[str], str]
) -> tuple[Violation, ...]:
    return tuple(replace(one, field=name_of(one.field)) for one in violations)
