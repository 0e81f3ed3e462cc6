from django.db import models
from django.urls import reverse

from incidents.models.author import Authored
from incidents.models.protection import append_only


class KeptCourse(Authored):
    """A checkpoint that ended in one line: the decision stands, and what was looked at."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="kept_courses"
    )
    checkpoint = models.OneToOneField(
        "incidents.Checkpoint", on_delete=models.PROTECT, related_name="kept_course"
    )
    decision = models.ForeignKey(
        "incidents.Decision", on_delete=models.PROTECT, related_name="kept_courses"
    )
    at = models.DateTimeField()
    looked_at = models.CharField(max_length=300)
    evidence = models.ManyToManyField("incidents.Evidence", related_name="+")
    next_checkpoint = models.OneToOneField(
        "incidents.Checkpoint", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="kept_course_says_why", condition=~models.Q(looked_at=""))
        ]
        triggers = append_only("kept_course_is_final")

    def __str__(self) -> str:
        return f"{self.decision.reference} kept at {self.checkpoint.reference}"

    def get_absolute_url(self) -> str:
        return reverse("decision", args=[self.incident_id, self.decision.number])


class KeptCourseEvidence(KeptCourse.evidence.through):  # type: ignore[name-defined, misc]
    """The evidence that was looked at: written with it, and as final."""

    class Meta:
        proxy = True
        triggers = append_only("looked_at_is_final")
