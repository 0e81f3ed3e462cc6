"""What judges every page finds a fault that is there at one width or in one theme alone."""

import pytest

from tests.browser.accessibility import problems
from tests.browser.conftest import Visits

BREAK = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""
DARK = "(prefers-color-scheme: dark)"
LIGHT = "(prefers-color-scheme: light)"
NARROW = "(width < 48rem)"
WIDE = "(width >= 48rem)"

FAULTS = {
    "contrast in the dark": (
        f"@media {DARK} {{ h1 {{ color: #444 }} }}",
        "at 1440 px, dark: color-contrast",
    ),
    "contrast in the light": (
        f"@media {LIGHT} {{ h1 {{ color: #ccc }} }}",
        "at 1440 px, light: color-contrast",
    ),
    "contrast on a phone in the dark": (
        f"@media {NARROW} and {DARK} {{ h1 {{ color: #444 }} }}",
        "at 390 px, dark: color-contrast",
    ),
    "contrast on a phone in the light": (
        f"@media {NARROW} and {LIGHT} {{ h1 {{ color: #ccc }} }}",
        "at 390 px, light: color-contrast",
    ),
    "contrast on a desk in the dark": (
        f"@media {WIDE} and {DARK} {{ h1 {{ color: #444 }} }}",
        "at 1440 px, dark: color-contrast",
    ),
    "what lies behind, on a phone": (
        f"@media {NARROW} {{ main {{ background: #777 }} }}",
        "at 390 px, light: color-contrast",
    ),
    "what only a phone shows, in the dark": (
        f"@media {DARK} {{ .app-nav-narrow summary {{ color: #444 }} }}",
        "at 390 px, dark: color-contrast",
    ),
    "what only a desk shows, in the dark": (
        f"@media {DARK} {{ .app-nav a {{ color: #444 !important }} }}",
        "at 1440 px, dark: color-contrast",
    ),
    "too wide for a phone": (
        f"@media {NARROW} {{ h1 {{ width: 500px }} }}",
        "at 390 px, dark: too wide",
    ),
    "a field without a label on a phone": (
        f"@media {NARROW} {{ main label {{ display: none }} }}",
        "at 390 px, dark: label",
    ),
    "no heading on a phone": (
        f"@media {NARROW} {{ h1 {{ display: none }} }}",
        "at 390 px, dark: page-has-heading-one",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(visit: Visits, name: str) -> None:
    css, expected = FAULTS[name]
    page = visit("mara", "/settings/")
    page.evaluate(BREAK, css)
    found = problems(page)
    assert any(one.startswith(expected) for one in found), found


def test_a_sound_page_has_none(visit: Visits) -> None:
    assert problems(visit("mara", "/settings/")) == []
