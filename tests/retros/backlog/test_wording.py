"""How a backlog item shows: its day, its chip, its tracker."""

import pytest

from incidents.models import Incident, Person
from retros.templatetags.backlog import backlog_state, due, tracker_name
from tests.retros.backlog.items import TODAY, TRACKER, noted


@pytest.mark.parametrize(
    ("status", "label"), [("active", "No date: stops closing"), ("watching", "No date")]
)
def test_what_has_no_day_stops_a_closing_that_is_ahead(
    incident: Incident, status: str, label: str
) -> None:
    item = noted(incident, days=None)
    item.incident.status = status

    assert due(item, TODAY) == f'<span class="is-unmet">{label}</span>'


@pytest.mark.parametrize(
    ("days", "owned", "state", "label"),
    [
        (0, True, "open", "Open"),
        (1, True, "started", "Started"),
        (-1, True, "started", "Overdue"),
        (-1, False, "open", "Overdue"),
        (None, False, "open", "Needs an owner"),
        (None, True, "started", "Needs a date"),
        (-1, False, "done", "Done"),
        (None, False, "dropped", "Dropped"),
    ],
)
def test_the_chip_says_what_counts_most(
    incident: Incident, commander: Person, days: int | None, owned: bool, state: str, label: str
) -> None:
    item = noted(incident, days=days, owner=commander if owned else None)
    item.state = state

    assert f"</svg>{label}</span>" in backlog_state(item, TODAY)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (TRACKER, "EDGE-540"),
        ("https://tracker.example.org/OPS-12/?view=all#top", "OPS-12"),
        ("https://tracker.example.org", "tracker.example.org"),
        ("https://tracker.example.org/%3Cb%3E", "<b>"),
        (f"https://tracker.example.org/{'x' * 60}", f"{'x' * 39}…"),
    ],
)
def test_a_tracker_is_called_by_the_end_of_its_address(address: str, name: str) -> None:
    assert tracker_name(address) == name
