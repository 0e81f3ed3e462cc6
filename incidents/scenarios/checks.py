"""System checks of the scenario files."""

from typing import Any

from django.core.checks import Error, register

from incidents import scenarios


@register
def scenario_files(**_: Any) -> list[Error]:
    """Each wrong key of each scenario file."""
    return [
        Error(f"{error.source}: {problem}", id="incidents.E001")
        for error in scenarios.shelf().errors
        for problem in error.problems
    ]
