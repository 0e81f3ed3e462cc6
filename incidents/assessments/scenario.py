"""The scenario of an incident, for its room."""

from dataclasses import dataclass
from datetime import datetime

from incidents.assessments import evidence_minimum as minimum
from incidents.assessments.decision import offered
from incidents.facts.incident import IncidentFacts
from incidents.models import Person
from incidents.rules import minimum as rules
from incidents.rules.decision import Offer, offers
from incidents.rules.minimum import RequirementStatus
from incidents.scenarios import RULES, STEPS, Scenario
from incidents.vocabulary import LaneKind, RoleName


@dataclass(frozen=True, slots=True)
class ScenarioSummary:
    """``options`` are pairs with their detail, ``chain`` pairs of a step and its holder."""

    scenario: Scenario
    options: tuple[tuple[Offer, str], ...]
    rules: tuple[str, ...]
    minimum: tuple[RequirementStatus, ...]
    chain: tuple[tuple[str, Person | None], ...]


def of(facts: IncidentFacts, now: datetime) -> ScenarioSummary | None:
    scenario = facts.scenario
    if scenario is None:
        return None
    return ScenarioSummary(
        scenario,
        options=_options(scenario, offered(facts)),
        rules=_rules(scenario),
        minimum=minimum.of(facts, now),
        chain=tuple((STEPS[step], _holder(facts, step)) for step in scenario.chain),
    )


def before_declaring(scenario: Scenario) -> ScenarioSummary:
    """The summary before an incident is declared: nothing is met, nobody holds a step."""
    return ScenarioSummary(
        scenario,
        options=_options(scenario, offers(scenario.options, scenario_reach=scenario.reach)),
        rules=_rules(scenario),
        minimum=rules.check_minimum(scenario.evidence_minimum, ()),
        chain=tuple((STEPS[step], None) for step in scenario.chain),
    )


def _options(scenario: Scenario, on_offer: tuple[Offer, ...]) -> tuple[tuple[Offer, str], ...]:
    known = {offer.option: offer for offer in on_offer}
    named = [known[code] for code in scenario.options if code in known]
    return tuple((offer, scenario.details.get(offer.option, "")) for offer in named)


def _rules(scenario: Scenario) -> tuple[str, ...]:
    return tuple(sentence for code, sentence in RULES.items() if code in scenario.rules)


def _holder(facts: IncidentFacts, step: str) -> Person | None:
    if step in LaneKind.values:
        return facts.holder(RoleName.LANE_OWNER, step)
    return facts.holder(step)
