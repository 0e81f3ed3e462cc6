from django.db import models
from django.db.models import Q

from incidents.vocabulary import LADDER, Option

NEAREST_STEPS = [(option.value, option.label) for option in LADDER]


class NamedOption(models.Model):
    """The option of a record: one that the incident offers, or an own one with its name.

    The ``own_`` columns and ``nearest_step`` are blank unless it is an own one; ``reach`` is a
    column of the record.
    """

    option = models.CharField(max_length=12, choices=Option)
    option_detail = models.CharField(max_length=200, blank=True)
    own_name = models.CharField(max_length=120, blank=True)
    own_reach_reason = models.CharField(max_length=300, blank=True)
    nearest_step = models.CharField(max_length=12, choices=NEAREST_STEPS, blank=True)

    class Meta:
        abstract = True

    @property
    def option_label(self) -> str:
        return self.own_name or str(Option(self.option).label)

    @property
    def title(self) -> str:
        label = self.option_label
        return f"{label}: {self.option_detail}" if self.option_detail else label


def own_option_complete(name: str) -> models.CheckConstraint:
    """An own option has its name, reach and why it reaches so far; any other has none of them."""
    filled = ~Q(own_name="") & ~Q(own_reach_reason="") & ~Q(reach="")
    blank = Q(own_name="", own_reach_reason="", nearest_step="")
    return models.CheckConstraint(
        name=name,
        condition=(Q(option=Option.OWN) & filled) | (~Q(option=Option.OWN) & blank),
    )
