"""The option of a row (a decision, a recommendation) as the rules know it."""

from incidents.models import Decision, Recommendation
from incidents.rules.conflict import target_of
from incidents.rules.decision.own_option import OwnOption, kind_of
from incidents.rules.recommendation import OpenRecommendation
from incidents.vocabulary import Option


def own_of(row: Decision | Recommendation) -> OwnOption | None:
    """Its own option, or None where it is one that every incident knows."""
    if row.option != Option.OWN:
        return None
    return OwnOption(row.own_name, row.reach, row.own_reach_reason, row.nearest_step)


def kind_of_row(row: Decision | Recommendation) -> str:
    """What makes two options the same."""
    return kind_of(row.option, row.own_name)


def own_columns(option: str, own: OwnOption | None) -> dict[str, str]:
    """The columns for what was chosen, without the reach."""
    if option != Option.OWN or own is None:
        return {"own_name": "", "own_reach_reason": "", "nearest_step": ""}
    return {
        "own_name": own.name,
        "own_reach_reason": own.reach_reason,
        "nearest_step": own.nearest_step,
    }


def own_data(own: OwnOption | None) -> dict[str, str]:
    """An own option as data of a timeline entry; empty where it is none."""
    if own is None:
        return {}
    return {"reach": own.reach, "why": own.reach_reason, "nearest": own.nearest_step}


def target_of_row(row: Decision | Recommendation) -> str:
    """What is compared of the target that it names under its option."""
    return target_of(row.option_detail)


def as_open(row: Recommendation) -> OpenRecommendation:
    """An open recommendation, read ``with_stated``, as the rules compare it with others."""
    return OpenRecommendation(
        row.owner,
        kind_of_row(row),
        target_of_row(row),
        row.pk,
        frozenset(row.stated),  # type: ignore[attr-defined]
    )
