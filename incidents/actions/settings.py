"""A person's own settings. No incident is touched, so no timeline entry is written."""

from django.db import transaction

from incidents.display_names import clean_name, other_person_named
from incidents.models import Person
from incidents.permissions import require
from kernel.actor import Actor
from kernel.refusal import Refused


def change_settings(
    actor: Actor, *, name: str, time_zone: str, theme: str, single_keys: bool
) -> Person:
    """Change the actor's own name, zone, theme and keys.

    Refuses a name that another active person has: the record shows who wrote by name.
    """
    name = clean_name(name)
    with transaction.atomic(durable=True):
        require("settings.change", actor)
        person: Person = Person.objects.select_for_update().get(pk=actor.id)
        if name != person.name:
            _check_name(name, person)
        person.name, person.time_zone = name, time_zone
        person.theme, person.single_keys = theme, single_keys
        person.save(update_fields=["name", "time_zone", "theme", "single_keys"])
    return person


def _check_name(name: str, person: Person) -> None:
    if not name:
        raise Refused.because("N-EMPTY", "This is still empty.", "name")
    if other := other_person_named(name, person):
        sentence = f"{other} is somebody else's name. Add what tells the two of you apart."
        raise Refused.because("N-TAKEN", sentence, "name")
