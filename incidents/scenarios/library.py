"""Loads scenarios from this folder, the site's folders and the database.

Files are read once a process. A file of the site replaces the built-in one with the same slug. An
invalid file is left out, so that it never breaks a room, and is reported by the system checks.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from django.conf import settings

from incidents.models import ScenarioText
from incidents.scenarios.loader import Problem, ScenarioError, read
from incidents.scenarios.schema import Scenario, is_slug

logger = logging.getLogger(__name__)

_BUILT_IN = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ScenarioFiles:
    """The scenarios of all files by slug, each with its file, and what is wrong with the others."""

    scenarios: dict[str, Scenario] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    errors: list[ScenarioError] = field(default_factory=list)

    def take(self, path: Path) -> None:
        try:
            scenario = _read(path)
            self._refuse_second(scenario.slug, path)
        except ScenarioError as error:
            logger.error("A scenario is left out. %s", error)
            self.errors.append(error)
        else:
            self.scenarios[scenario.slug] = scenario
            self.files[scenario.slug] = path

    def _refuse_second(self, slug: str, path: Path) -> None:
        other = self.files.get(slug)
        if other is not None and other.parent != _BUILT_IN:
            problem = Problem("slug", f'"{slug}" is already the slug of {other}')
            raise ScenarioError(str(path), (problem,))


def _read(path: Path) -> Scenario:
    name = path.name if path.parent == _BUILT_IN else str(path)
    try:
        return read(name, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(name, (Problem("", f"cannot be read: {error}"),)) from error


def shelf() -> ScenarioFiles:
    return _shelf(tuple(Path(folder) for folder in settings.SCENARIOS_DIR))


@cache
def _shelf(folders: tuple[Path, ...]) -> ScenarioFiles:
    shelf = ScenarioFiles()
    for folder in (_BUILT_IN, *folders):
        if not folder.is_dir():
            missing = Problem("", "is no folder, though SCENARIOS_DIR names it")
            shelf.errors.append(ScenarioError(str(folder), (missing,)))
        for path in sorted(folder.glob("*.toml")):
            shelf.take(path)
    return shelf


def library() -> dict[str, Scenario]:
    """Every scenario by its slug: files in the order of their names, then the admins' own."""
    return shelf().scenarios | _of_rows(ScenarioText.objects.exclude(slug__in=shelf().scenarios))


def find(slug: str) -> Scenario | None:
    return find_all([slug]).get(slug)


def find_all(slugs: Iterable[str]) -> dict[str, Scenario]:
    """Those that there are, by slug: one query, and none when files have them all."""
    wanted = set(slugs)
    known = shelf().scenarios
    elsewhere = [slug for slug in wanted - known.keys() if is_slug(slug)]
    rows = ScenarioText.objects.filter(slug__in=elsewhere) if elsewhere else []
    return {slug: known[slug] for slug in wanted & known.keys()} | _of_rows(rows)


def _of_rows(rows: Iterable[ScenarioText]) -> dict[str, Scenario]:
    scenarios = {}
    for row in rows:
        try:
            scenarios[row.slug] = read(row.slug, row.toml)
        except ScenarioError as error:  # checked when it was saved, by an earlier version
            logger.error("A scenario is left out. %s", error)
    return scenarios
