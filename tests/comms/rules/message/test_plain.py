"""Plain words: what outsiders may read, and what gives the room away."""

import pytest

from comms.rules.message.plain import candidate_names, leaks, plain

PEOPLE = ("Mara Lindqvist", "Ken Ito", "Will Young")

PLAIN = {
    "a-sentence": "Signing in fails for about one person in twenty-five, only in Europe.",
    "figures-and-times": "Between 13:14 and 13:48 on 12 May 2026, 4.2 % of 5,000 failed.",
    "a-date": "Since 2026-05-12 some orders are late.",
    "a-link": "See https://help.example.org/INC-42/8f3c21d?sev=1 for what you can do.",
    "emphasis": "It is *very* slow, and _only_ in **Europe**.",
    "words-that-are-names": "We will write again in May; the day is young.",
    "a-name-within-a-word": "A broken token is refused; the marathon goes on.",
    "a-hyphen": "A state-of-the-art sign-in for 3-digit codes.",
    "a-decade": "Documents of the decade are whole.",
    "codes-in-general": "Enter the code that we sent you.",
}


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_plain_words(text):
    assert leaks(text, PEOPLE) == ()


LEAKING = {
    "a-severity": ("This is SEV-1.", ("SEV-1",)),
    "a-severity-otherwise": ("A sev 2 for us", ("sev 2",)),
    "an-incident": ("Known as INC-42", ("INC-42",)),
    "evidence-and-decision": ("See E-14 and D-1.", ("E-14", "D-1")),
    "a-checkpoint-and-a-risk": ("At CP-2 we weigh RISK-3", ("CP-2", "RISK-3")),
    "a-handoff-and-an-unknown": ("HO-1, u-3", ("HO-1", "u-3")),
    "the-clock-of-the-room": ("Since T+00:21", ("T+00:21",)),
    "a-short-hash": ("Release 8f3c21d is back", ("8f3c21d",)),
    "a-long-hash": (f"At {'a1' * 20}", ("a1" * 20,)),
    "a-uuid": (
        "Trace 11111111-2222-3333-4444-555555555555 shows it",
        ("11111111-2222-3333-4444-555555555555",),
    ),
    "a-status-code": ("You may see HTTP 401", ("HTTP 401",)),
    "an-error-number": ("You may see error 503.", ("error 503",)),
    "a-rate": ("The 401 rate fell", ("401",)),
    "a-class-of-codes": ("Many 5xx", ("5xx",)),
    "a-name-in-code": ("token_signer_v2 is off", ("token_signer_v2",)),
    "code": ("We ran `make it` twice", ("`make it`",)),
    "a-host": ("euw-edge-07 refuses", ("euw-edge-07",)),
    "an-address": ("10.0.3.7 refuses", ("10.0.3.7",)),
    "a-whole-name": ("mara lindqvist restarts it", ("mara lindqvist",)),
    "a-first-name": ("Mara restarts it", ("Mara",)),
    "a-short-name": ("Ask Ken.", ("Ken",)),
    "an-ordinary-name-in-full": ("Will Young looks", ("Will Young",)),
    "hidden-in-between": ("SEV\u200b-1", ("SEV-1",)),
    "emphasised": ("**Ito** looks", ("Ito",)),
    "twice": ("E-14, again E-14", ("E-14",)),
}


@pytest.mark.parametrize(("text", "found"), LEAKING.values(), ids=LEAKING)
def test_what_gives_the_room_away(text, found):
    assert leaks(text, PEOPLE) == found


def test_each_field_says_what_is_wrong_with_it():
    texts = {"headline": "SEV-1", "impact": "It is slow", "mitigation": "Mara undoes D-1"}

    found = plain(texts, PEOPLE)

    assert [(one.code, one.field) for one in found] == [
        ("U-PLAIN", "headline"),
        ("U-PLAIN", "mitigation"),
    ]
    assert found[1].sentence == (
        "“Mara” and “D-1” mean nothing to readers, or are not theirs to know:"
        " say it in plain words. If “Mara” is no name of a person here, say so below."
    )


@pytest.mark.case("P10")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Grace Price", "Price pages load slowly."),
        ("Olu Sale", "Sale prices are wrong. Sale starts later."),
        ("Noor People", "People cannot sign in."),
        ("Kim Cause", "Cause and time are not known yet."),
        ("Grace Price", "By the grace of caches, prices are shown."),
    ],
)
def test_a_name_that_is_a_word_counts_only_in_a_whole_name(name: str, text: str) -> None:
    assert leaks(text, (name,)) == ()
    assert leaks(f"{text} {name} looks.", (name,)) == (name,)


def test_colleagues_count_by_their_whole_names() -> None:
    text = "mara  lindqvist and Mara look at it"

    assert leaks(text, (), PEOPLE) == ("mara  lindqvist",)
    assert candidate_names(["Ask Ken  Ito, please."]) >= {"ken ito", "ask ken", "ken ito please"}


def test_names_that_the_author_calls_none_pass_and_codes_do_not() -> None:
    texts = {"impact": "Mara's words", "mitigation": "We undo D-1"}

    found = plain(texts, PEOPLE, no_names=True)

    assert [one.field for one in found] == ["mitigation"]
    assert "say so below" not in found[0].sentence
