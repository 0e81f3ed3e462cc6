"""Writing up what was handled elsewhere: from the page of declaring to the room of it."""

import pytest
from playwright.sync_api import Page, expect

from incidents.models import Incident
from tests.browser.accessibility import problems
from tests.browser.conftest import DESK, Visits
from tests.helpers.backfilled import ACCOUNT

pytestmark = pytest.mark.usefixtures("db")

TIMES = {
    "It began": "2026-03-02 06:10",
    "It was declared": "2026-03-02 06:40",
    "It was mitigated": "2026-03-02 08:00",
    "It had recovered": "2026-03-02 11:05",
}


def send(page: Page) -> None:
    page.set_viewport_size(DESK)
    page.get_by_role("button", name="Put it on record").click()


def test_it_is_written_up_read_and_looked_back_at(visit: Visits) -> None:
    page = visit("mara", "/declare/")
    page.get_by_role("link", name="Write it up").click()
    expect(page.locator("h1")).to_have_text("Write up an incident")
    found = {"form": problems(page)}

    page.get_by_label("What was wrong?").fill(ACCOUNT["title"])
    page.get_by_label("SEV-2").check()
    page.get_by_label("What happened?").fill(ACCOUNT["happened"])
    send(page)
    expect(page.locator("#refusal")).to_contain_text("Say when it began")
    expect(page.get_by_label("What happened?")).to_have_value(ACCOUNT["happened"])
    found["refused"] = problems(page)

    for label, time in TIMES.items():
        page.get_by_label(label).fill(time)
    page.get_by_label("What was done about it?").fill(ACCOUNT["done"])
    page.get_by_label("Where is the record of it?").fill(ACCOUNT["kept"])
    page.get_by_label("Where was it handled").fill(ACCOUNT["source"])
    send(page)
    expect(page.locator("h1")).to_have_text(ACCOUNT["title"])
    expect(page.get_by_role("heading", name="Backfilled: handled elsewhere")).to_be_visible()
    expect(page.locator(".command-clocks")).to_contain_text("4 h 55 min")
    account, timeline = (page.locator(f"#{one}").bounding_box() for one in ("account", "timeline"))
    assert account["width"] == timeline["width"] > DESK["width"] / 2
    assert account["y"] + account["height"] <= timeline["y"]
    # In the zone of the browser it was typed, and in it it is read.
    expect(page.locator("#account")).to_contain_text("06:10")
    found["room"] = problems(page)

    page.set_viewport_size(DESK)
    page.get_by_label("Note for the timeline").fill("The vendor wrote since")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".timeline-entries")).to_contain_text("The vendor wrote since")
    page.get_by_role("link", name="As of").click()
    expect(page.locator("#past-title")).to_contain_text("The past: T+00:0")
    found["as of"] = problems(page)

    made = Incident.objects.exclude(backfill=None).get()
    assert made.is_backfilled
    assert not any(found.values()), found
