"""A folder for every module: an app's root holds only the files that every app has."""

from pathlib import Path

import pytest
from django.conf import settings

HOUSE = Path(settings.BASE_DIR)
EVERY_APP = {
    *("__init__", "admin", "apps", "due", "duties", "facts", "forms", "kinds", "panels"),
    *("permissions", "signals", "tasks", "urls", "vocabulary"),
}
MORE = {
    "incidents": {"display_names", "housekeeping", "locking", "prepared_statements"},
    "warroom": {"asgi", "celery", "models"},
}


@pytest.mark.parametrize("app", ["incidents", "lanes", "comms", "retros", "machines", "warroom"])
def test_the_root_of_an_app_has_no_loose_modules(app: str) -> None:
    loose = {path.stem for path in (HOUSE / app).glob("*.py")} - EVERY_APP - MORE.get(app, set())

    assert loose == set()


def test_what_apps_register_is_kept_in_registries() -> None:
    """A list with a ``register`` of its own would treat duplicates and gaps in its own way."""
    own = {
        str(path.relative_to(HOUSE))
        for app in (
            "kernel",
            "incidents",
            "live",
            "lanes",
            "comms",
            "retros",
            "machines",
            "warroom",
        )
        for path in (HOUSE / app).rglob("*.py")
        if "def register" in path.read_text()
    }

    assert own == {"kernel/registry.py", "incidents/duties/duty.py"}


def test_a_diff_can_show_every_line_of_a_template() -> None:
    too_long = [
        f"{path.relative_to(HOUSE)}:{number}"
        for path in sorted((HOUSE / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > 200
    ]

    assert too_long == []
