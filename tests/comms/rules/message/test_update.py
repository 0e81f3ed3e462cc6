"""Stakeholder updates: what may go out, and every rule with what it refuses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from comms.rules.message.common import Cadence, CorrectedMessage, Correction
from comms.rules.message.update import Change, Situation, Update, violations

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
SIGN_IN, API = 1, 2


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


VALID = Update(
    audience="public",
    progress="mitigating",
    headline="Some people cannot sign in",
    impact="Signing in fails for about one person in twenty-five, only in Europe.",
    mitigation="We switched off the part of today’s release that caused it.",
    unknowns=("Whether people who signed in before must sign in again",),
    next_at=NOW + minutes(16),
    surfaces={SIGN_IN: "partial_outage", API: "degraded_performance"},
)
AT = Situation(
    cadence=Cadence(NOW, "SEV-1", minutes(30)),
    impacted={SIGN_IN: "Sign-in", API: "Public API"},
    people=("Mara Lindqvist",),
)
VERIFIED = replace(AT, changes=(Change("D-1", NOW - minutes(9), True),))
WORKING = {SIGN_IN: "operational", API: "operational"}
RECOVERED = replace(VALID, progress="recovered", surfaces=WORKING)
CORRECTION = Correction(True, CorrectedMessage("Update 1"), "It is one person in thirty")

ACCEPTED = {
    "as-in-the-playbook": (VALID, AT),
    "investigating": (replace(VALID, progress="investigating"), AT),
    "with-two-unknowns": (replace(VALID, unknowns=("Since when", "Whether it comes back")), AT),
    "with-no-unknown-and-why": (
        replace(VALID, unknowns=(), no_unknowns="The cause is found and undone"),
        AT,
    ),
    "an-impact-that-starts-with-no": (replace(VALID, impact="No order is lost, but slow"), AT),
    "at-the-end-of-the-cadence": (replace(VALID, next_at=NOW + minutes(30)), AT),
    "four-hours-where-allowed": (
        replace(VALID, next_at=NOW + minutes(240)),
        replace(AT, cadence=Cadence(NOW, "SEV-3", minutes(240))),
    ),
    "recovered-without-a-next": (replace(RECOVERED, next_at=None), VERIFIED),
    "recovered-and-watched": (RECOVERED, VERIFIED),
    "recovered-by-the-second": (
        RECOVERED,
        replace(
            AT,
            changes=(Change("D-2", NOW, True), Change("D-1", NOW - minutes(9), False, ended=True)),
        ),
    ),
    "recovered-by-itself": (RECOVERED, replace(AT, is_steady=True)),
    "internal": (replace(VALID, audience="internal"), AT),
    "restricted": (replace(VALID, audience="participants"), replace(AT, restricted=True)),
    "a-drill-within": (replace(VALID, audience="internal"), replace(AT, is_drill=True)),
    "nothing-impacted-yet": (replace(VALID, surfaces={}), replace(AT, impacted={})),
    "a-correction": (replace(VALID, correction=CORRECTION), AT),
}


@pytest.mark.parametrize(("said", "at"), ACCEPTED.values(), ids=ACCEPTED)
def test_it_goes_out(said, at):
    assert violations(said, at) == ()


def corrected(old: CorrectedMessage | None, words: str = "It is one in thirty") -> Update:
    return replace(VALID, correction=Correction(True, old, words))


REFUSED = {
    "no-impact": (replace(VALID, impact=""), AT, "U-IMPACT", "impact"),
    "impact-none": (replace(VALID, impact="None."), AT, "U-IMPACT", "impact"),
    "impact-not-applicable": (replace(VALID, impact="n/a"), AT, "U-IMPACT", "impact"),
    "impact-unknown": (replace(VALID, impact="unknown"), AT, "U-IMPACT", "impact"),
    "no-headline": (replace(VALID, headline=" "), AT, "U-HEADLINE", "headline"),
    "headline-a-dash": (replace(VALID, headline="-"), AT, "U-HEADLINE", "headline"),
    "headline-tbd": (replace(VALID, headline="TBD"), AT, "U-HEADLINE", "headline"),
    "no-mitigation": (replace(VALID, mitigation=""), AT, "U-MITIGATION", "mitigation"),
    "mitigation-nothing": (replace(VALID, mitigation="nothing"), AT, "U-MITIGATION", "mitigation"),
    "mitigation-none-yet": (
        replace(VALID, mitigation="None yet"),
        AT,
        "U-MITIGATION",
        "mitigation",
    ),
    "a-severity": (replace(VALID, headline="SEV-1: sign-in"), AT, "U-PLAIN", "headline"),
    "a-reference": (replace(VALID, mitigation="D-1 is executed"), AT, "U-PLAIN", "mitigation"),
    "a-person": (replace(VALID, impact="Mara looks at failures"), AT, "U-PLAIN", "impact"),
    "a-hash-in-an-unknown": (
        replace(VALID, unknowns=("Is 8f3c21d it",)),
        AT,
        "U-PLAIN",
        "unknown_1",
    ),
    "a-code-in-the-reason": (
        replace(VALID, unknowns=(), no_unknowns="E-9 shows all"),
        AT,
        "U-PLAIN",
        "no_unknowns",
    ),
    "a-code-in-the-correction": (
        corrected(CorrectedMessage("Update 1"), "E-9 says less"),
        AT,
        "U-PLAIN",
        "correction",
    ),
    "no-unknowns-and-no-reason": (
        replace(VALID, unknowns=()),
        AT,
        "U-UNKNOWNS",
        "no_unknowns",
    ),
    "none-without-a-reason": (
        replace(VALID, unknowns=(), no_unknowns="none known"),
        AT,
        "U-UNKNOWNS",
        "no_unknowns",
    ),
    "none-as-an-unknown": (replace(VALID, unknowns=("None",)), AT, "U-UNKNOWNS", "unknown_1"),
    "three-unknowns": (
        replace(VALID, unknowns=("When", "Who", "Why")),
        AT,
        "U-UNKNOWNS",
        "unknown_1",
    ),
    "one-unknown-twice": (
        replace(VALID, unknowns=("Since when?", "since when")),
        AT,
        "U-UNKNOWNS",
        "unknown_2",
    ),
    "unknowns-and-why-none": (
        replace(VALID, no_unknowns="All is clear"),
        AT,
        "U-UNKNOWNS",
        "no_unknowns",
    ),
    "no-next": (replace(VALID, next_at=None), AT, "U-NEXT", "next_at"),
    "next-in-the-past": (replace(VALID, next_at=NOW - minutes(1)), AT, "U-NEXT", "next_at"),
    "next-at-once": (replace(VALID, next_at=NOW), AT, "U-NEXT", "next_at"),
    "next-too-late": (replace(VALID, next_at=NOW + minutes(62)), AT, "U-NEXT", "next_at"),
    "next-too-late-though-recovered": (
        replace(RECOVERED, next_at=NOW + minutes(31)),
        VERIFIED,
        "U-NEXT",
        "next_at",
    ),
    "recovered-by-nothing": (RECOVERED, AT, "U-RECOVERED", "progress"),
    "recovered-unverified-though-runs-are-well": (
        RECOVERED,
        replace(AT, changes=(Change("D-1", NOW, False),), is_steady=True),
        "U-RECOVERED",
        "progress",
    ),
    "recovered-unverified": (
        RECOVERED,
        replace(AT, changes=(Change("D-1", NOW, False),)),
        "U-RECOVERED",
        "progress",
    ),
    "recovered-and-changed-since": (
        RECOVERED,
        replace(
            AT,
            changes=(Change("D-1", NOW - minutes(9), True), Change("D-2", NOW, False)),
        ),
        "U-RECOVERED",
        "progress",
    ),
    "recovered-beside-one-that-is-not": (
        RECOVERED,
        replace(
            AT,
            changes=(Change("D-2", NOW, True), Change("D-1", NOW - minutes(9), False)),
        ),
        "U-RECOVERED",
        "progress",
    ),
    "recovered-and-a-later-one-failed": (
        RECOVERED,
        replace(
            AT,
            changes=(Change("D-1", NOW - minutes(9), True), Change("D-2", NOW, False, ended=True)),
        ),
        "U-RECOVERED",
        "progress",
    ),
    "no-status": (replace(VALID, progress=""), AT, "U-STATUS", "progress"),
    "a-status-of-others": (replace(VALID, progress="resolved"), AT, "U-STATUS", "progress"),
    "a-status-in-a-foreign-case": (
        replace(VALID, progress="Recovered"),
        AT,
        "U-STATUS",
        "progress",
    ),
    "no-audience": (replace(VALID, audience=""), AT, "U-AUDIENCE", "audience"),
    "restricted-and-public": (VALID, replace(AT, restricted=True), "U-AUDIENCE", "audience"),
    "restricted-and-internal": (
        replace(VALID, audience="internal"),
        replace(AT, restricted=True),
        "U-AUDIENCE",
        "audience",
    ),
    "a-public-drill": (VALID, replace(AT, is_drill=True), "U-AUDIENCE", "audience"),
    "open-to-participants-only": (
        replace(VALID, audience="participants"),
        AT,
        "U-AUDIENCE",
        "audience",
    ),
    "a-surface-untold": (
        replace(VALID, surfaces={SIGN_IN: "operational"}),
        AT,
        "U-SURFACES",
        "surface_2",
    ),
    "a-surface-of-another": (
        replace(VALID, surfaces={**VALID.surfaces, 9: "operational"}),
        AT,
        "U-SURFACES",
        "",
    ),
    "a-state-unheard-of": (
        replace(VALID, surfaces={**VALID.surfaces, API: "slow"}),
        AT,
        "U-SURFACES",
        "surface_2",
    ),
    "recovered-and-still-degraded": (
        replace(RECOVERED, surfaces={SIGN_IN: "operational", API: "degraded_performance"}),
        VERIFIED,
        "U-SURFACES",
        "surface_2",
    ),
    "corrects-nothing-here": (corrected(None), AT, "U-CORRECTS", ""),
    "corrected-already": (
        corrected(CorrectedMessage("Update 1", "Update 2")),
        AT,
        "U-CORRECTS",
        "",
    ),
    "corrects-without-words": (
        corrected(CorrectedMessage("Update 1"), "none"),
        AT,
        "U-CORRECTS",
        "correction",
    ),
    "words-that-correct-nothing": (
        replace(VALID, correction=Correction(explanation="It was wrong")),
        AT,
        "U-CORRECTS",
        "correction",
    ),
}


@pytest.mark.parametrize(("said", "at", "code", "field"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(said, at, code, field):
    assert [(one.code, one.field) for one in violations(said, at)] == [(code, field)]


def test_a_time_too_far_says_how_far_it_is_and_what_is_allowed():
    (found,) = violations(replace(VALID, next_at=NOW + minutes(62)), AT)

    assert found.sentence == (
        "That is 62 minutes away. SEV-1 allows 30 minutes: choose an earlier time."
    )


def test_everything_unmet_is_said_at_once():
    said = Update(audience="", progress="", headline="", impact="", mitigation="")

    found = violations(said, AT)

    assert [one.code for one in found] == [
        "U-AUDIENCE",
        "U-STATUS",
        "U-HEADLINE",
        "U-IMPACT",
        "U-MITIGATION",
        "U-UNKNOWNS",
        "U-NEXT",
        "U-SURFACES",
        "U-SURFACES",
    ]
