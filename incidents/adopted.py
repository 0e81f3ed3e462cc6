"""The scenario that an incident follows, as its room shows it."""

from dataclasses import dataclass
from datetime import datetime

from incidents import minimum
from incidents.facts import Standing
from incidents.models import Person
from incidents.rules.decision import Offer
from incidents.rules.minimum import Minimum
from incidents.scenarios import RULES, STEPS, Scenario
from incidents.situation import offered
from incidents.vocabulary import LaneKind, RoleName


@dataclass(frozen=True, slots=True)
class Adopted:
    """``options`` each with its detail, ``chain`` each step with who holds it now."""

    scenario: Scenario
    options: tuple[tuple[Offer, str], ...]
    rules: tuple[str, ...]
    minimum: tuple[Minimum, ...]
    chain: tuple[tuple[str, Person | None], ...]


def of(facts: Standing, now: datetime) -> Adopted | None:
    scenario = facts.scenario
    if scenario is None:
        return None
    offers = {one.option: one for one in offered(facts)}
    return Adopted(
        scenario,
        options=tuple(
            (offers[code], scenario.details.get(code, ""))
            for code in scenario.options
            if code in offers
        ),
        rules=tuple(words for code, words in RULES.items() if code in scenario.rules),
        minimum=minimum.of(facts, now),
        chain=tuple((STEPS[step], _holder(facts, step)) for step in scenario.chain),
    )


def _holder(facts: Standing, step: str) -> Person | None:
    if step in LaneKind.values:
        return facts.holder(RoleName.LANE_OWNER, step)
    return facts.holder(step)
