"""A person's own settings. No incident is touched, so no timeline entry is written."""

from django.db import transaction

from incidents.display_names import clean_name, other_person_named
from incidents.models import Person
from incidents.permissions import require
from incidents.rules import display_name as rules
from kernel.actor import Actor
from kernel.refusal import Refused


def change_settings(
    actor: Actor, *, name: str, time_zone: str, theme: str, single_keys: bool
) -> Person:
    """Change the actor's own name, time zone, theme and single-key shortcuts.

    Refuses the name of another active person: the record identifies authors by name.
    """
    name = clean_name(name)
    with transaction.atomic(durable=True):
        require("settings.change", actor)
        person: Person = Person.objects.select_for_update().get(pk=actor.id)
        if name != person.name:
            other = other_person_named(name, person) if name else ""
            if problems := rules.violations(name, other):
                raise Refused(problems)
        person.name, person.time_zone = name, time_zone
        person.theme, person.single_keys = theme, single_keys
        person.save(update_fields=["name", "time_zone", "theme", "single_keys"])
    return person
