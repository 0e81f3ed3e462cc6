"""The handoff acceptance test, as tables: each part accepted and refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lanes.rules.handoff import (
    PARTS,
    Commitment,
    OpenUnknown,
    ProposedHandoff,
    Receiver,
    complete_unknowns,
    unmet_parts,
    violations,
)
from tests.helpers.factories import START

NEXT = Commitment("CP-2", START + timedelta(minutes=20))
U1 = OpenUnknown("U-1", "Why four nodes ignore the expiry")
U12 = OpenUnknown("U-12", "Whether old sessions stay invalid")

SOUND = ProposedHandoff(
    now=START,
    what="Mitigation",
    included=("flags", "deploys of auth-gateway"),
    excluded=("other deploys",),
    unknowns="Why four nodes ignore the expiry",
    known=(),
    checkpoint=NEXT,
    ahead=(NEXT,),
    trigger="401 rate above 10 % for 2 minutes in any region",
    giver=1,
    receiver=Receiver(2, "Noor"),
    plan_href="/plan/",
    role_href="/role/",
)

ACCEPTED: dict[str, dict[str, Any]] = {
    "as it is": {},
    "one thing is included": {"included": ("Sign-in in all regions, until the watch",)},
    "nothing is excluded": {"excluded": ()},
    "an empty line beside a thing": {"included": ("-", "flags")},
    "something in another script": {"included": ("входы",)},
    "it begins with none": {"included": ("None of the deploys but auth-gateway's",)},
    "unknowns said to be none, with why": {"unknowns": "None: each node was read one by one"},
    "several unknowns": {"unknowns": "Why it began\nWhom it still reaches"},
    "unknowns that stand in the lane": {"unknowns": "", "known": (U1,)},
    "a dash, when they stand in the lane": {"unknowns": "-", "known": (U1, U12)},
    "a checkpoint in a second": {"checkpoint": replace(NEXT, due_at=START + timedelta(seconds=1))},
    "a checkpoint far ahead": {"checkpoint": replace(NEXT, due_at=START + timedelta(days=2))},
    "the later of two": {"ahead": (Commitment("CP-1", START + timedelta(minutes=1)), NEXT)},
    "a trigger in two words": {"trigger": "Login fails"},
    "a trigger with a sign only": {"trigger": "5xx > 1 %"},
    "a trigger that begins with no": {"trigger": "No sign-in from any region for a minute"},
    "somebody who is not the giver": {"receiver": Receiver(3, "Ken")},
    "a giver of any number": {"giver": 7},
    "the watch, to its next check-in": {"is_of_watch": True},
    "the watch, to its end": {
        "is_of_watch": True,
        "checkpoint": replace(NEXT, reference="the end of the watch"),
        "ahead": (replace(NEXT, reference="the end of the watch"),),
    },
}


@pytest.mark.parametrize("other", ACCEPTED.values(), ids=ACCEPTED)
def test_it_may_be_offered(other: dict[str, Any]) -> None:
    assert violations(replace(SOUND, **other)) == ()


NOTHING = {
    "blank": "",
    "space": " \n\t ",
    "none": "None.",
    "not applicable": "N / A",
    "dash": "-",
    "nothing, loudly": "NOTHING!",
}

REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    **{
        f"included: {n}": ({"included": (t,)}, "H-BOUNDARY", "included") for n, t in NOTHING.items()
    },
    "nothing included": ({"included": ()}, "H-BOUNDARY", "included"),
    "two lines of nothing": ({"included": ("none", "n/a")}, "H-BOUNDARY", "included"),
    "included and excluded": ({"excluded": (" Flags ",)}, "H-BOUNDARY", "excluded"),
    **{f"unknowns: {n}": ({"unknowns": t}, "H-UNKNOWNS", "unknowns") for n, t in NOTHING.items()},
    "none, while one is open": (
        {"unknowns": "None.", "known": (U1,)},
        "H-UNKNOWNS",
        "unknowns",
    ),
    "no checkpoint chosen": ({"checkpoint": None}, "H-CHECKPOINT", "checkpoint"),
    "none there is": ({"checkpoint": None, "ahead": ()}, "H-CHECKPOINT", "checkpoint"),
    "due now": ({"checkpoint": replace(NEXT, due_at=START)}, "H-CHECKPOINT", "checkpoint"),
    "decided": ({"checkpoint": replace(NEXT, is_open=False)}, "H-CHECKPOINT", "checkpoint"),
    **{f"trigger: {n}": ({"trigger": t}, "H-TRIGGER", "trigger") for n, t in NOTHING.items()},
    "nobody": ({"receiver": None}, "H-RECEIVER", "receiver"),
    "deactivated": ({"receiver": Receiver(2, "Noor", can_act=False)}, "H-RECEIVER", "receiver"),
    "takes no part": ({"receiver": Receiver(2, "Noor", may_know=False)}, "H-RECEIVER", "receiver"),
    "the giver": ({"receiver": Receiver(1, "Jonas")}, "H-RECEIVER", "receiver"),
    "a lane without owner": ({"giver": None}, "H-GIVER", ""),
    **{
        f"the watch, {name}": ({"is_of_watch": True} | other, "H-CHECKPOINT", "checkpoint")
        for name, other in {
            "over": {"checkpoint": None, "ahead": ()},
            "over, with one chosen": {"ahead": ()},
            "nothing chosen": {"checkpoint": None},
            "one that is due": {"checkpoint": replace(NEXT, due_at=START)},
            "one that is answered": {"checkpoint": replace(NEXT, is_open=False)},
            "a later one": {"checkpoint": replace(NEXT, due_at=START + timedelta(hours=6))},
        }.items()
    },
    "offered already": ({"waiting": "HO-1", "waiting_href": "/HO-1/"}, "H-ONE", ""),
}


@pytest.mark.parametrize(("other", "code", "field"), REFUSED.values(), ids=REFUSED)
def test_it_may_not_be_offered(other: dict[str, Any], code: str, field: str) -> None:
    assert [(v.code, v.field) for v in violations(replace(SOUND, **other))] == [(code, field)]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    nothing = replace(
        SOUND,
        included=(),
        unknowns="",
        checkpoint=None,
        trigger="",
        giver=None,
        receiver=None,
        waiting="HO-3",
    )

    found = violations(nothing)

    assert [v.code for v in found] == ["H-GIVER", "H-ONE", "H-RECEIVER", *PARTS]
    assert unmet_parts(found) == tuple(PARTS)
    assert unmet_parts(violations(replace(SOUND, trigger="-"))) == ("H-TRIGGER",)


def test_what_is_mended_elsewhere_leads_there() -> None:
    found = violations(
        replace(SOUND, checkpoint=None, ahead=(), giver=None, waiting="HO-1", waiting_href="/HO-1/")
    )

    assert {v.code: v.href for v in found} == {
        "H-CHECKPOINT": "/plan/",
        "H-GIVER": "/role/",
        "H-ONE": "/HO-1/",
    }


@pytest.mark.parametrize(
    ("written", "known", "handed"),
    [
        pytest.param("Whom it reaches", (), "Whom it reaches", id="only-what-was-written"),
        pytest.param("", (U1,), "U-1: Why four nodes ignore the expiry", id="only-the-open-ones"),
        pytest.param(" - ", (U1,), "U-1: Why four nodes ignore the expiry", id="a-dash-is-dropped"),
        pytest.param(
            "Whom it reaches", (U1,), f"Whom it reaches\n{U1.line}", id="the-missing-one-is-added"
        ),
        pytest.param("U-1 is with Priya", (U1,), "U-1 is with Priya", id="named-by-its-number"),
        pytest.param(
            "why four nodes ignore the expiry?",
            (U1,),
            "why four nodes ignore the expiry?",
            id="named-in-its-words",
        ),
        pytest.param(U12.line, (U1, U12), f"{U12.line}\n{U1.line}", id="U-12-is-not-U-1"),
        pytest.param("CPU-1 runs hot", (U1,), f"CPU-1 runs hot\n{U1.line}", id="CPU-1-is-not-U-1"),
    ],
)
def test_no_open_unknown_stays_hidden(
    written: str, known: tuple[OpenUnknown, ...], handed: str
) -> None:
    assert complete_unknowns(written, known) == handed


def test_a_sentence_about_the_watch_begins_as_one() -> None:
    late = replace(NEXT, reference="the check-in after 1 h", due_at=START)
    watch = replace(SOUND, what="the watch", is_of_watch=True, checkpoint=late, waiting="HO-1")

    assert [v.sentence for v in violations(watch)] == [
        "The watch is offered already, by HO-1: it waits for an answer.",
        "The check-in after 1 h is due: answer it, and choose the next one.",
    ]
