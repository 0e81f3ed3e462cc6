"""What the purpose of an item rests on, and whose lane confirms it."""

import pytest

from incidents.rules.evidence_purpose import basis, confirming_lane
from incidents.vocabulary import LaneKind, Purpose, PurposeBasis

BASES = {
    "nothing special": (Purpose.GENERAL, True, True, PurposeBasis.NONE),
    "a baseline": (Purpose.BASELINE, False, False, PurposeBasis.NONE),
    "a known command, whoever ran it": (Purpose.PRECHECK, True, False, PurposeBasis.COMMAND),
    "by the owner": (Purpose.ROLLBACK_CHECK, False, True, PurposeBasis.OWNER),
    "by anybody else": (Purpose.VERIFICATION, False, False, PurposeBasis.CLAIM),
}


@pytest.mark.parametrize(("purpose", "known", "owns", "rests"), BASES.values(), ids=BASES)
def test_basis(purpose: str, known: bool, owns: bool, rests: str) -> None:
    assert basis(purpose, known=known, is_owner=owns) == rests


@pytest.mark.parametrize(
    ("purpose", "lane", "confirming"),
    [
        (Purpose.PRECHECK, "", LaneKind.MITIGATION),
        (Purpose.ROLLBACK_CHECK, "", LaneKind.VERIFICATION),
        (Purpose.VERIFICATION, "", LaneKind.VERIFICATION),
        (Purpose.ROLLBACK_CHECK, LaneKind.MITIGATION, LaneKind.MITIGATION),
    ],
)
def test_lane(purpose: str, lane: str, confirming: str) -> None:
    assert confirming_lane(purpose, lane) == confirming
