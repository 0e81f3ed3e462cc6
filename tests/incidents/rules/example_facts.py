"""A situation ready for its first decision, and a proposal that breaks no rule in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from incidents.rules.decision import Candidate, Cited, Proposal, Situation, offers, violations
from incidents.rules.readiness import ReadinessFacts, RollbackCheck, readiness
from incidents.vocabulary import Choice, Confidence, LaneKind, Option, Severity

DECLARED = datetime(2026, 5, 12, 13, 26, tzinfo=UTC)
NOW = DECLARED + timedelta(minutes=37)

COMMANDER = Candidate(1, "Mara Lindqvist")
MITIGATION = Candidate(2, "Jonas Weber")
VERIFICATION = Candidate(3, "Ken Ito")
LEFT = Candidate(4, "Priya Raman", can_act=False)

READY_FACTS = ReadinessFacts(
    now=NOW,
    check_lasts=timedelta(minutes=60),
    revision="4be90a7",
    surfaces=(),
    rollback_check=RollbackCheck(13, True, DECLARED + timedelta(minutes=13)),
    has_commander=True,
    owned_lanes=frozenset(LaneKind.values),
    channel="#inc-42-auth",
)
READY = readiness(READY_FACTS)
NOT_READY = readiness(replace(READY_FACTS, channel=""))

SITUATION = Situation(
    now=NOW,
    severity=Severity.SEV1,
    commander=COMMANDER,
    is_first=True,
    is_overridden=False,
    readiness=READY,
    offered=offers(),
    severity_href="/severity",
    commander_href="/role",
)

PROPOSAL = Proposal(
    scope="Sign-in in eu-west: 18 % of token checks fail.",
    evidence=(Cited(9, is_precheck=True), Cited(11)),
    risks=("Sessions issued before 13:48 may fail until they expire",),
    next_action="Roll auth-gateway back, region by region",
    deadline=NOW + timedelta(minutes=30),
    choice=Choice.ROLLBACK,
    option=Option.ROLLBACK,
    rejected={
        Option.FLAG: "D-1 disabled it and nothing changed.",
        Option.HOTFIX: "Pinning takes the path that failed.",
    },
    why_now="Retries grow by the minute.",
    reversibility="11 minutes forward again.",
    blast_radius="All sign-ins for 40 s a region.",
    verification="401 rate in eu-west below 0.5 % for 5 minutes.",
    confidence=Confidence.L2,
    executor=MITIGATION,
    verifier=VERIFICATION,
)

SAYS_NOTHING = {
    "empty": "",
    "whitespace": " \n\t ",
    "none": "None.",
    "na": "N / A",
    "dash": "-",
    "nothing": "nothing",
}


def proposal(**changes: Any) -> Proposal:
    return replace(PROPOSAL, **changes)


def situation(**changes: Any) -> Situation:
    return replace(SITUATION, **changes)


def rule_violations(
    code: str, proposed: Proposal, at: Situation = SITUATION
) -> list[tuple[str, str]]:
    """Field and sentence of each violation of one rule."""
    return [(v.field, v.sentence) for v in violations(proposed, at) if v.code == code]


def fields(code: str, proposed: Proposal, at: Situation = SITUATION) -> list[str]:
    return [field for field, _ in rule_violations(code, proposed, at)]


def options(option: str, **changes: Any) -> Proposal:
    """A proposal for one option, each other rung rejected for a reason of its own."""
    rejected = {
        Option.FLAG: "The flag guards another path.",
        Option.HOTFIX: "No fix is known.",
        Option.ROLLBACK: "The release carries a fix that billing needs.",
    }
    choice = Choice.ROLLBACK if option == Option.ROLLBACK else Choice.CONTINUE
    return proposal(**{"choice": choice, "option": option, "rejected": rejected, **changes})
