"""What tests need to exist: people, surfaces, and incidents declared through the action."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import factory
from django.contrib.auth.models import Group as SiteGroup
from factory.django import DjangoModelFactory

from incidents.actions import lifecycle
from incidents.models import Incident, Person, Surface
from incidents.vocabulary import DependencyClass, Severity

START = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
"""When incidents are declared unless a test says otherwise."""

PASSWORD = "a-long-quiet-river"  # pragma: allowlist secret
"""Signs in whoever was made with ``password=PASSWORD``; others cannot sign in with one."""


class PersonFactory(DjangoModelFactory[Person]):
    """A person; ``groups`` takes names of site groups, ``password`` is set only when given."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person-{n}")
    name = factory.LazyAttribute(lambda person: person.username.replace("-", " ").title())
    email = factory.LazyAttribute(lambda person: f"{person.username}@example.test")

    @factory.post_generation
    def groups(person: Person, create: bool, names: Iterable[str] | None, **_: Any) -> None:
        for name in names or ():
            person.groups.add(SiteGroup.objects.get_or_create(name=name)[0])

    @factory.post_generation
    def password(person: Person, create: bool, password: str | None, **_: Any) -> None:
        if password is None:
            person.set_unusable_password()
        else:
            person.set_password(password)
        person.save(update_fields=["password"])


class SurfaceFactory(DjangoModelFactory[Surface]):
    class Meta:
        model = Surface
        django_get_or_create = ("slug",)

    name = "Sign-in API"
    slug = factory.LazyAttribute(lambda surface: surface.name.lower().replace(" ", "-"))
    dependency_class = DependencyClass.AUTH
    owner_team = "Identity"


def declared(by: Person, *, now: datetime = START, **fields: Any) -> Incident:
    """An incident, declared through the action; ``said`` are fields of ``Declaration``."""
    facts = {"title": "Tokens refused after release", "severity": Severity.SEV1, **fields}
    facts["surfaces"] = tuple(facts.get("surfaces", ()))
    incident = lifecycle.declare(by.as_actor(), lifecycle.Declaration(**facts), now=now)
    return Incident.objects.get(pk=incident.pk)
