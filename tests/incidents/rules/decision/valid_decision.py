"""A proposal that every rule accepts, in a situation that asks the most of it.

It is the first decision of a SEV-2 incident: disable the feature flag, on L1. Tests change one
thing and look at what the rules say. All three rungs have a reason, so that any option can be
chosen without writing others.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from incidents.rules.decision import (
    Candidate,
    Cited,
    Proposal,
    Situation,
    choice_for,
    offers,
    violations,
)
from incidents.rules.decision.own_option import OwnOption
from incidents.rules.readiness import Readiness, ReadinessFacts, RollbackCheck, readiness
from incidents.vocabulary import Choice, Confidence, LaneKind, Option, Severity

NOW = datetime(2026, 3, 4, 15, 20, tzinfo=UTC)

ADA = Candidate(1, "Ada")
BO = Candidate(2, "Bo")
GONE = Candidate(3, "Gil", can_act=False)

OWN = OwnOption("Add replicas", "reversible", "They are taken away again at once")

NOTHING = {
    "blank": "",
    "whitespace": " \n\t ",
    "none": "None.",
    "not-applicable": "N / A",
    "dash": "—",
    "nothing": "Nothing!",
    "to-be-decided": "T.B.D.",
    "zero-width": "\u200b",
    "several": "none; n/a",
}

BEYOND = (
    Option.WRITE_FREEZE,
    Option.REPLAY,
    Option.REVOCATION,
    Option.THROTTLING,
    Option.ROLLOUT,
)

_READY = ReadinessFacts(
    now=NOW,
    check_lasts=timedelta(minutes=60),
    revision="4f2a91c",
    surfaces=(),
    rollback_check=RollbackCheck(3, True, NOW - timedelta(minutes=4)),
    has_commander=True,
    owned_lanes=frozenset(LaneKind),
    channel="https://chat.example/inc-42",
)
READY: Readiness = readiness(_READY)
NOT_READY: Readiness = readiness(replace(_READY, channel="", has_commander=False))

SOUND = Proposal(
    scope="Sign-in in Europe, a third of the sessions",
    evidence=(Cited(1, is_precheck=True), Cited(2)),
    risks=("Refresh tokens of mobile clients may stay invalid for an hour",),
    next_action="Compare the rate of 401 with the baseline",
    deadline=NOW + timedelta(minutes=30),
    choice=Choice.CONTINUE.value,
    option=Option.FLAG.value,
    rejected={
        Option.FLAG.value: "The flag does not cover the old client",
        Option.HOTFIX.value: "A fix takes an hour to build and review",
        Option.ROLLBACK.value: "Two migrations ran since the last good revision",
    },
    why_now="The error budget of the week is used up in ten minutes",
    reversibility="Turned on again within a minute",
    blast_radius="Sign-in by magic link stops for everyone",
    verification="The rate of 401 falls below 0.1 % for ten minutes",
    confidence=Confidence.L1.value,
    executor=ADA,
    verifier=BO,
)

AT_HAND = Situation(
    now=NOW,
    severity=Severity.SEV2.value,
    commander=ADA,
    is_first=True,
    is_overridden=False,
    readiness=READY,
    offered=offers(BEYOND),
    severity_href="/incidents/42/severity/",
    commander_href="/incidents/42/role/",
)


def proposal(**changes: Any) -> Proposal:
    return replace(SOUND, **changes)


def situation(**changes: Any) -> Situation:
    return replace(AT_HAND, **changes)


def choosing(option: str, **changes: Any) -> Proposal:
    """The sound proposal for another option, with its choice and a reason to deviate."""
    chosen = {
        "option": option,
        "own": OWN if option == Option.OWN else None,
        "choice": choice_for(option).value,
        "deviation_reason": "The usual answer needs a team that is asleep",
    }
    return proposal(**{**chosen, **changes})


def reasons(**changes: str) -> Mapping[str, str]:
    """The reasons of the sound proposal, some of them changed."""
    return {**SOUND.rejected, **changes}


def codes_and_places(proposal: Proposal, situation: Situation = AT_HAND) -> list[tuple[str, str]]:
    """Each violation as its code and the place that mends it: a field, else a link."""
    return [
        (violation.code, violation.field or violation.href)
        for violation in violations(proposal, situation)
    ]


def sentences(proposal: Proposal, situation: Situation = AT_HAND) -> list[str]:
    return [violation.sentence for violation in violations(proposal, situation)]
