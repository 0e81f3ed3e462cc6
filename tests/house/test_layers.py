"""The contract on imports names every room at the top of the house, and the house keeps it."""

import subprocess
import sys
import tomllib
from pathlib import Path

from django.conf import settings

BOTTOM = {"kernel"}


def test_the_contract_names_every_top_module() -> None:
    contracts = _project()["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    named = {name.strip() for name in layers[0].split(":")}

    assert named == {f"warroom.{name}" for name in _modules() - BOTTOM}


def test_imports_keep_to_the_contracts() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    words = [linter, "--no-logo", "--no-cache"]
    done = subprocess.run(words, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def _project() -> dict:
    return tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())


def _modules() -> set[str]:
    """What lies directly in ``warroom``: modules and packages."""
    house = settings.BASE_DIR / "warroom"
    files = {path.stem for path in house.glob("*.py")} - {"__init__"}
    return files | {path.parent.name for path in house.glob("*/__init__.py")}
