"""How people are named on the record: in letters that can be seen, and nobody as somebody else."""

import unicodedata

from incidents.models import Person
from kernel.actor import SYSTEM
from kernel.text.controls import visible


def clean_name(name: str) -> str:
    """A name without what cannot be seen, composed, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", visible(" ".join(name.split()))).split())


def other_person_named(name: str, person: Person) -> str:
    """Who is shown by this name already, other than ``but``: an active person, or the system.

    Case and compatibility forms (full-width letters) make no difference. Somebody without a name is
    shown by their user name.
    """
    others = Person.objects.filter(is_active=True).exclude(pk=person.pk)
    names = [SYSTEM.name, *(str(other) for other in others.only("name", "username"))]
    return next((other for other in names if _key(other) == _key(name)), "")


def _key(name: str) -> str:
    folded = unicodedata.normalize("NFKC", clean_name(name)).casefold()
    return clean_name(unicodedata.normalize("NFKC", folded))
