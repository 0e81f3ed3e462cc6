"""The fold over entries: what they say in ``becomes``, and what old ones tell by their words."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.timeline import kinds
from incidents.timeline.replay import KINDS, SURFACES, ReplayedEntry, replay
from tests.helpers.factories import START

NOW = {"severity": "3", "phase": "recovery", "evidence_channel": "#now", "restricted": True}
OLD = {"severity": "SEV-2", "surfaces": ["Sign-in"], "by": "Mara"}


def line(minute: int, kind: str, subject: str = "", **data: Any) -> ReplayedEntry:
    return ReplayedEntry(kind, subject, START + timedelta(minutes=minute), data)


def columns(minute: int, *lines: ReplayedEntry) -> dict[str, Any]:
    return replay(lines, START + timedelta(minutes=minute), NOW).columns


def test_what_nothing_changed_was_always_so() -> None:
    assert columns(0, line(0, "incident.declared", **OLD))["restricted"] is True
    assert columns(0, line(0, "incident.declared", **OLD))["evidence_channel"] == "#now"


def test_what_is_set_later_was_not_so_before() -> None:
    lines = (line(0, "incident.declared", **OLD), line(5, "channel.set", channel="#inc"))

    assert "evidence_channel" not in columns(4, *lines)
    assert columns(5, *lines)["evidence_channel"] == "#inc"


@pytest.mark.parametrize(
    ("entry", "becomes"),
    [
        (line(1, "incident.declared", **OLD), {"severity": "2", SURFACES: ["Sign-in"]}),
        (line(1, "severity.changed", before="SEV-3", after="SEV-1"), {"severity": "1"}),
        (line(1, "phase.changed", after="Containment"), {"phase": "containment"}),
        (line(1, "revision.set", revision="4be90a7"), {"last_known_good": "4be90a7"}),
        (
            line(1, "rollback.reach", reach="broad", reason="A migration"),
            {"broad_rollback_reason": "A migration"},
        ),
        (
            line(1, "rollback.reach", reach="reversible", reason="None"),
            {"broad_rollback_reason": ""},
        ),
        (line(1, "surfaces.changed", surfaces="Sign-in, API"), {SURFACES: ["Sign-in", "API"]}),
        (line(1, "surfaces.changed", surfaces="None."), {SURFACES: []}),
        (line(1, "scenario.set", slug="permission-leak"), {"scenario": "permission-leak"}),
        (line(1, "severity.changed", after="SEV-1", becomes={"severity": "2"}), {"severity": "2"}),
    ],
    ids=lambda one: one.kind if isinstance(one, ReplayedEntry) else "",
)
def test_an_entry_tells_what_it_made_of_the_incident(
    entry: ReplayedEntry, becomes: dict[str, Any]
) -> None:
    found = columns(1, entry)

    assert {name: found[name] for name in becomes} == becomes


def test_owners_are_those_of_the_last_entry_until_then() -> None:
    lines = (
        line(1, "branch.opened", "B-1", owner_id=1),
        line(2, "risk.noted", "RISK-1", owner_id=None),
        line(3, "branch.owner", "B-1", owner_id=2),
        line(4, "risk.owned", "RISK-1", owner_id=2),
        line(5, "risk.noted", "RISK-2"),
    )

    assert replay(lines, START + timedelta(minutes=2), NOW).owners == {"B-1": 1, "RISK-1": None}
    assert replay(lines, START + timedelta(minutes=9), NOW).owners == {"B-1": 2, "RISK-1": 2}


def test_every_kind_that_is_replayed_exists() -> None:
    assert KINDS.keys() <= kinds.KINDS.keys()
