"""What a machine reads before it works in an incident or in one of its lanes."""

from machines.brief.building import incident_brief, lane_brief
from machines.brief.schemas import NOTICE, IncidentBrief, LaneBrief

__all__ = ["NOTICE", "IncidentBrief", "LaneBrief", "incident_brief", "lane_brief"]
