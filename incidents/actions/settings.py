"""A person's own settings. No incident is touched, so no timeline entry is written."""

from django.db import transaction

from incidents.models import Person
from incidents.permissions import require
from warroom.kernel.actor import Actor


def change_settings(
    actor: Actor, *, name: str, time_zone: str, theme: str, single_keys: bool
) -> Person:
    """Change the actor's own name, zone, theme and keys."""
    with transaction.atomic(durable=True):
        require("settings.change", actor)
        person: Person = Person.objects.select_for_update().get(pk=actor.id)
        person.name, person.time_zone = name.strip(), time_zone
        person.theme, person.single_keys = theme, single_keys
        person.save(update_fields=["name", "time_zone", "theme", "single_keys"])
    return person
