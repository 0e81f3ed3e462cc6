from django.db import models
from django.db.models.functions import Now

from incidents.models.named_option import NEAREST_STEPS
from incidents.models.plain_text import PlainLineField
from incidents.vocabulary import CLASS_POSTURE, DependencyClass, Reach


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


class SurfaceOption(models.Model):
    """A mitigation of its own that a surface keeps ready: offered while the surface is impacted."""

    surface = models.ForeignKey(Surface, on_delete=models.CASCADE, related_name="ready_options")
    name = PlainLineField(max_length=120, help_text="Fail back to Frankfurt, add replicas")
    reach = models.CharField(max_length=10, choices=Reach)
    reach_reason = PlainLineField("why it reaches so far", max_length=300)
    nearest_step = models.CharField(
        "nearest step of the ladder", max_length=12, choices=NEAREST_STEPS, blank=True
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["surface", "name"], name="surface_option_once"),
            models.CheckConstraint(
                name="surface_option_complete",
                condition=~models.Q(name="") & ~models.Q(reach_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name
