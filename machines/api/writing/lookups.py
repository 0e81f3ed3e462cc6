"""What a body names, looked up: people, surfaces and times, and every one that is not there."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.forms import ValidationError

from incidents.models import Person, Surface
from incidents.web.fields import PastField, Soon, TypedTimeField
from incidents.web.time_zone import zone_of
from kernel import clock
from kernel.refusal import Refused, Violation
from machines.api.doors import TokenRequest
from machines.api.rules import FIELD, PERSON, SURFACE, TIME


def call(request: TokenRequest) -> dict[str, datetime | UUID]:
    """The keywords that every action takes: the time, and the key of the submission."""
    return {"now": clock.now(), "once": request.once}


def lane_of(request: TokenRequest, lane: str) -> str:
    """The lane that a body names, or the one of the agent that asks."""
    return lane or request.actor.lane


class Lookups:
    """Looks up what a body names; ``refuse`` raises every violation of it at once.

    What is not found is None until then, and so is what was left empty.
    """

    def __init__(self, request: TokenRequest) -> None:
        self.request = request
        self.violations: list[Violation] = []

    def miss(self, code: str, sentence: str, field: str) -> None:
        self.violations.append(Violation(code, sentence, field))

    def refuse(self) -> None:
        if self.violations:
            raise Refused(self.violations)

    def person(self, field: str, username: str) -> Person | None:
        """Somebody who can act, by user name."""
        if not username:
            return None
        person: Person | None = Person.objects.who_can_respond().filter(username=username).first()
        if person is None:
            sentence = f"There is no responder with the user name “{username}”."
            self.miss(PERSON, sentence, field)
        return person

    def surface(self, field: str, slug: str) -> Surface | None:
        row = Surface.objects.filter(slug=slug).first()
        if row is None:
            self.miss(SURFACE, f"There is no surface “{slug}”.", field)
        return row

    def surfaces(self, field: str, slugs: Iterable[str]) -> tuple[Surface, ...]:
        wanted = list(dict.fromkeys(slugs))
        known = {row.slug: row for row in Surface.objects.filter(slug__in=wanted)}
        for slug in wanted:
            if slug not in known:
                self.miss(SURFACE, f"There is no surface “{slug}”.", field)
        return tuple(known[slug] for slug in wanted if slug in known)

    def ahead(self, field: str, text: str) -> datetime | None:
        """A moment that comes; the rules judge how soon."""
        return self._time(field, text, Soon(required=False))

    def past(self, field: str, text: str) -> datetime | None:
        """When something was."""
        return self._time(field, text, PastField(required=False))

    def _time(self, field: str, text: str, reader: TypedTimeField) -> datetime | None:
        reader.now, reader.zone = clock.now(), zone_of(self.request.token.owner, {})
        return self.clean(field, text, reader, TIME)

    def clean(self, field: str, text: str, reader: Any, code: str = FIELD) -> Any:
        """As a field of a form reads it."""
        try:
            return reader.clean(text)
        except ValidationError as error:
            self.miss(code, " ".join(error.messages), field)
            return None
