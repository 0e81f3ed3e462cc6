"""The fields of an own option, shared by the forms in which an option is chosen."""

from collections.abc import Iterable, Mapping

from django import forms

from incidents.rules.decision import Offer
from incidents.rules.decision.own_option import OwnOption
from incidents.vocabulary import LADDER, Option, Reach

_NEAREST = [("", "None of them"), *((option.value, option.label) for option in LADDER)]
_REACHES = [
    (Reach.REVERSIBLE.value, "Reversible: undone at once"),
    (Reach.BOUNDED.value, "Partly reversible: what can go wrong has limits (bounded)"),
    (Reach.BROAD.value, "Hard to reverse: it can reach everything (broad)"),
]


def own_option_fields() -> dict[str, forms.Field]:
    """The fields by name, for a form to add."""
    return {
        "own_name": forms.CharField(
            label="Its name",
            required=False,
            max_length=120,
            help_text="Fail back to Frankfurt, add replicas, pause the jobs.",
        ),
        "own_reach": forms.ChoiceField(
            label="How far it reaches", required=False, choices=[("", "Choose"), *_REACHES]
        ),
        "own_reach_reason": forms.CharField(
            label="Why it reaches so far", required=False, max_length=300
        ),
        "nearest_step": forms.ChoiceField(
            label="Nearest step of the ladder", required=False, choices=_NEAREST
        ),
    }


OWN_FIELDS = ("own_name", "own_reach", "own_reach_reason", "nearest_step")


def take_option(
    option: str, typed: Mapping[str, str], offered: Iterable[Offer]
) -> tuple[str, OwnOption | None]:
    """The option that was chosen, and its own one.

    One that is ready is chosen by its value, any other by ``own`` with its fields in ``typed``.
    """
    ready: Mapping[str, OwnOption] = {o.value: o.own for o in offered if o.own is not None}
    if option in ready:
        return Option.OWN.value, ready[option]
    name, reach, reach_reason, nearest_step = (typed[name] or "" for name in OWN_FIELDS)
    own = OwnOption(name=name, reach=reach, reach_reason=reach_reason, nearest_step=nearest_step)
    return option, own if option == Option.OWN else None
