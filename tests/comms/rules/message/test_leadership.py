"""Leadership notes: every part said, nothing asked only in words."""

from dataclasses import replace

import pytest

from comms.rules.message.common import CorrectedMessage, Correction, Owner
from comms.rules.message.leadership import LeadershipNote, violations

SAID = LeadershipNote(
    happened="A release signed tokens with a key that some nodes did not know",
    path="The flag was undone in 40 seconds; a rollback takes 11 minutes",
    confidence="2",
    uncertain="Whether sessions stay invalid",
    need="A second engineer until 15:00",
    owner=Owner("Tomás"),
)

ACCEPTED = {
    "as-in-the-playbook": SAID,
    "nothing-for-now": replace(SAID, need="nothing for now"),
    "nothing-uncertain-and-why": replace(SAID, uncertain="No part is: every node was asked"),
    "a-correction": replace(
        SAID, correction=Correction(True, CorrectedMessage("Leadership note 1"), "10 min")
    ),
}


@pytest.mark.parametrize("said", ACCEPTED.values(), ids=ACCEPTED)
def test_it_goes_out(said):
    assert violations(said) == ()


REFUSED = {
    "no-account": (replace(SAID, happened=""), "U-HAPPENED", "happened"),
    "account-tbd": (replace(SAID, happened="tbd"), "U-HAPPENED", "happened"),
    "account-a-dash": (replace(SAID, happened="–"), "U-HAPPENED", "happened"),
    "no-path": (replace(SAID, path=""), "U-PATH", "path"),
    "path-none": (replace(SAID, path="none"), "U-PATH", "path"),
    "path-not-applicable": (replace(SAID, path="N/A"), "U-PATH", "path"),
    "no-confidence": (replace(SAID, confidence=""), "U-CONFIDENCE", "confidence"),
    "confidence-in-words": (replace(SAID, confidence="high"), "U-CONFIDENCE", "confidence"),
    "confidence-four": (replace(SAID, confidence="4"), "U-CONFIDENCE", "confidence"),
    "no-uncertainty": (replace(SAID, uncertain=""), "U-UNCERTAIN", "uncertain"),
    "uncertain-nothing": (replace(SAID, uncertain="Nothing."), "U-UNCERTAIN", "uncertain"),
    "uncertain-none": (replace(SAID, uncertain="None known"), "U-UNCERTAIN", "uncertain"),
    "no-need": (replace(SAID, need=""), "U-NEED", "need"),
    "need-a-dash": (replace(SAID, need="-"), "U-NEED", "need"),
    "need-invisible": (replace(SAID, need="\u200b"), "U-NEED", "need"),
    "nobody": (replace(SAID, owner=None), "U-OWNER", "owner"),
    "somebody-who-left": (replace(SAID, owner=Owner("Tomás", False)), "U-OWNER", "owner"),
    "somebody-outside": (replace(SAID, owner=Owner("Tomás", True, False)), "U-OWNER", "owner"),
    "corrects-without-words": (
        replace(SAID, correction=Correction(True, CorrectedMessage("Leadership note 1"), "")),
        "U-CORRECTS",
        "correction",
    ),
}


@pytest.mark.parametrize(("said", "code", "field"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(said, code, field):
    assert [(one.code, one.field) for one in violations(said)] == [(code, field)]
