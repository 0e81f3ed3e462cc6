"""Which side of a contradiction leads: scores of author and commander count alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.rules.conflict import Scores, Stand, verdict

NOT_GIVEN = Scores()


def side(number: int, option: str, author: Scores, commander: Scores = NOT_GIVEN) -> Stand:
    return Stand(number, option, option, f"owner {number}", author, commander)


LEADS = {
    "author-alone-more-reversible": (
        [side(1, "flag", Scores(4, 3)), side(2, "rollback", Scores(3, 1))],
        {"flag"},
        "more reversible",
    ),
    "commander-turns-it": (
        [
            side(1, "flag", Scores(4, 3), Scores(1, 3)),
            side(2, "rollback", Scores(3, 3), Scores(3, 3)),
        ],
        {"rollback"},
        "more reversible",
    ),
    "level-then-smaller-blast-radius": (
        [
            side(1, "flag", Scores(4, 3), Scores(3, 3)),
            side(2, "rollback", Scores(3, 2), Scores(4, 3)),
        ],
        {"rollback"},
        "smaller blast radius",
    ),
    "blast-radius-does-not-outweigh-reversibility": (
        [
            side(1, "flag", Scores(5, 5), Scores(5, 5)),
            side(2, "rollback", Scores(4, 1), Scores(5, 1)),
        ],
        {"flag"},
        "more reversible",
    ),
    "level-in-both": (
        [
            side(1, "flag", Scores(4, 2), Scores(2, 2)),
            side(2, "rollback", Scores(2, 2), Scores(4, 2)),
        ],
        {"flag", "rollback"},
        "tie",
    ),
    "two-owners-of-one-option-against-a-third": (
        [
            side(1, "flag", Scores(2, 4)),
            side(2, "flag", Scores(5, 1)),
            side(3, "rollback", Scores(4, 1)),
        ],
        {"flag"},
        "more reversible",
    ),
}


@pytest.mark.parametrize(("sides", "options", "because"), LEADS.values(), ids=LEADS)
def test_it_leads(sides, options, because):
    found = verdict(sides)

    assert (found.options, found.because) == (options, because)


SCORE = st.integers(1, 5)
SCORES = st.builds(Scores, SCORE, SCORE)
SIDE = st.builds(side, st.integers(1, 9), st.sampled_from(["flag", "hotfix"]), SCORES, SCORES)


@given(st.lists(SIDE, min_size=1, max_size=5))
def test_no_side_left_behind_is_more_reversible_than_one_that_leads(sides):
    lead = verdict(sides)

    best = max(s.reversibility for s in sides if s.option in lead.options)
    assert all(s.reversibility <= best for s in sides)
    assert lead.is_tie == (len(lead.options) > 1)


MISSING = {
    "all": (Scores(), ("reversibility", "blast_radius")),
    "one": (Scores(3), ("blast_radius",)),
    "zero": (Scores(0, 3), ("reversibility",)),
    "six": (Scores(3, 6), ("blast_radius",)),
    "none": (Scores(1, 5), ()),
}


@pytest.mark.parametrize(("scores", "names"), MISSING.values(), ids=MISSING)
def test_what_is_not_scored_is_named(scores, names):
    assert scores.missing == names
