"""The options to decide between and how far each reaches. Playbook, "Decision ladder"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from incidents.rules.decision.own_option import OwnOption, judged_step
from incidents.vocabulary import LADDER, REACH, Choice, Option, Reach


@dataclass(frozen=True, slots=True)
class Offer:
    """One option on the form. ``rung`` counts the ladder from 1, and is 0 beyond it.

    ``own`` is set for one that is no known option; ``source`` says who has it ready.
    """

    option: str
    label: str
    reach: str
    rung: int = 0
    own: OwnOption | None = None
    source: str = ""

    @property
    def value(self) -> str:
        """What stands for it in a form."""
        return self.own.value if self.own else self.option


def offers(
    scenario_options: Iterable[str] = (),
    *,
    rollback_is_broad: bool = False,
    scenario_reach: Mapping[str, str] | None = None,
    own_options: Mapping[str, Iterable[OwnOption]] | None = None,
) -> tuple[Offer, ...]:
    """The ladder, then the options of the scenario, the own ones by source, then hold; each once.

    Hold is always offered: a checkpoint may end in observing further, and pausing needs it.
    """
    order = dict.fromkeys(Option(code) for code in (*LADDER, *scenario_options, Option.HOLD))
    known = [
        Offer(
            option.value,
            str(option.label),
            reach_of(option, rollback_is_broad, scenario_reach or {}),
            LADDER.index(option) + 1 if option in LADDER else 0,
        )
        for option in order
    ]
    own: dict[str, Offer] = {}
    for source, options in (own_options or {}).items():
        for named in options:
            own.setdefault(named.value, own_offer(named, source))
    at = [offer.option for offer in known].index(Option.HOLD)
    return (*known[:at], *own.values(), *known[at:])


def own_offer(own: OwnOption, source: str = "") -> Offer:
    """An own option as one of those that can be chosen."""
    return Offer(Option.OWN.value, own.name, own.reach, own=own, source=source)


def reach_of(option: str, rollback_is_broad: bool, scenario_reach: Mapping[str, str]) -> Reach:
    """How far a wrong choice reaches.

    A recorded migration or data change makes a full rollback broad, whatever the scenario says;
    otherwise the scenario's own reach counts, then the usual one. For an unknown option the worst
    is assumed.
    """
    if option == Option.ROLLBACK and rollback_is_broad:
        return Reach.BROAD
    return Reach(scenario_reach.get(option) or REACH.get(option, Reach.BROAD))


def choice_for(option: str, own: OwnOption | None = None) -> Choice:
    """The choice that ``option`` implies: rollback for a full rollback, else continue.

    An own option implies what its nearest step does. Holding means continuing to observe.
    Escalating is never implied: somebody must choose it.
    """
    is_rollback = judged_step(option, own) == Option.ROLLBACK
    return Choice.ROLLBACK if is_rollback else Choice.CONTINUE


def mitigates(option: str) -> bool:
    """True of every option but hold, which changes nothing that runs."""
    return option != Option.HOLD
