from django.db import models
from django.db.models.functions import Now

from incidents.models.plain_text import PlainLineField
from incidents.vocabulary import CLASS_POSTURE, DependencyClass


class Surface(models.Model):
    """A thing that can be impacted: a service, a flow, a component."""

    name = PlainLineField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    dependency_class = models.CharField(
        max_length=16, choices=DependencyClass, default=DependencyClass.OTHER
    )
    owner_team = PlainLineField(max_length=80, blank=True)
    last_known_good = PlainLineField(
        "last known-good revision", max_length=80, blank=True, help_text="A commit, tag or version"
    )
    health_check = PlainLineField(
        "health check command",
        max_length=300,
        blank=True,
        help_text="Offered for copying in a room",
    )
    on_status_page = models.BooleanField("shown on the status page", default=True)
    description = PlainLineField(
        max_length=160, blank=True, help_text="For readers of the status page"
    )
    position = models.PositiveSmallIntegerField(
        default=0, help_text="Order on the status page, smallest first"
    )
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="surface_dependency_class_known",
                condition=models.Q(dependency_class__in=DependencyClass.values),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def posture(self) -> str:
        """The default posture of its class (playbook, "Dependency risk matrix")."""
        return CLASS_POSTURE[self.dependency_class]
