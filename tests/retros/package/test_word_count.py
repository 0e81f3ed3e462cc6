"""Counting and cutting, and that no incident makes a body longer than it may be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incidents.panels.markdown import escape
from retros.package.build import LABELS, MAX_BODY_WORDS, build, chosen_times
from retros.package.inputs import (
    BranchSummary,
    CommandRun,
    DecisionSummary,
    EntrySummary,
    EvidenceSummary,
    IncidentSummary,
    PackageInput,
    WorkSummary,
)
from retros.package.word_count import count, cut, length
from retros.templatetags.package import plain_markdown
from tests.helpers.tiers import in_tier

AT = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
LONG = "a b c d e f g h i j " * 200
WORD = "x" * 5000


@pytest.mark.parametrize(
    ("content", "total"),
    [
        ("", 0),
        ("one two", 2),
        ("one – two |", 2),
        ({"a": "one two", "b": ["three", {"c": "four"}]}, 4),
        ([1, True, None, 22], 2),
    ],
)
def test_words_are_counted(content: object, total: int) -> None:
    assert count(content) == total  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "minutes", "sentence"),
    [(0, 1, "0 words, about 1 minute"), (1, 1, "1 word, about 1 minute"),
     (840, 4, "840 words, about 4 minutes")],
)  # fmt: skip
def test_its_length_is_counted_in_words_and_minutes(
    words: int, minutes: int, sentence: str
) -> None:
    assert length(words, minutes) == sentence


@pytest.mark.parametrize(
    ("text", "limit", "shortened"),
    [
        ("one two three", 3, ("one two three", False)),
        ("one two three", 2, ("one two …", True)),
        ("one\n\ntwo  three", 3, ("one\n\ntwo three", False)),
        ("It was the key. It was stale, so", 6, ("It was the key. …", True)),
        ("Short. Then it goes on and on and", 7, ("Short. Then it goes on and on …", True)),
        ("x" * 30, 2, ("x" * 24 + " …", True)),
        ("Elektrizitätswerk Donaudampfschiff", 2, ("Elektrizitätswerk …", True)),
        ("   ", 2, ("", False)),
    ],
)
def test_a_text_is_cut_at_a_sentence_or_a_word(
    text: str, limit: int, shortened: tuple[str, bool]
) -> None:
    assert cut(text, limit) == shortened


def material(text: str = LONG, rows: int = 100, word: str = "word") -> PackageInput:
    """Everything as long as ``text``, ``rows`` of each."""
    about = IncidentSummary(
        incident=42,
        version=1,
        title=text,
        severity="SEV-1",
        scenario=text,
        surfaces=(text,) * rows,
        declared_at=AT,
        declared_by=text,
        recovered_at=AT,
        closed_at=AT + timedelta(hours=1),
        closed_by=text,
        made_at=AT + timedelta(hours=1),
        commander=text,
        watch_owner=text,
        watch_until=AT + timedelta(days=1),
        trigger=text,
        confidence="L3 consistent evidence",
        last_known_good=text,
        note=dict.fromkeys(LABELS, text),
        entries=rows * 10,
        last_hash="0" * 64,
        ending=text,
    )
    many = range(1, rows + 1)
    kinds = ("incident.declared", "decision.made", "checkpoint.missed", "incident.reopened")
    return PackageInput(
        about=about,
        entries=tuple(
            EntrySummary(n, AT + timedelta(minutes=n), kinds[n % 4], text, text, ("E-1",) * 9)
            for n in many
        ),
        decisions=tuple(
            DecisionSummary(
                f"D-{n}", AT, text, text, "Verified", True, AT, ("E-1",) * 9, (text,) * 9,
                ("https://example.test/" + word,) * 9, "\n".join([f" {text} | 3 +++"] * rows),
            )
            for n in many
        ),
        branches=tuple(BranchSummary(text, "Hotfix", "Merged", text) for _ in many),
        commands=tuple(CommandRun(f"E-{n}", text, 0, AT, text, text * 50, 0) for n in many),
        evidence=tuple(
            EvidenceSummary(f"E-{n}", "Log", text, AT, 1, "0" * 64, "evidence/x") for n in many
        ),
        risks=tuple(WorkSummary(f"RISK-{n}", text, text) for n in many),
        backlog=tuple(
            WorkSummary(f"HARD-{n}", text, text, date(2026, 4, 1), "https://example.test/1", "Open")
            for n in many
        ),
        picture={"wide": {}, "tall": {}, "words": []},
    )  # fmt: skip


MANY = in_tier(test=120, prove=1000)
"""More rows of each kind than the body shows."""


@pytest.mark.parametrize("text", [LONG, WORD, "Word.\n" * 500, "", "日本語" * 400])
@pytest.mark.parametrize("rows", [0, 1, MANY])
def test_the_body_stays_within_its_words(text: str, rows: int) -> None:
    content = build(material(text, rows))

    assert content["words"] == count(content["body"]) <= MAX_BODY_WORDS
    assert content["minutes"] <= 10


EXAMPLES = in_tier(test=30, prove=60)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=3000), rows=st.integers(0, 60), word=st.text(max_size=80))
def test_whatever_was_written_the_body_stays_within_its_words(
    text: str, rows: int, word: str
) -> None:
    assert build(material(text, rows, word))["words"] <= MAX_BODY_WORDS


def test_what_was_cut_is_whole_in_the_appendix() -> None:
    appendices = build(material())["appendices"]

    assert {row["label"]: row["text"] for row in appendices["note"]}["What happened"] == LONG
    assert len(appendices["decisions"]) == 100
    assert len(appendices["risks"]) == 92


def test_every_time_that_is_not_in_the_body_is_in_the_appendix() -> None:
    entries = tuple(entry(seq, "checkpoint.missed") for seq in range(1, 60))
    content = build(replace(material(), entries=entries))

    seqs = [row["seq"] for row in content["body"]["times"] + content["appendices"]["times"]]

    assert sorted(seqs) == list(range(1, 60))


@pytest.mark.case("T11")
@pytest.mark.parametrize(
    "text", ["~40 min", "5.0M", "a_b_c", "- first - second", "1. one", r"C:\*.log & <b>", "C#"]
)
def test_a_record_is_read_as_it_was_typed(text: str) -> None:
    assert plain_markdown(escape(text)) == text


def entry(seq: int, kind: str) -> EntrySummary:
    return EntrySummary(seq, AT, kind, "", "")


def test_milestones_come_before_what_else_stands_out() -> None:
    entries = [
        entry(1, "incident.declared"),
        *(entry(seq, "checkpoint.missed") for seq in range(2, 40)),
        entry(40, "decision.made"),
        entry(41, "incident.closed"),
    ]

    chosen = [chosen_entry.seq for chosen_entry in chosen_times(entries)]

    assert len(chosen) == 22
    assert {1, 40, 41} <= set(chosen)
    assert chosen == sorted(chosen)
    assert 2 in chosen
    assert 39 in chosen
