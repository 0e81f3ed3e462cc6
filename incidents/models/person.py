from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models

from incidents.models.plain_text import PlainLineField
from incidents.vocabulary import Group
from kernel.actor import Actor, ActorKind

if TYPE_CHECKING:
    from incidents.models.incident import Incident


class PersonQuerySet(models.QuerySet["Person"]):
    def who_can_respond(self) -> "PersonQuerySet":
        """Active people who may be given a role in an incident, by name."""
        return (
            self.filter(is_active=True)
            .filter(
                models.Q(is_superuser=True)
                | models.Q(groups__name__in=[Group.ADMIN, Group.RESPONDER])
            )
            .distinct()
            .order_by("name", "username")
        )

    def who_may_enter(self, incident: "Incident") -> "PersonQuerySet":
        """Those who can respond; for a restricted incident only participants and admins."""
        people = self.who_can_respond()
        if not incident.restricted:
            return people
        mine = incident.participations.filter(person=models.OuterRef("pk"))
        return people.filter(
            models.Q(is_superuser=True)
            | models.Q(groups__name=Group.ADMIN)
            | models.Q(models.Exists(mine))
        )


class PersonManager(UserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """In lower case, because allauth looks addresses up in lower case."""
        return super().normalize_email(email).lower()


class Person(AbstractUser):
    """Somebody who signs in. ``name`` is how they appear in the record."""

    class Theme(models.TextChoices):
        SYSTEM = "", "As the system"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = PlainLineField("full name", max_length=120, blank=True)
    team = PlainLineField(
        max_length=80,
        blank=True,
        db_default="",
        help_text="As surfaces name their owner team: its people are offered first as owners",
    )
    gets_escalations = models.BooleanField(
        "gets internal escalations and leadership notes",
        default=False,
        db_default=False,
        help_text="Admins get them in any case; others who ask for it, and leaders whom you name.",
    )
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        help_text="IANA name, such as Europe/London; empty: the browser's",
    )
    theme = models.CharField(max_length=5, blank=True, choices=Theme, default=Theme.SYSTEM)
    single_keys = models.BooleanField("single-key shortcuts", default=True)

    objects = PersonManager()

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    @cached_property
    def group_names(self) -> frozenset[str]:
        return self.groups_with(self.groups.values_list("name", flat=True), self.is_superuser)

    @staticmethod
    def groups_with(names: Iterable[str], is_superuser: bool) -> frozenset[str]:
        """The groups by name; a superuser is an admin."""
        return frozenset(names).union([Group.ADMIN.value] if is_superuser else [])

    @property
    def is_admin(self) -> bool:
        return Group.ADMIN in self.group_names

    @property
    def is_responder(self) -> bool:
        return bool(self.group_names & {Group.ADMIN, Group.RESPONDER})

    def as_actor(self) -> Actor:
        return Actor(ActorKind.PERSON, str(self), self.pk, self.group_names)
