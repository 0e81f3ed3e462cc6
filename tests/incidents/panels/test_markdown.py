"""The playbook's templates as Markdown: its fields, and no text that breaks them."""

from datetime import timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from incidents.actions import risks
from incidents.facts import incident as incident_facts
from incidents.models import Incident, Person
from incidents.panels import markdown
from incidents.vocabulary import LaneKind
from tests.helpers.factories import START
from tests.incidents.actions.test_supersede import Deciding

NOW = START + timedelta(minutes=25)

SNAPSHOT = [
    "Incident ID",
    "Severity",
    "Incident commander",
    "Current phase",
    "Latest stable revision",
    "Candidate mitigation path",
    "Risk if we wait 30 minutes",
    "Residual risks",
    "Next checkpoint at",
    "Next owner",
]
RECORD = [
    "Timestamp",
    "Evidence reviewed",
    "Decision",
    "Why this decision now",
    "Rejected alternatives",
    "Owner for execution",
    "Owner for verification",
]


def fields(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line.startswith("- ")]
    return dict(line[2:].split(": ", 1) for line in lines)


def test_the_snapshot_has_the_fields_of_the_playbook_and_says_what_is_missing(
    incident: Incident,
) -> None:
    text = markdown.snapshot(incident_facts.read_facts(incident), NOW)

    assert text.startswith("### Incident Command Snapshot\n")
    said = fields(text)
    assert list(said) == SNAPSHOT
    assert said["Severity"] == "SEV-1"
    assert said["Incident commander"] == "Commander"
    assert said["Latest stable revision"] == "not recorded"
    assert said["Next checkpoint at"] == "not recorded"
    # What a posture or a residual risk says stands in no field that is about something else.
    assert said["Candidate mitigation path"] == "not recorded"
    assert said["Risk if we wait 30 minutes"] == "not recorded"


@pytest.fixture
def decided(incident: Incident, commander: Person, lane_owners: dict[LaneKind, Person]) -> Incident:
    Deciding(incident, commander, lane_owners).decide("rollback")
    return incident


def test_the_snapshot_names_what_runs_who_acts_and_when_it_is_decided_next(
    decided: Incident, commander: Person
) -> None:
    risks.add(commander.as_actor(), decided.pk, text="Old *sessions* may fail", now=NOW)

    said = fields(markdown.snapshot(incident_facts.read_facts(decided), NOW))

    assert said["Candidate mitigation path"] == "Full rollback (D-1, not started)"
    assert said["Next owner"] == "Mitigation Owner (executes)"
    assert said["Next checkpoint at"].endswith("T+00:41 (CP-2)")
    assert r"Old \*sessions\* may fail (RISK-2)" in said["Residual risks"]
    assert said["Risk if we wait 30 minutes"] == "not recorded"


def test_the_record_has_the_fields_of_the_playbook_first(decided: Incident) -> None:
    standing = incident_facts.read_facts(decided)

    said = fields(markdown.decision_record(standing.decisions[0], standing))

    assert list(said)[: len(RECORD)] == RECORD
    assert said["Decision"] == "rollback: Full rollback"
    assert said["Rejected alternatives"] == (
        "Feature-flag disable: The flag does not cover the signer;"
        " Targeted hotfix: The cause is not confirmed"
    )
    assert said["Confidence"] == "L3 consistent evidence"


def test_both_are_served_as_text_that_no_browser_runs(decided: Incident, commander: Person) -> None:
    client = Client()
    client.force_login(commander)

    for path in ("snapshot.md", "D-1.md"):
        answer = client.get(f"/{decided.reference}/{path}")
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain")
        assert answer["X-Content-Type-Options"] == "nosniff"


ESCAPED = {
    "two-lines": ("a\n- b", r"a - b"),
    "heading": ("# Big", r"\# Big"),
    "list": ("- item", r"\- item"),
    "numbered": ("12. item", r"12\. item"),
    "link": ("[x](javascript:1)", r"\[x\](javascript:1)"),
    "html": ("<b>x</b>", r"\<b\>x\</b\>"),
    "table": ("a | b", r"a \| b"),
    "code": ("`rm`", r"\`rm\`"),
    "entity": ("R&D &lt;b&#62;", r"R&D \&lt;b\&\#62;"),
}


@pytest.mark.parametrize(("typed", "shown"), ESCAPED.values(), ids=ESCAPED)
def test_what_is_typed_stays_one_line_of_words(typed: str, shown: str) -> None:
    assert markdown.escape(typed) == shown


@given(st.text())
def test_nothing_typed_breaks_out_of_its_line(typed: str) -> None:
    assert len(f"- Field: {markdown.escape(typed)}".splitlines()) == 1
