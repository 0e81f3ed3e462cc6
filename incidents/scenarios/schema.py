"""What a scenario file may say, and what a scenario is once it was read."""

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
)

from incidents.rules.minimum import Needed
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
    "D-DUAL": "Commander and data owner, two people, both sign before a decision is executed.",
    "D-FIRST": "Rollback and access revocation are executed, with proof, before any hotfix.",
}
"""The special rules that a scenario can ask for, in words (playbook, "Scenario library")."""

STEPS: dict[str, str] = {
    **{lane.value: f"{lane.label} owner" for lane in LaneKind},
    **{role.value: str(role.label) for role in (RoleName.DATA_OWNER, RoleName.COMMANDER)},
}
"""Who can stand in a handoff chain: the owner of a lane, the data owner, the commander."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Playbook, "Scenario library". ``restricted`` is the default for its incidents.

    ``options`` are codes of ``Option``; ``reach`` and ``details`` hold only those that it sets.
    ``severity`` is a hypothesis, ``surfaces`` are slugs that this site may or may not know.
    """

    slug: str
    title: str
    signal: str
    risk: str
    posture: str
    options: tuple[str, ...]
    evidence_minimum: tuple[Needed, ...]
    chain: tuple[str, ...]
    rules: frozenset[str]
    dependency_class: str
    restricted: bool
    severity: str = ""
    surfaces: tuple[str, ...] = ()
    reach: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)


def _shown(text: str) -> str:
    if not text.isprintable():
        raise ValueError("holds a line break or another character that cannot be shown")
    return text


def _once(values: tuple[str, ...]) -> tuple[str, ...]:
    if twice := sorted({value for value in values if values.count(value) > 1}):
        raise ValueError(f'"{twice[0]}" is there twice')
    return values


def _line(longest: int) -> object:
    bounds = StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)
    return Annotated[str, bounds, AfterValidator(_shown)]


Slug = Annotated[str, StringConstraints(pattern=f"^{SLUG}$", max_length=60)]
Title = _line(160)
Words = _line(500)
Step = Literal[tuple(STEPS)]
Rule = Literal[tuple(RULES)]
Recognised = Literal[tuple(one.value for one in Purpose if one != Purpose.GENERAL)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OptionTable(_Table):
    option: Option
    reach: Reach | None = None
    detail: Words | None = None


class NeededTable(_Table):
    key: Slug
    label: Title
    purpose: Recognised | None = None
    command: Words | None = None


def _options_once(found: tuple[OptionTable, ...]) -> tuple[OptionTable, ...]:
    _once(tuple(one.option.value for one in found))
    return found


def _keys_once(found: tuple[NeededTable, ...]) -> tuple[NeededTable, ...]:
    _once(tuple(one.key for one in found))
    return found


class ScenarioTable(_Table):
    """The whole of a file. What has no default must be there."""

    slug: Slug
    title: Title
    signal: Words
    risk: Words
    posture: Words
    dependency_class: DependencyClass
    severity: Severity | None = None
    restricted: StrictBool = False
    surfaces: Annotated[tuple[Slug, ...], AfterValidator(_once)] = ()
    chain: Annotated[tuple[Step, ...], Field(min_length=1), AfterValidator(_once)]
    rules: Annotated[tuple[Rule, ...], AfterValidator(_once)] = ()
    options: Annotated[tuple[OptionTable, ...], Field(min_length=1), AfterValidator(_options_once)]
    evidence_minimum: Annotated[
        tuple[NeededTable, ...], Field(min_length=1), AfterValidator(_keys_once)
    ]

    def scenario(self) -> Scenario:
        return Scenario(
            slug=self.slug,
            title=self.title,
            signal=self.signal,
            risk=self.risk,
            posture=self.posture,
            options=tuple(one.option.value for one in self.options),
            reach={one.option.value: one.reach.value for one in self.options if one.reach},
            details={one.option.value: one.detail for one in self.options if one.detail},
            evidence_minimum=tuple(
                Needed(one.key, one.label, one.purpose or "", one.command or "")
                for one in self.evidence_minimum
            ),
            chain=self.chain,
            rules=frozenset(self.rules),
            dependency_class=self.dependency_class.value,
            restricted=self.restricted,
            severity=self.severity.value if self.severity else "",
            surfaces=self.surfaces,
        )


def is_slug(text: str) -> bool:
    return len(text) <= 60 and re.fullmatch(SLUG, text) is not None
