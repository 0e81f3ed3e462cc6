"""Escalations: one line, one ask, one owner, one time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from comms.rules.message.common import Cadence, CorrectedMessage, Correction, Owner
from comms.rules.message.escalation import Escalation, violations

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
AT = Cadence(NOW, "SEV-2", timedelta(minutes=60))

SAID = Escalation(
    summary="Auth token failure after release",
    impact="4.2 % of sign-ins fail, baseline 0.3 %",
    decision="D-1 failed verification; decided again at CP-2",
    ask="Approve edge access for Priya Raman until 15:00",
    next_at=NOW + timedelta(minutes=20),
    owner=Owner("Aisha"),
)

ACCEPTED = {
    "as-in-the-playbook": SAID,
    "with-codes-since-it-stays-within": replace(SAID, summary="SEV-1: 8f3c21d breaks E-14"),
    "at-the-end-of-the-cadence": replace(SAID, next_at=NOW + timedelta(minutes=60)),
    "a-correction": replace(
        SAID, correction=Correction(True, CorrectedMessage("Escalation 1"), "It is 4 %")
    ),
}


@pytest.mark.parametrize("said", ACCEPTED.values(), ids=ACCEPTED)
def test_it_goes_out(said):
    assert violations(said, AT) == ()


REFUSED = {
    "no-summary": (replace(SAID, summary=""), "U-SUMMARY", "summary"),
    "summary-none": (replace(SAID, summary="none"), "U-SUMMARY", "summary"),
    "summary-dots": (replace(SAID, summary="…"), "U-SUMMARY", "summary"),
    "no-impact": (replace(SAID, impact=""), "U-IMPACT", "impact"),
    "impact-unknown": (replace(SAID, impact="unknown"), "U-IMPACT", "impact"),
    "impact-none": (replace(SAID, impact="none so far"), "U-IMPACT", "impact"),
    "no-decision": (replace(SAID, decision=""), "U-DECISION", "decision"),
    "decision-tbd": (replace(SAID, decision="tbd"), "U-DECISION", "decision"),
    "decision-none": (replace(SAID, decision="None yet"), "U-DECISION", "decision"),
    "no-ask": (replace(SAID, ask=""), "U-ASK", "ask"),
    "ask-nothing": (replace(SAID, ask="nothing"), "U-ASK", "ask"),
    "ask-a-dash": (replace(SAID, ask="-"), "U-ASK", "ask"),
    "no-time": (replace(SAID, next_at=None), "U-NEXT", "next_at"),
    "a-time-past": (replace(SAID, next_at=NOW), "U-NEXT", "next_at"),
    "a-time-too-far": (replace(SAID, next_at=NOW + timedelta(minutes=61)), "U-NEXT", "next_at"),
    "nobody": (replace(SAID, owner=None), "U-OWNER", "owner"),
    "somebody-who-left": (replace(SAID, owner=Owner("Aisha", False)), "U-OWNER", "owner"),
    "somebody-outside": (replace(SAID, owner=Owner("Aisha", True, False)), "U-OWNER", "owner"),
    "corrects-nothing": (
        replace(SAID, correction=Correction(True, None, "It is 4 %")),
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
