"""What axe and a few looks of our own find on a page, at both widths and in both themes.

Contrast is by far the most that axe costs: it looks for what lies behind every text. So at the
second width it judges only what looks otherwise there, by its style, than at the first; ``make
prove`` judges all of it again. ``accessibility.js`` tells how.
"""

from functools import cache
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE
from tests.helpers.tiers import in_tier

JUDGE = "view => judgeAccessibility(view)"

# A theme is switched as seldom as can be: each switch styles the whole page anew.
WIDTHS = ((DESK, ("light", "dark")), (PHONE, ("dark", "light")))
WIDTHS_JUDGED_IN_FULL = in_tier(test=1, prove=len(WIDTHS))


@cache
def _script() -> str:
    return Axe().axe_script + Path(__file__).with_suffix(".js").read_text()


def problems(page: Page, part: str = "html") -> list[str]:
    """What is wrong with what is shown; ``part`` is a selector of what is judged."""
    found = []
    page.evaluate(_script())
    for place, (size, themes) in enumerate(WIDTHS):
        page.set_viewport_size(size)
        in_full = place < WIDTHS_JUDGED_IN_FULL
        for theme in themes:
            page.emulate_media(color_scheme=theme)
            view = {"part": part, "theme": theme, "isFirstWidth": in_full}
            where = f"at {size['width']} px, {theme}"
            found += [f"{where}: {one}" for one in page.evaluate(JUDGE, view)]
    return found
