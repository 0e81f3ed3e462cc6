"""What stands, behind tabs: the bar of tabs is a panel, and what is in a tab is asked for when it
is opened.

The bar carries a version of each tab's content, so that a browser asks again only for the tab that
it has open, and only when that has changed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.template.loader import render_to_string

from incidents.assessments import control, evidence_minimum
from incidents.assessments import scenario as scenario_assessment
from incidents.assessments.decision import situation_of
from incidents.facts import incident as incident_facts
from incidents.facts.incident import IncidentFacts
from incidents.models import Freeze, Incident, Person, Surface
from incidents.panels import prechecks
from incidents.rules.decision import postures
from incidents.vocabulary import RoleName
from kernel.registry import Registry

VERSION_BYTES = 6


@dataclass(frozen=True, slots=True)
class Tab:
    """``render`` gives the content, the same for every viewer. ``count`` is shown beside the label.

    ``is_versioned`` is false where rendering costs too much to be done at each change: such a tab
    is asked for again whenever duties change.
    """

    name: str
    label: str
    render: Callable[[Incident, datetime], str]
    count: Callable[[IncidentFacts], int] | None = None
    is_met: Callable[[IncidentFacts, datetime], bool] | None = None
    is_versioned: bool = True


TABS = Registry[Tab]("tab of what stands", name_of=lambda tab: tab.name)
FIRST_TAB = "risks"
"""What is open when a room is opened."""


@dataclass(frozen=True, slots=True)
class ShownTab:
    """A tab as its bar shows it; ``is_met`` is None where it has no state."""

    name: str
    label: str
    count: int | None
    is_met: bool | None
    version: str
    is_open: bool


def render_tab_bar(incident: Incident, now: datetime) -> str:
    return render_to_string(
        "incidents/panels/standing.html", {"incident": incident, "tabs": tabs(incident, now)}
    )


def tabs(incident: Incident, now: datetime, opened: str = FIRST_TAB) -> list[ShownTab]:
    facts = incident_facts.cached_facts(incident)
    return [
        ShownTab(
            name=tab.name,
            label=tab.label,
            count=tab.count(facts) if tab.count else None,
            is_met=tab.is_met(facts, now) if tab.is_met else None,
            version=_version(tab.render(incident, now)) if tab.is_versioned else "",
            is_open=tab.name == opened,
        )
        for tab in TABS.values()
    ]


def _version(html: str) -> str:
    return blake2b(html.encode(), digest_size=VERSION_BYTES).hexdigest()


def render_tab(name: str, incident: Incident, now: datetime) -> str:
    """The content of one tab in its place, with its version."""
    html = TABS[name].render(incident, now)
    context = {"name": name, "html": html, "version": _version(html)}
    return render_to_string("incidents/panels/standing_body.html", context)


def render_all(incident: Incident, now: datetime) -> str:
    """The content of all tabs one after the other, for a look at the past."""
    contents = [tab.render(incident, now) for tab in TABS.values() if tab.is_versioned]
    return render_to_string("incidents/panels/standing_all.html", {"contents": contents})


def _renderer(
    template: str, context_of: Callable[[IncidentFacts, datetime], dict[str, Any]]
) -> Callable[[Incident, datetime], str]:
    def render(incident: Incident, now: datetime) -> str:
        facts = incident_facts.cached_facts(incident)
        context = {"incident": incident, "facts": facts, **context_of(facts, now)}
        return render_to_string(f"incidents/panels/{template}.html", context)

    return render


def _ready(facts: IncidentFacts, now: datetime) -> dict[str, Any]:
    applicable = postures(facts.incident.severity, situation_of(facts, now).surfaces)
    shown_by = evidence_minimum.of_postures(facts)
    return {
        "readiness": control.readiness(facts, now),
        "prechecks": prechecks.blocks(facts.incident, facts.surfaces),
        "postures": [
            (posture, shown_by.get(posture.dependency_class, ())) for posture in applicable
        ],
    }


def _freezes(facts: IncidentFacts) -> list[tuple[Surface, Freeze | None]]:
    """The impacted surfaces, each with its freeze or the last that was lifted, then those that are
    frozen all the same."""
    current = {f.surface_id: f for f in facts.freezes if f.until is None}
    lifted = {f.surface_id: f for f in facts.freezes if f.until is not None}
    rows = [
        (surface, current.pop(surface.pk, None) or lifted.get(surface.pk))
        for surface in facts.surfaces
    ]
    return [*rows, *((f.surface, f) for f in current.values() if not f.declined)]


def _roles(facts: IncidentFacts) -> list[tuple[str, Person]]:
    named = (RoleName.DATA_OWNER, RoleName.WATCH_OWNER)
    return [(role.label, person) for role in named if (person := facts.holder(role))]


def _in_force(facts: IncidentFacts) -> int:
    return sum(not f.declined and f.until is None for f in facts.freezes)


TABS.register(
    Tab(
        FIRST_TAB,
        "Risks",
        _renderer("_risks", lambda facts, now: {}),
        count=lambda facts: len(facts.open_risks),
    )
)
TABS.register(
    Tab(
        "ready",
        "Ready",
        _renderer("_readiness", _ready),
        is_met=lambda facts, now: control.readiness(facts, now).holds,
    )
)
TABS.register(
    Tab(
        "freezes",
        "Freezes",
        _renderer("_freezes", lambda facts, now: {"freezes": _freezes(facts)}),
        count=_in_force,
    )
)
TABS.register(
    Tab(
        "branches",
        "Branches",
        _renderer("_branches", lambda facts, now: {}),
        count=lambda facts: len(facts.active_branches),
    )
)
TABS.register(
    Tab(
        "scenario",
        "Scenario",
        _renderer("_scenario", lambda facts, now: {"adopted": scenario_assessment.of(facts, now)}),
    )
)
TABS.register(
    Tab("about", "About", _renderer("_about", lambda facts, now: {"roles": _roles(facts)}))
)
