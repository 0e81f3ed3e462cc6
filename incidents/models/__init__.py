from incidents.models.assignment import Assignment
from incidents.models.backfill import Backfill, HandledElsewhere
from incidents.models.branch import Branch
from incidents.models.checkpoint import Checkpoint
from incidents.models.claim import Claim, Notice, Submission
from incidents.models.decision import Decision, DecisionDraft, RejectedOption
from incidents.models.draft import Draft
from incidents.models.evidence import Evidence, EvidenceFile, PurposeConfirmation
from incidents.models.execution import Execution, Signature
from incidents.models.freeze import Freeze
from incidents.models.incident import Incident, Participation
from incidents.models.kept_course import KeptCourse
from incidents.models.person import Person
from incidents.models.recommendation import (
    Contradiction,
    Recommendation,
    Side,
    TogetherStatement,
)
from incidents.models.replacement import Replacement
from incidents.models.risk import Risk
from incidents.models.row_seal import RowSeal
from incidents.models.scenario import ScenarioText, Served
from incidents.models.surface import Surface, SurfaceOption
from incidents.models.timeline import TimelineEntry
from incidents.models.voided import DeclaredInError, Voided

__all__ = [
    "Assignment",
    "Backfill",
    "Branch",
    "Checkpoint",
    "Claim",
    "Contradiction",
    "Decision",
    "DecisionDraft",
    "DeclaredInError",
    "Draft",
    "Evidence",
    "EvidenceFile",
    "Execution",
    "Freeze",
    "HandledElsewhere",
    "Incident",
    "KeptCourse",
    "Notice",
    "Participation",
    "Person",
    "PurposeConfirmation",
    "Recommendation",
    "RejectedOption",
    "Replacement",
    "Risk",
    "RowSeal",
    "ScenarioText",
    "Served",
    "Side",
    "Signature",
    "Submission",
    "Surface",
    "SurfaceOption",
    "TimelineEntry",
    "TogetherStatement",
    "Voided",
]
