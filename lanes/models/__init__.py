"""How a lane works. The four lanes always exist and have no table; what belongs to them has."""

from lanes.models.boundary import BoundaryItem
from lanes.models.handoff import Handoff
from lanes.models.hypothesis import Hypothesis
from lanes.models.pattern import PatternSpan
from lanes.models.unknown import Unknown

__all__ = ["BoundaryItem", "Handoff", "Hypothesis", "PatternSpan", "Unknown"]
