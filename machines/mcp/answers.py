"""What tools answer: facts, and apart from them what people and programs wrote."""

from datetime import datetime

from ninja import Schema

from machines.brief import NOTICE
from machines.brief.schemas import (
    Contributor,
    DecisionFacts,
    DecisionText,
    EvidenceFacts,
    HypothesisFacts,
    HypothesisText,
    OpenQuestion,
    UnknownFacts,
    WrittenText,
)


class Refusal(Schema):
    """Why a call was refused: each unmet rule, with the argument that mends it or a link."""

    refused: str
    violations: list["RefusalViolation"] = []


class RefusalViolation(Schema):
    code: str
    sentence: str
    field: str = ""
    link: str = ""


class IncidentLine(Schema):
    reference: str
    link: str
    severity: str
    phase: str
    status: str
    declared_at: datetime


class IncidentTitles(Schema):
    notice: str = NOTICE
    titles: list[WrittenText]


class Incidents(Schema):
    """Active incidents, and those that are still watched; the newest first."""

    incidents: list[IncidentLine]
    untrusted: IncidentTitles


class EntryFacts(Schema):
    """``subject`` is what the entry is about, as E-7; ``amends`` the number of the entry that it
    corrects."""

    entry: int
    kind: str
    at: datetime
    lane: str
    subject: str
    by: Contributor
    amends: int | None = None


class EntryTexts(Schema):
    notice: str = NOTICE
    entries: list[WrittenText]


class Timeline(Schema):
    """Entries by number; ask again ``after`` the last one while there are ``more``."""

    entries: list[EntryFacts]
    last: int
    more: bool
    untrusted: EntryTexts


class EvidenceContent(Schema):
    """The item's own words. ``text`` is a piece of the output, from ``offset`` on."""

    notice: str = NOTICE
    title: str
    command: str
    host: str
    revision: str
    url: str
    file_name: str
    text: str


class EvidenceItem(Schema):
    """One item. ``next_offset`` is where the text goes on, None at its end. The bytes of a file are
    behind its link."""

    item: EvidenceFacts
    masks: int
    sha256: str
    size: int
    started_at: datetime | None
    characters: int
    offset: int
    next_offset: int | None
    untrusted: EvidenceContent


class DecisionTexts(Schema):
    notice: str = NOTICE
    decisions: list[DecisionText]


class Decisions(Schema):
    """The newest first; ``total`` counts all."""

    decisions: list[DecisionFacts]
    total: int
    untrusted: DecisionTexts


class ConditionFacts(Schema):
    code: str
    title: str
    is_met: bool


class ConditionTexts(Schema):
    notice: str = NOTICE
    conditions: list[WrittenText]


class Gate(Schema):
    """What closing needs: only the commander closes, and only when everything is met."""

    is_open: bool
    link: str
    conditions: list[ConditionFacts]
    untrusted: ConditionTexts


class QuestionTexts(Schema):
    notice: str = NOTICE
    unknowns: list[WrittenText]
    hypotheses: list[HypothesisText]


class OpenQuestions(Schema):
    """What the lane still has to answer."""

    lane: str
    questions: list[OpenQuestion]
    unknowns: list[UnknownFacts]
    hypotheses: list[HypothesisFacts]
    untrusted: QuestionTexts


class WhoMay(Schema):
    """Who does this, by role and by name, and the page on which a person does it."""

    about: str
    roles: list[str]
    people: list[str]
    link: str
    sentence: str


class Recorded(Schema):
    """What was recorded, and the page that shows it."""

    reference: str
    link: str
    masks: int = 0


Refusal.model_rebuild()
