"""People work while what they work with fails, one thing after the other, on a whole cluster.

After each: what was taken is there, once; every page has every entry, once and in order; nobody is
reminded twice. ``benchmarks/faults.py`` is the same for longer and with more people.
"""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.browser.launch import launched
from tests.faults.cluster import cluster
from tests.faults.load import Load
from tests.faults.trial import FAULTS, Tab, Trial
from tests.helpers.servers import database
from warroom.up.supervisor import Shape

SHAPE = Shape(web=2, workers=2, beats=2)
# For its tables, of which the cluster has a copy.
pytestmark = [pytest.mark.alone, pytest.mark.django_db]

AWAY = 1.0
"""Seconds that something stays away after a page has noticed."""


@pytest.fixture(scope="module")
def trial(django_db_setup: None) -> Iterator[Trial]:
    due = ("--people=4", "--due-from=3000", f"--due-count={2 * len(FAULTS)}")
    with (
        pytest.MonkeyPatch.context() as patch,
        cluster(SHAPE, *due, like=database()) as on,
        launched() as browser,
    ):
        # Playwright leaves its event loop marked as running in this thread.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        load = Load(on, writers=2, viewers=12)
        with load.at_work():
            yield Trial(on, load, [Tab(browser, on, person) for person in (0, 1)])


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_lost_or_doubled_and_every_page_comes_back(trial: Trial, name: str) -> None:
    outcome = trial.suffer(name, AWAY)

    assert outcome.violations == []
    assert not FAULTS[name].noticed or FAULTS[name].noticed & set(outcome.stood)


def test_a_form_is_given_back_while_the_database_is_away_and_then_taken_once(trial: Trial) -> None:
    """By a page that says so; sent again from it, it has the key that it had."""
    trial.settle()
    text = "Written while the database was away."
    with trial.load.browser() as browser:
        fields = browser.fields("Written before.")
        trial.on.servers.stop_postgres()
        answer = browser.submit(fields | {"text": text})
        trial.on.servers.start_postgres()
        again = browser.submit(given_back(answer.text))
        once_more = browser.submit(given_back(answer.text))

    assert answer.status_code == 503
    assert "The database does not answer right now" in answer.text
    assert (again.status_code, once_more.status_code) == (302, 302)
    trial.load.record.taken.append(text)
    assert trial.violations() == []


def given_back(page: str) -> dict[str, str]:
    """The fields of the form on the page, as the browser sends them."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


def test_at_the_end_the_chain_holds_and_each_reminder_was_sent(trial: Trial) -> None:
    assert trial.finish() == []
