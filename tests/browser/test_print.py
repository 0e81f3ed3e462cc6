"""What comes out of a printer: light, whole, and without what only a screen is for."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.accessibility import colour_problems
from tests.browser.conftest import Visits

PAGES = {
    "room": "/INC-42/",
    "lane": "/INC-42/lanes/investigation/",
    "decision": "/INC-42/D-1/",
    "timeline": "/INC-42/timeline/",
    "status": "/status/internal/",
}
HIDDEN_BY_SCROLLING = """[...document.querySelectorAll("main *, .command-bar *")]
.filter(one => /auto|scroll/.test(getComputedStyle(one).overflowY)
  && one.scrollHeight > one.clientHeight + 1 && one.clientHeight)
.map(one => one.id || one.className)"""
DARK = """[...document.querySelectorAll("body *")]
.filter(one => one.checkVisibility() && one.clientHeight)
.filter(one => {
  const color = getComputedStyle(one).backgroundColor.match(/[\\d.]+/g) || [];
  const [r, g, b, a = 1] = color.map(Number);
  return a > 0.5 && (r + g + b) / 3 < 90 && one.clientWidth * one.clientHeight > 2000;
}).map(one => one.id || one.className)"""


# What stands in the margins of each sheet of paper.
MARGINS = """() => {
  const rules = (list) => [...list].flatMap((rule) => [rule, ...rules(rule.cssRules ?? [])]);
  const all = [...document.styleSheets].flatMap((sheet) => rules(sheet.cssRules));
  return all.filter((rule) => rule instanceof CSSPageRule).map((rule) => rule.cssText).join();
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES.values(), ids=PAGES)
def test_a_page_is_light_and_whole_on_paper(visit: Visits, address: str, theme: str) -> None:
    page: Page = visit("mara", address)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    page.emulate_media(media="print", color_scheme="dark")
    try:
        assert page.evaluate(HIDDEN_BY_SCROLLING) == []
        assert page.evaluate(DARK) == []
        assert colour_problems(page) == []
        for unneeded in (".composer", ".app-bar", ".button", ".command-menu-button"):
            assert page.locator(unneeded).filter(visible=True).count() == 0
        margins = page.evaluate(MARGINS)
        assert "counter(page)" in margins
        assert not re.search("INC|package", margins)
    finally:
        page.emulate_media(media="screen", color_scheme="light")
