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


@pytest.mark.parametrize("app", ["incidents", "lanes", "comms", "retros", "warroom"])
def test_the_root_of_an_app_has_no_loose_modules(app: str) -> None:
    loose = {path.stem for path in (HOUSE / app).glob("*.py")} - EVERY_APP - MORE.get(app, set())

    assert loose == set()
