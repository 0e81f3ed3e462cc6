"""Who must still sign, who may, and what keeps a decision from being executed. As tables."""

from dataclasses import replace
from typing import Any

import pytest

from incidents.rules.dual_signature import (
    DualFacts,
    RoleHolder,
    SignatureFacts,
    may_execute,
    missing_signatures,
    sign_violations,
)
from incidents.vocabulary import ExecutionState, SignRole

MARA, ANA, BEN = 1, 2, 3
COMMANDER, DATA_OWNER = SignRole.COMMANDER.value, SignRole.DATA_OWNER.value
BY_MARA = SignatureFacts(COMMANDER, MARA, "Mara")
BY_ANA = SignatureFacts(DATA_OWNER, ANA, "Ana")
OUTDATED = replace(BY_MARA, is_valid=False)

PENDING = DualFacts(
    reference="D-4",
    is_dual=True,
    state=ExecutionState.PENDING,
    signatures=(),
    holders=(RoleHolder(COMMANDER, MARA, "Mara"), RoleHolder(DATA_OWNER, ANA, "Ana")),
    role_href="/role",
)
BOTH = replace(PENDING, state=ExecutionState.DECIDED, signatures=(BY_MARA, BY_ANA))
NOBODY = (RoleHolder(COMMANDER, MARA, "Mara"), RoleHolder(DATA_OWNER, None))
ONE_FOR_BOTH = (RoleHolder(COMMANDER, MARA, "Mara"), RoleHolder(DATA_OWNER, MARA, "Mara"))
TAKEN_OVER = (RoleHolder(COMMANDER, BEN, "Ben"), RoleHolder(DATA_OWNER, ANA, "Ana"))


def said(facts: DualFacts, role: str, person: int, seen: bool = True) -> list[str]:
    found = sign_violations(facts, role, person, seen)
    assert {(one.code, one.field) for one in found} <= {("D-DUAL", "signatures")}
    return [one.sentence for one in found]


ACCEPTED = {
    "the commander first": (PENDING, COMMANDER, MARA),
    "the data owner first": (PENDING, DATA_OWNER, ANA),
    "the data owner second": (replace(PENDING, signatures=(BY_MARA,)), DATA_OWNER, ANA),
    "the commander second": (replace(PENDING, signatures=(BY_ANA,)), COMMANDER, MARA),
    "again, since the record changed": (
        replace(BOTH, signatures=(OUTDATED, replace(BY_ANA, is_valid=False))),
        COMMANDER,
        MARA,
    ),
    "once more after a change that only the other one saw": (
        replace(BOTH, signatures=(OUTDATED, BY_ANA)),
        COMMANDER,
        MARA,
    ),
    "a new data owner after the commander": (
        replace(
            PENDING,
            signatures=(BY_MARA,),
            holders=(RoleHolder(COMMANDER, MARA, "Mara"), RoleHolder(DATA_OWNER, BEN, "Ben")),
        ),
        DATA_OWNER,
        BEN,
    ),
}


@pytest.mark.parametrize(("facts", "role", "person"), ACCEPTED.values(), ids=ACCEPTED)
def test_they_may_sign(facts: DualFacts, role: str, person: int) -> None:
    assert said(facts, role, person) == []


REFUSED: dict[str, tuple[DualFacts, str, int, bool, list[str]]] = {
    "read before it changed": (
        PENDING,
        COMMANDER,
        MARA,
        False,
        ["D-4 is not what you read any more: read it again, then sign."],
    ),
    "the role is another's": (
        PENDING,
        DATA_OWNER,
        BEN,
        True,
        ["You do not hold the role data owner now: Ana does."],
    ),
    "the role is nobody's": (
        replace(PENDING, holders=NOBODY),
        DATA_OWNER,
        ANA,
        True,
        ["You do not hold the role data owner now: nobody does."],
    ),
    "no role": (PENDING, "", MARA, True, ["Sign as commander or as data owner."]),
    "a role that does not sign": (
        PENDING,
        "deputy",
        MARA,
        True,
        ["Sign as commander or as data owner."],
    ),
    "twice": (
        replace(PENDING, signatures=(BY_MARA,)),
        COMMANDER,
        MARA,
        True,
        ["Mara has signed already for this role."],
    ),
    "one person for both roles": (
        replace(PENDING, signatures=(BY_MARA,), holders=ONE_FOR_BOTH),
        DATA_OWNER,
        MARA,
        True,
        ["You signed already: the other signature is of a second person."],
    ),
    "who took over, although it is signed": (
        replace(PENDING, signatures=(BY_MARA,), holders=TAKEN_OVER),
        COMMANDER,
        BEN,
        True,
        ["Mara has signed already for this role."],
    ),
    "withdrawn": (
        replace(PENDING, state=ExecutionState.WITHDRAWN),
        DATA_OWNER,
        ANA,
        True,
        ["D-4 can no longer be signed: withdrawn."],
    ),
    "superseded": (
        replace(PENDING, state=ExecutionState.SUPERSEDED),
        DATA_OWNER,
        ANA,
        True,
        ["D-4 can no longer be signed: superseded."],
    ),
    "being executed": (
        replace(BOTH, state=ExecutionState.STARTED),
        DATA_OWNER,
        ANA,
        True,
        [
            "D-4 can no longer be signed: being executed.",
            "Ana has signed already for this role.",
        ],
    ),
    "needs none": (
        replace(PENDING, is_dual=False),
        COMMANDER,
        MARA,
        True,
        ["D-4 needs no signatures."],
    ),
    "all at once": (
        replace(PENDING, state=ExecutionState.WITHDRAWN, signatures=(BY_ANA,)),
        DATA_OWNER,
        BEN,
        False,
        [
            "D-4 can no longer be signed: withdrawn.",
            "You do not hold the role data owner now: Ana does.",
            "Ana has signed already for this role.",
            "D-4 is not what you read any more: read it again, then sign.",
        ],
    ),
}


@pytest.mark.parametrize(
    ("facts", "role", "person", "seen", "sentences"), REFUSED.values(), ids=REFUSED
)
def test_they_may_not_sign(
    facts: DualFacts, role: str, person: int, seen: bool, sentences: list[str]
) -> None:
    assert said(facts, role, person, seen) == sentences


MISSING: dict[str, tuple[dict[str, Any], list[tuple[str, int | None, str]]]] = {
    "both": ({}, [("Mara, commander", MARA, ""), ("Ana, data owner", ANA, "")]),
    "the data owner": ({"signatures": (BY_MARA,)}, [("Ana, data owner", ANA, "")]),
    "the commander": ({"signatures": (BY_ANA,)}, [("Mara, commander", MARA, "")]),
    "nobody is named": (
        {"signatures": (BY_MARA,), "holders": NOBODY},
        [("the data owner: nobody is named, name one", None, "/role")],
    ),
    "one holds both roles": (
        {"signatures": (BY_MARA,), "holders": ONE_FOR_BOTH},
        [
            (
                "the data owner: Mara signed already as the other, name a second person",
                None,
                "/role",
            )
        ],
    ),
    "what was signed is not what it says": (
        {"signatures": (OUTDATED,)},
        [("Mara, commander", MARA, ""), ("Ana, data owner", ANA, "")],
    ),
    "changed after both had signed": (
        {"state": ExecutionState.DECIDED, "signatures": (OUTDATED, BY_ANA)},
        [("Mara, commander", MARA, "")],
    ),
    "who signed and gave the role away": (
        {"signatures": (BY_MARA,), "holders": TAKEN_OVER},
        [("Ana, data owner", ANA, "")],
    ),
    "nobody, both have": ({"signatures": (BY_MARA, BY_ANA)}, []),
    "nobody, none is needed": ({"is_dual": False}, []),
    "nobody, it is withdrawn": ({"state": ExecutionState.WITHDRAWN}, []),
}


@pytest.mark.parametrize(("changes", "expected"), MISSING.values(), ids=MISSING)
def test_who_is_missing(
    changes: dict[str, Any], expected: list[tuple[str, int | None, str]]
) -> None:
    found = missing_signatures(replace(PENDING, **changes))

    assert [(one.sentence, one.person, one.href) for one in found] == expected


MAY_EXECUTE: dict[str, DualFacts] = {
    "signed by both": BOTH,
    "signed the other way round": replace(BOTH, signatures=(BY_ANA, BY_MARA)),
    "signed again after a change": replace(BOTH, signatures=(OUTDATED, BY_MARA, BY_ANA)),
    "no signature is needed": replace(PENDING, is_dual=False, state=ExecutionState.DECIDED),
}


@pytest.mark.parametrize("facts", MAY_EXECUTE.values(), ids=MAY_EXECUTE)
def test_it_may_be_executed(facts: DualFacts) -> None:
    assert may_execute(facts) == ()


MAY_NOT: dict[str, tuple[DualFacts, str]] = {
    "signed by nobody": (
        PENDING,
        "D-4 waits for signatures: Mara, commander and Ana, data owner.",
    ),
    "signed by one": (
        replace(PENDING, signatures=(BY_MARA,)),
        "D-4 waits for signatures: Ana, data owner.",
    ),
    "signed by one for both": (
        replace(BOTH, signatures=(BY_MARA, replace(BY_MARA, role=DATA_OWNER))),
        "D-4 waits for signatures: two people.",
    ),
    "changed since": (
        replace(BOTH, signatures=(OUTDATED, replace(BY_ANA, is_valid=False))),
        "D-4 waits for signatures: Mara, commander and Ana, data owner. It changed after it was"
        " signed, and must be signed again.",
    ),
}


@pytest.mark.parametrize(("facts", "sentence"), MAY_NOT.values(), ids=MAY_NOT)
def test_it_may_not_be_executed(facts: DualFacts, sentence: str) -> None:
    (violation,) = may_execute(facts)

    assert (violation.code, violation.field, violation.sentence) == (
        "D-DUAL",
        "signatures",
        sentence,
    )
