from incidents.models.assignment import Assignment
from incidents.models.checkpoint import Checkpoint
from incidents.models.claim import Claim, Notice, Submission
from incidents.models.decision import Decision, DecisionDraft, RejectedOption
from incidents.models.evidence import Evidence, EvidenceFile
from incidents.models.freeze import Freeze
from incidents.models.incident import Incident, Participation
from incidents.models.person import Person
from incidents.models.risk import Risk
from incidents.models.surface import Surface
from incidents.models.timeline import TimelineEntry

__all__ = [
    "Assignment",
    "Checkpoint",
    "Claim",
    "Decision",
    "DecisionDraft",
    "Evidence",
    "EvidenceFile",
    "Freeze",
    "Incident",
    "Notice",
    "Participation",
    "Person",
    "RejectedOption",
    "Risk",
    "Submission",
    "Surface",
    "TimelineEntry",
]
