"""Names that say what a thing is. A few words, each with many meanings, must not come back."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

HOUSE = Path(settings.BASE_DIR)
APPS = ("kernel", "incidents", "live", "lanes", "comms", "retros", "machines", "warroom")
BESIDES = ("benchmarks", "tests/helpers")
"""What whoever measures or tests reads first. Inside of a test, ``said`` is often just a text."""

NEVER = {"said", "told", "standing", "patience"}
"""A newcomer had to learn up to fourteen meanings of each."""

SELDOM = NEVER | {
    *("made", "found", "held", "given", "kept", "owed", "shown", "asked", "one", "words"),
    *("longest", "most"),
}
"""Right now and then, but mostly the name of nothing in particular."""

MAX_PER_1000 = 15
CONSTANT = re.compile(r"_?[A-Z][A-Z0-9_]*")
WITHOUT_UNIT = re.compile(r"(?:^|_)(PATIENCE|LONGEST|MOST|AT_ONCE)(?:_|$)")
A_TIME = re.compile(r"TIMEOUT|DELAY|INTERVAL|BACKOFF|WAIT")
UNIT = re.compile(r"_(MS|SECONDS|MINUTES|HOURS|DAYS)$")


def _modules(app: str) -> list[Path]:
    return sorted(path for path in (HOUSE / app).rglob("*.py") if "migrations" not in path.parts)


def _identifiers(tree: ast.AST) -> Iterator[str]:
    """Every name that stands in the code, as often as it stands there."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.alias(name=name, asname=other):
                yield (other or name).rpartition(".")[2]


def _bound(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What the code itself names: functions, classes, parameters and variables, with their line."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.ClassDef(name=name):
                yield node.lineno, name


def _targets(node: ast.Assign) -> Iterator[ast.expr]:
    """What is assigned to, each name of ``A, B = 1, 2`` too."""
    for target in node.targets:
        yield from target.elts if isinstance(target, ast.Tuple) else [target]


def _parts(name: str) -> set[str]:
    return set(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().split("_"))


@pytest.mark.parametrize("app", [*APPS, *BESIDES])
def test_no_name_uses_a_word_with_many_meanings(app: str) -> None:
    bad = [
        f"{path.relative_to(HOUSE)}:{line}: {name}"
        for path in _modules(app)
        for line, name in _bound(ast.parse(path.read_text()))
        if _parts(name) & NEVER
    ]

    assert bad == []


def test_vague_words_are_seldom() -> None:
    names = [
        name
        for app in APPS
        for path in _modules(app)
        for name in _identifiers(ast.parse(path.read_text()))
    ]
    vague = [name for name in names if _parts(name) & SELDOM]

    assert 1000 * len(vague) / len(names) <= MAX_PER_1000


@pytest.mark.parametrize("app", [*APPS, "benchmarks", "tests"])
def test_a_constant_says_what_it_counts(app: str) -> None:
    """Numbers for times end in their unit; ``MAX_…`` and ``…_SIZE`` say what the limit is of."""
    bad = []
    for path in _modules(app):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.Assign):
                continue
            number = isinstance(node.value, ast.Constant) and type(node.value.value) in {int, float}
            for target in _targets(node):
                name = getattr(target, "id", "")
                if not CONSTANT.fullmatch(name):
                    continue
                if WITHOUT_UNIT.search(name) or (
                    number and A_TIME.search(name) and not UNIT.search(name)
                ):
                    bad.append(f"{path.relative_to(HOUSE)}:{node.lineno}: {name}")

    assert bad == []
