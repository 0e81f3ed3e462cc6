"""Who and what the browsers meet: the demo's people and its incident INC-42, made once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, connections

from incidents.actions import checkpoints
from incidents.models import Incident, Person
from kernel import clock
from lanes.actions import add_note
from tests.helpers.database import restore_tables
from tests.helpers.factories import declared
from tests.helpers.live_app import LiveApp, serving
from warroom import demo


@dataclass(frozen=True)
class World:
    """``incident`` is the demo's; a test that changes much declares one of its own."""

    app: LiveApp
    people: dict[str, Person]
    incident: Incident

    def declare(self, by: str = "mara", **said: Any) -> Incident:
        return declared(self.people[by], now=clock.now(), **said)

    def schedule(self, incident: Incident, minutes: int = 15) -> None:
        due_at = clock.now() + timedelta(minutes=minutes)
        actor = incident.declared_by.as_actor()
        checkpoints.schedule(actor, incident.pk, due_at=due_at, purpose="", now=clock.now())

    @contextmanager
    def without_single_keys(self, who: str) -> Iterator[None]:
        """They have them switched off meanwhile: everybody else's tests press keys as them."""
        row = Person.objects.filter(pk=self.people[who].pk)
        row.update(single_keys=False)
        try:
            yield
        finally:
            row.update(single_keys=True)

    def note(self, by: str, incident: Incident, text: str) -> int:
        actor = self.people[by].as_actor()
        return add_note(actor, incident.pk, text=text, now=clock.now()).seq


@contextmanager
def told() -> Iterator[World]:
    """Shared by a whole folder: a story of fifty actions is too long for every test."""
    people = demo.people()
    incident = demo.tell(people, demo.surfaces(), clock.now())
    with serving() as app:
        yield World(app, people, incident)
    # A request that a closing page cut off leaves its connection to the collector.
    gc.collect()
    _empty()


def _empty() -> None:
    """As other tests expect it; the record itself refuses to be emptied."""
    restore_tables()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cache")
    connections.close_all()
