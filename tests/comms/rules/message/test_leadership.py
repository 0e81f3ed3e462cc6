"""Leadership notes: every part said, nothing asked only in words."""

from dataclasses import replace

import pytest

from comms.rules.message.common import CorrectedMessage, Correction, Owner
from comms.rules.message.leadership import LeadershipNote, violations

VALID = LeadershipNote(
    happened="A release signed tokens with a key that some nodes did not know",
    path="The flag was undone in 40 seconds; a rollback takes 11 minutes",
    confidence="2",
    uncertain="Whether sessions stay invalid",
    need="A second engineer until 15:00",
    owner=Owner("Tomás"),
)

ACCEPTED = {
    "as-in-the-playbook": VALID,
    "nothing-for-now": replace(VALID, need="nothing for now"),
    "nothing-uncertain-and-why": replace(VALID, uncertain="No part is: every node was asked"),
    "a-correction": replace(
        VALID, correction=Correction(True, CorrectedMessage("Leadership note 1"), "10 min")
    ),
}


@pytest.mark.parametrize("said", ACCEPTED.values(), ids=ACCEPTED)
def test_it_goes_out(said):
    assert violations(said) == ()


REFUSED = {
    "no-account": (replace(VALID, happened=""), "U-HAPPENED", "happened"),
    "account-tbd": (replace(VALID, happened="tbd"), "U-HAPPENED", "happened"),
    "account-a-dash": (replace(VALID, happened="–"), "U-HAPPENED", "happened"),
    "no-path": (replace(VALID, path=""), "U-PATH", "path"),
    "path-none": (replace(VALID, path="none"), "U-PATH", "path"),
    "path-not-applicable": (replace(VALID, path="N/A"), "U-PATH", "path"),
    "no-confidence": (replace(VALID, confidence=""), "U-CONFIDENCE", "confidence"),
    "confidence-in-words": (replace(VALID, confidence="high"), "U-CONFIDENCE", "confidence"),
    "confidence-four": (replace(VALID, confidence="4"), "U-CONFIDENCE", "confidence"),
    "no-uncertainty": (replace(VALID, uncertain=""), "U-UNCERTAIN", "uncertain"),
    "uncertain-nothing": (replace(VALID, uncertain="Nothing."), "U-UNCERTAIN", "uncertain"),
    "uncertain-none": (replace(VALID, uncertain="None known"), "U-UNCERTAIN", "uncertain"),
    "no-need": (replace(VALID, need=""), "U-NEED", "need"),
    "need-a-dash": (replace(VALID, need="-"), "U-NEED", "need"),
    "need-invisible": (replace(VALID, need="\u200b"), "U-NEED", "need"),
    "nobody": (replace(VALID, owner=None), "U-OWNER", "owner"),
    "somebody-who-left": (replace(VALID, owner=Owner("Tomás", False)), "U-OWNER", "owner"),
    "somebody-outside": (replace(VALID, owner=Owner("Tomás", True, False)), "U-OWNER", "owner"),
    "corrects-without-words": (
        replace(VALID, correction=Correction(True, CorrectedMessage("Leadership note 1"), "")),
        "U-CORRECTS",
        "correction",
    ),
}


@pytest.mark.parametrize(("said", "code", "field"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(said, code, field):
    assert [(one.code, one.field) for one in violations(said)] == [(code, field)]
