"""Scenarios as data (playbook, "Scenario library"); docs/scenarios.md has the format."""

from incidents.scenarios.library import find, find_all, library, shelf
from incidents.scenarios.loader import Problem, ScenarioError, read
from incidents.scenarios.schema import RULES, STEPS, Scenario

__all__ = [
    "RULES",
    "STEPS",
    "Problem",
    "Scenario",
    "ScenarioError",
    "find",
    "find_all",
    "library",
    "read",
    "shelf",
]
