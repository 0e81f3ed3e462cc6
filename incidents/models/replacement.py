from django.db import models

from incidents.models.author import Authored
from incidents.models.protection import append_only
from incidents.vocabulary import ExecutionRole


class Replacement(Authored):
    """Somebody else executes or verifies a decision from ``at`` on; the decision stays as it is.

    Who does it now stands on its ``Execution``; ``before`` did it until then.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="replacements"
    )
    decision = models.ForeignKey(
        "incidents.Decision", on_delete=models.PROTECT, related_name="replacements"
    )
    role = models.CharField(max_length=8, choices=ExecutionRole)
    person = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    before = models.ForeignKey("incidents.Person", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="replacement_says_why", condition=~models.Q(reason="")),
            models.CheckConstraint(
                name="replacement_changes_the_person",
                condition=~models.Q(person=models.F("before")),
            ),
            models.CheckConstraint(
                name="replacement_role_known",
                condition=models.Q(role__in=ExecutionRole.values),
            ),
        ]
        triggers = append_only("replacement_is_final")

    def __str__(self) -> str:
        return f"{self.decision.reference}: {self.person} {self.get_role_display()}"
