"""Scenarios as data: one TOML file each, beside this module, checked when loaded."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from incidents.vocabulary import DependencyClass, LaneKind, Option

_FOLDER = Path(__file__).parent
_RULES = frozenset({"D-DUAL", "D-FIRST"})


class ScenarioError(Exception):
    """A scenario file is wrong; the message names file and key."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Playbook, "Scenario library". ``restricted`` is the default for its incidents."""

    slug: str
    title: str
    signal: str
    risk: str
    options: tuple[str, ...]
    evidence_minimum: tuple[str, ...]
    chain: tuple[str, ...]
    rules: frozenset[str]
    dependency_class: str
    restricted: bool
    reach: Mapping[str, str] = field(default_factory=dict)


@cache
def library() -> dict[str, Scenario]:
    """Every scenario by its slug, in the order of the file names."""
    found = (_load(path) for path in sorted(_FOLDER.glob("*.toml")))
    return {scenario.slug: scenario for scenario in found}


def find(slug: str) -> Scenario | None:
    return library().get(slug)


def _load(path: Path) -> Scenario:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path.name}: {error}") from error
    unknown = raw.keys() - set(Scenario.__dataclass_fields__)
    if unknown:
        raise ScenarioError(f"{path.name}: unknown key {sorted(unknown)[0]}")
    try:
        scenario = Scenario(
            slug=raw["slug"],
            title=raw["title"],
            signal=raw["signal"],
            risk=raw["risk"],
            options=tuple(raw["options"]),
            evidence_minimum=tuple(raw["evidence_minimum"]),
            chain=tuple(raw["chain"]),
            rules=frozenset(raw.get("rules", ())),
            dependency_class=raw["dependency_class"],
            restricted=bool(raw.get("restricted", False)),
        )
    except KeyError as error:
        raise ScenarioError(f"{path.name}: key {error} is missing") from error
    _check(path.name, "options", scenario.options, Option.values)
    _check(path.name, "chain", scenario.chain, [*LaneKind.values, "data_owner", "commander"])
    _check(path.name, "rules", scenario.rules, _RULES)
    _check(path.name, "dependency_class", [scenario.dependency_class], DependencyClass.values)
    return scenario


def _check(file: str, key: str, found: object, known: object) -> None:
    wrong = [value for value in found if value not in known]  # type: ignore[attr-defined,operator]
    if wrong:
        raise ScenarioError(f"{file}: key {key} has the unknown value {wrong[0]!r}")
