"""Drafting: what a stakeholder update begins with, from which facts, and what is never taken."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from comms.rules.drafting import (
    DraftFacts,
    LastUpdate,
    Mitigation,
    OpenUnknown,
    Source,
    draft,
    suggest_next_at,
)
from comms.rules.message.common import Cadence
from comms.rules.message.update import Change, Situation, Update, violations

NOW = datetime(2026, 3, 5, 14, 2, 11, tzinfo=UTC)
AT = Cadence(NOW, "SEV-1", timedelta(minutes=30))
D1 = Source("D-1", "/INC-42/D-1/")
U1, U2, U3 = (Source(f"U-{n} of Investigation", f"/U-{n}/") for n in (1, 2, 3))
VALID = Source("update 1", "/INC-42/updates/1/")

FRESH = DraftFacts(AT, "1", surfaces={1: "Sign-in", 2: "Public API"}, people=("Mara Lindqvist",))
DECIDED = Mitigation(D1, "flag", NOW - timedelta(minutes=5))
LAST = LastUpdate(
    VALID,
    audience="internal",
    headline="Some sign-ins fail",
    impact="One in three fails",
    mitigation="We look for it",
    unknowns=("Since when",),
    no_unknowns="",
    published_at=NOW - timedelta(minutes=8),
    surfaces={1: "major_outage"},
)
AGAIN = replace(FRESH, last=LAST)


def minute(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


def test_the_first_one_says_what_is_known_and_leaves_the_rest_open():
    made = draft(FRESH)

    assert (made.audience, made.progress) == ("public", "investigating")
    assert made.headline == "Problems with Sign-in and Public API"
    assert (made.impact, made.mitigation) == ("", "We are looking for the cause.")
    assert made.surfaces == {1: "partial_outage", 2: "partial_outage"}
    assert (made.unknowns, made.no_unknowns, made.sources) == ((), "", ())


MITIGATION = {
    "decided": (DECIDED, "mitigating", "We are switching off the part that causes it."),
    "executed": (
        replace(DECIDED, done=True),
        "mitigating",
        "We switched off the part that caused it.",
    ),
    "verified": (
        replace(DECIDED, done=True, verified=True),
        "mitigating",
        "We switched off the part that caused it.",
    ),
    "another": (
        replace(DECIDED, option="rollback"),
        "mitigating",
        "We are going back to the version that worked.",
    ),
    "none": (None, "investigating", "We are looking for the cause."),
}


@pytest.mark.parametrize(("made", "progress", "words"), MITIGATION.values(), ids=MITIGATION)
def test_the_last_decision_says_how_far_it_is(made, progress, words):
    found = draft(replace(FRESH, mitigation=made))

    assert (found.progress, found.mitigation) == (progress, words)
    assert found.sources == ((D1,) if made else ())


def test_the_last_words_are_kept_where_nothing_is_newer():
    made = draft(AGAIN)

    assert (made.audience, made.headline, made.impact) == (
        "internal",
        "Some sign-ins fail",
        "One in three fails",
    )
    assert (made.mitigation, made.unknowns) == ("We look for it", ("Since when",))
    assert made.surfaces == {1: "major_outage", 2: "partial_outage"}
    assert made.sources == (VALID,)


def test_a_decision_since_takes_the_place_of_the_last_words():
    made = draft(replace(AGAIN, mitigation=DECIDED))

    assert made.mitigation == "We are switching off the part that causes it."
    assert made.sources == (D1, VALID)


DONE = minute(-4)
SHOWN = replace(
    AGAIN,
    phase="recovery",
    mitigation=replace(DECIDED, done=True, verified=True),
    executed=(Change("D-1", DONE, True),),
    last=replace(LAST, surfaces={1: "operational", 2: "operational"}, progress="mitigating"),
)


def test_recovered_is_drafted_where_all_shows_it_and_a_person_says_it_of_each_surface():
    made = draft(SHOWN)

    assert made.progress == "recovered"
    assert made.surfaces == {1: "", 2: ""}


TOO_EARLY = {
    "still-in-containment": {"phase": "containment"},
    "nothing-executed": {"executed": (), "mitigation": None},
    "another-one-unverified": {
        "executed": (Change("D-1", DONE, True), Change("D-2", minute(-3), False))
    },
    "a-surface-still-degraded": {
        "last": replace(LAST, surfaces={1: "operational", 2: "degraded_performance"})
    },
    "a-surface-never-reported": {"last": replace(LAST, surfaces={1: "operational"})},
    "no-update-yet": {"last": None},
    "opened-again-since": {"reopened_at": minute(-2)},
}


@pytest.mark.parametrize("other", TOO_EARLY.values(), ids=TOO_EARLY)
def test_recovered_is_never_drafted_too_early(other):
    made = draft(replace(SHOWN, **other))

    assert made.progress in {"mitigating", "investigating"}
    assert set(made.surfaces) == {1, 2}


def test_what_was_reported_as_recovered_and_came_back_is_said():
    told = replace(LAST, progress="recovered", surfaces={1: "operational", 2: "operational"})
    made = draft(replace(SHOWN, last=told, reopened_at=minute(-1)))

    assert made.progress == "investigating"
    assert made.impact == "We reported that this had recovered. It has come back."
    assert made.mitigation == "We are looking for the cause."
    assert made.surfaces == {1: "partial_outage", 2: "partial_outage"}


@pytest.mark.parametrize(
    ("texts", "taken"),
    [
        pytest.param(("Which regions?",), (U1,), id="one"),
        pytest.param(("Which regions?", "Since when?", "Why?"), (U1, U2), id="the-first-two"),
        pytest.param(("Is E-4 right?", "Since when?"), (U2,), id="no-references"),
        pytest.param(
            ("Does Mara know?", "8f3c21d?", "Since when?"), (U3,), id="no-names-no-hashes"
        ),
        pytest.param(("Is D-1 undone?",), (), id="none-that-is-plain"),
    ],
)
def test_unknowns_are_taken_where_they_are_plain(texts, taken):
    asked = tuple(map(OpenUnknown, texts, (U1, U2, U3)))

    made = draft(replace(FRESH, unknowns=asked))

    assert made.sources == taken
    assert made.unknowns == tuple(one.text for one in asked if one.source in taken)


def test_a_restricted_incident_tells_its_participants():
    assert draft(replace(AGAIN, restricted=True)).audience == "participants"


@pytest.mark.parametrize(
    ("checkpoint", "found"),
    [
        pytest.param(None, datetime(2026, 3, 5, 14, 30, tzinfo=UTC), id="as-late-as-it-may"),
        pytest.param(minute(6), datetime(2026, 3, 5, 14, 15, tzinfo=UTC), id="after-it"),
        pytest.param(minute(40), datetime(2026, 3, 5, 14, 30, tzinfo=UTC), id="too-late-for-it"),
        pytest.param(minute(-60), datetime(2026, 3, 5, 14, 30, tzinfo=UTC), id="long-overdue"),
        pytest.param(minute(-9), datetime(2026, 3, 5, 14, 5, tzinfo=UTC), id="just-overdue"),
    ],
)
def test_the_next_time_gives_news_to_tell(checkpoint, found):
    assert suggest_next_at(AT, checkpoint) == found


@pytest.mark.parametrize(
    "known",
    [AGAIN, replace(AGAIN, mitigation=DECIDED), replace(FRESH, mitigation=DECIDED)],
    ids=["again", "again-and-decided", "first"],
)
def test_nothing_is_drafted_that_would_be_refused(known):
    made = draft(
        replace(known, unknowns=(OpenUnknown("Since when?", U1), OpenUnknown("Is D-1 it?", U2)))
    )
    said = Update(
        audience=made.audience,
        progress=made.progress,
        headline=made.headline,
        impact=made.impact or "It is slow",
        mitigation=made.mitigation,
        unknowns=made.unknowns,
        no_unknowns=made.no_unknowns,
        next_at=made.next_at,
        surfaces=made.surfaces,
    )

    assert violations(said, Situation(AT, impacted=known.surfaces, people=known.people)) == ()
