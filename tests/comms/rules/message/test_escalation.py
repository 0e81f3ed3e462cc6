"""Escalations: one line, one ask, one owner, one time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from comms.rules.message.common import Cadence, CorrectedMessage, Correction, Owner
from comms.rules.message.escalation import Escalation, violations

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
AT = Cadence(NOW, "SEV-2", timedelta(minutes=60))

VALID = Escalation(
    summary="Auth token failure after release",
    impact="4.2 % of sign-ins fail, baseline 0.3 %",
    decision="D-1 failed verification; decided again at CP-2",
    ask="Approve edge access for Priya Raman until 15:00",
    next_at=NOW + timedelta(minutes=20),
    owner=Owner("Aisha"),
)

ACCEPTED = {
    "as-in-the-playbook": VALID,
    "with-codes-since-it-stays-within": replace(VALID, summary="SEV-1: 8f3c21d breaks E-14"),
    "at-the-end-of-the-cadence": replace(VALID, next_at=NOW + timedelta(minutes=60)),
    "a-correction": replace(
        VALID, correction=Correction(True, CorrectedMessage("Escalation 1"), "It is 4 %")
    ),
}


@pytest.mark.parametrize("said", ACCEPTED.values(), ids=ACCEPTED)
def test_it_goes_out(said):
    assert violations(said, AT) == ()


REFUSED = {
    "no-summary": (replace(VALID, summary=""), "U-SUMMARY", "summary"),
    "summary-none": (replace(VALID, summary="none"), "U-SUMMARY", "summary"),
    "summary-dots": (replace(VALID, summary="…"), "U-SUMMARY", "summary"),
    "no-impact": (replace(VALID, impact=""), "U-IMPACT", "impact"),
    "impact-unknown": (replace(VALID, impact="unknown"), "U-IMPACT", "impact"),
    "impact-none": (replace(VALID, impact="none so far"), "U-IMPACT", "impact"),
    "no-decision": (replace(VALID, decision=""), "U-DECISION", "decision"),
    "decision-tbd": (replace(VALID, decision="tbd"), "U-DECISION", "decision"),
    "decision-none": (replace(VALID, decision="None yet"), "U-DECISION", "decision"),
    "no-ask": (replace(VALID, ask=""), "U-ASK", "ask"),
    "ask-nothing": (replace(VALID, ask="nothing"), "U-ASK", "ask"),
    "ask-a-dash": (replace(VALID, ask="-"), "U-ASK", "ask"),
    "no-time": (replace(VALID, next_at=None), "U-NEXT", "next_at"),
    "a-time-past": (replace(VALID, next_at=NOW), "U-NEXT", "next_at"),
    "a-time-too-far": (replace(VALID, next_at=NOW + timedelta(minutes=61)), "U-NEXT", "next_at"),
    "nobody": (replace(VALID, owner=None), "U-OWNER", "owner"),
    "somebody-who-left": (replace(VALID, owner=Owner("Aisha", False)), "U-OWNER", "owner"),
    "somebody-outside": (replace(VALID, owner=Owner("Aisha", True, False)), "U-OWNER", "owner"),
    "corrects-nothing": (
        replace(VALID, correction=Correction(True, None, "It is 4 %")),
        "U-CORRECTS",
        "",
    ),
}


@pytest.mark.parametrize(("said", "code", "field"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(said, code, field):
    assert [(one.code, one.field) for one in violations(said, AT)] == [(code, field)]


def test_everything_unmet_is_said_at_once():
    found = violations(Escalation("", "", "", ""), AT)

    assert [one.code for one in found] == [
        "U-SUMMARY",
        "U-IMPACT",
        "U-DECISION",
        "U-ASK",
        "U-NEXT",
        "U-OWNER",
    ]
