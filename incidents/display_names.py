"""The names of people on the record: visible characters only, and no two people alike."""

import unicodedata

from incidents.models import Person
from kernel.actor import SYSTEM
from kernel.text.controls import visible
from kernel.text.look_alikes import skeleton


def clean_name(name: str) -> str:
    """A name without invisible characters, in composed form, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", visible(" ".join(name.split()))).split())


def other_person_named(name: str, person: Person) -> str:
    """Who else has this name already: an active person other than ``person``, or the system.

    Case, compatibility forms (full-width letters) and letters of other alphabets that look the same
    make no difference. Somebody without a name
    appears by their user name.
    """
    others = Person.objects.filter(is_active=True).exclude(pk=person.pk)
    names = [SYSTEM.name, *(str(other) for other in others.only("name", "username"))]
    return next((other for other in names if _key(other) == _key(name)), "")


def _key(name: str) -> str:
    return clean_name(skeleton(clean_name(name)))
