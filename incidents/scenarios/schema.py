"""The schema of a scenario file, and the scenario that is read from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    model_validator,
)

from incidents.rules.decision.option import FIRST_CODE
from incidents.rules.dual_signature import DUAL_CODE
from incidents.rules.minimum import RequiredEvidence
from incidents.vocabulary import (
    DependencyClass,
    LaneKind,
    Option,
    Purpose,
    Reach,
    RoleName,
    Severity,
)

SLUG = r"[a-z0-9]+(?:-[a-z0-9]+)*"

RULES: dict[str, str] = {
    DUAL_CODE: "Commander and data owner, two people, both sign before a decision is executed.",
    FIRST_CODE: "Rollback and access revocation are executed, with proof, before any hotfix.",
}
"""The special rules that a scenario can require, with a sentence (playbook, "Scenario library")."""

STEPS: dict[str, str] = {
    **{lane.value: f"{lane.label} owner" for lane in LaneKind},
    **{role.value: str(role.label) for role in (RoleName.DATA_OWNER, RoleName.COMMANDER)},
}
"""Who can stand in a handoff chain: the owner of a lane, the data owner, the commander."""


MAX_COVERED = 20
"""Things that a lane's boundary names on either side, as ``lanes.rules.boundary`` has it."""

MAX_COVERED_LENGTH = 120


@dataclass(frozen=True, slots=True)
class LaneCover:
    """What a lane covers in incidents of a scenario, and what it leaves to others."""

    included: tuple[str, ...]
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """Playbook, "Scenario library". ``restricted`` is the default for its incidents.

    ``options`` are codes of ``Option``; ``reach`` and ``details`` hold only those that it sets.
    ``severity`` is a hypothesis, ``surfaces`` are slugs that this site may or may not know.
    ``covers`` are what lanes cover to begin with, by lane.
    """

    slug: str
    title: str
    signal: str
    risk: str
    posture: str
    options: tuple[str, ...]
    evidence_minimum: tuple[RequiredEvidence, ...]
    chain: tuple[str, ...]
    rules: frozenset[str]
    dependency_class: str
    restricted: bool
    severity: str = ""
    surfaces: tuple[str, ...] = ()
    reach: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)
    covers: Mapping[str, LaneCover] = field(default_factory=dict)


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("holds a line break or another character that cannot be shown")
    return text


def _unique(values: tuple[str, ...]) -> tuple[str, ...]:
    if twice := sorted({value for value in values if values.count(value) > 1}):
        raise ValueError(f'"{twice[0]}" is there twice')
    return values


def _single_line(max_length: int) -> object:
    bounds = StringConstraints(strip_whitespace=True, min_length=1, max_length=max_length)
    return Annotated[str, bounds, AfterValidator(_printable)]


Slug = Annotated[str, StringConstraints(pattern=f"^{SLUG}$", max_length=60)]
Title = _single_line(160)
Sentence = _single_line(500)
Step = Literal[tuple(STEPS)]
Rule = Literal[tuple(RULES)]
Recognised = Literal[tuple(purpose.value for purpose in Purpose if purpose != Purpose.GENERAL)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _offered_everywhere(option: Option) -> Option:
    if option == Option.OWN:
        raise ValueError("an own option is kept ready by a surface, not by a scenario")
    return option


class OptionTable(_Table):
    option: Annotated[Option, AfterValidator(_offered_everywhere)]
    reach: Reach | None = None
    detail: Sentence | None = None


class NeededTable(_Table):
    key: Slug
    label: Title
    purpose: Recognised | None = None
    command: Sentence | None = None


Covered = _single_line(MAX_COVERED_LENGTH)


class CoverTable(_Table):
    included: Annotated[
        tuple[Covered, ...], Field(min_length=1, max_length=MAX_COVERED), AfterValidator(_unique)
    ]
    excluded: Annotated[
        tuple[Covered, ...], Field(max_length=MAX_COVERED), AfterValidator(_unique)
    ] = ()

    @model_validator(mode="after")
    def _not_on_both_sides(self) -> "CoverTable":
        excluded = {text.casefold() for text in self.excluded}
        if both := [text for text in self.included if text.casefold() in excluded]:
            raise ValueError(f'"{both[0]}" is both included and excluded')
        return self


def _unique_options(options: tuple[OptionTable, ...]) -> tuple[OptionTable, ...]:
    _unique(tuple(table.option.value for table in options))
    return options


def _unique_keys(requirements: tuple[NeededTable, ...]) -> tuple[NeededTable, ...]:
    _unique(tuple(table.key for table in requirements))
    return requirements


class ScenarioTable(_Table):
    """The whole of a file. Keys without a default are required."""

    slug: Slug
    title: Title
    signal: Sentence
    risk: Sentence
    posture: Sentence
    dependency_class: DependencyClass
    severity: Severity | None = None
    restricted: StrictBool = False
    surfaces: Annotated[tuple[Slug, ...], AfterValidator(_unique)] = ()
    chain: Annotated[tuple[Step, ...], Field(min_length=1), AfterValidator(_unique)]
    rules: Annotated[tuple[Rule, ...], AfterValidator(_unique)] = ()
    options: Annotated[
        tuple[OptionTable, ...], Field(min_length=1), AfterValidator(_unique_options)
    ]
    evidence_minimum: Annotated[
        tuple[NeededTable, ...], Field(min_length=1), AfterValidator(_unique_keys)
    ]

    lanes: dict[LaneKind, CoverTable] = Field(default_factory=dict)

    def scenario(self) -> Scenario:
        return Scenario(
            slug=self.slug,
            title=self.title,
            signal=self.signal,
            risk=self.risk,
            posture=self.posture,
            options=tuple(table.option.value for table in self.options),
            reach={table.option.value: table.reach.value for table in self.options if table.reach},
            details={table.option.value: table.detail for table in self.options if table.detail},
            evidence_minimum=tuple(
                RequiredEvidence(table.key, table.label, table.purpose or "", table.command or "")
                for table in self.evidence_minimum
            ),
            chain=self.chain,
            rules=frozenset(self.rules),
            dependency_class=self.dependency_class.value,
            restricted=self.restricted,
            severity=self.severity.value if self.severity else "",
            surfaces=self.surfaces,
            covers={
                lane.value: LaneCover(table.included, table.excluded)
                for lane, table in self.lanes.items()
            },
        )


def is_slug(text: str) -> bool:
    return len(text) <= 60 and re.fullmatch(SLUG, text) is not None
