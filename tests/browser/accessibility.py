"""What axe and a few looks of our own find on a page, at both widths and in both themes.

Contrast is by far the most that axe costs: it looks for what lies behind every text. So ``make
test`` judges one text of each look, and none whose look was sound on a page before: a look is the
style of an element and of all that it lies in. Likewise the structure of a page is judged at the
first width, and at the second what that width alone shows. ``make prove`` judges every text and
all of the structure on every page, at both widths. ``accessibility.js`` tells how.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.db.models import CharField, JSONField, TextField
from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import DESK, PHONE
from tests.helpers.tiers import in_tier

LONG_WORD = "ZDonaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsamt"
MIN_TYPED_CHARACTERS = 20
"""A shorter text, or a single word, may be a part of our own words."""

# A theme is switched as seldom as can be: each switch styles the whole page anew.
THEMES = (("light", "dark"), ("dark", "light"))
NARROW: ViewportSize = {"width": 360, "height": 844}
"""A phone that has less room than most."""
IN_FULL = in_tier(test=False, prove=True)

_sound: set[str] = set()
"""The looks of texts, in ``make test``, whose contrast was enough wherever it was judged."""


@cache
def _script() -> str:
    return Axe().axe_script + Path(__file__).with_suffix(".js").read_text()


@cache
def _typed() -> list[str]:
    """Every text of the story that somebody may type as long as a long word; longest first.

    A label that a sealed package or a timeline entry repeats is chosen, never typed.
    """
    labels = {
        str(label)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        for _, label in field.flatchoices
    }
    texts = {
        text.strip()
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if _is_typed(field)
        for value in model._default_manager.values_list(field.name, flat=True).distinct()
        for text in _strings(value)
    }
    long_enough = (
        text for text in texts - labels if len(text) >= MIN_TYPED_CHARACTERS and " " in text
    )
    return sorted(long_enough, key=len, reverse=True)


def _is_typed(field: Any) -> bool:
    if isinstance(field, JSONField):
        return field.model._meta.app_label in {"comms", "incidents", "retros"}
    limit = field.max_length or len(LONG_WORD)
    return (
        isinstance(field, CharField | TextField) and not field.choices and limit >= len(LONG_WORD)
    )


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def problems(page: Page, part: str = "html", phone: ViewportSize = PHONE) -> list[str]:
    """What is wrong with what is shown; ``part`` is a selector of what is judged."""
    found = []
    _prepare(page)
    for size, themes in zip((DESK, phone), THEMES, strict=True):
        page.set_viewport_size(size)
        for theme in themes:
            page.emulate_media(color_scheme=theme)
            wrong = _colours(page, part)
            if theme == themes[0]:
                wrong += _structure(page, part, is_first_width=size == DESK)
            found += [f"at {size['width']} px, {theme}: {one}" for one in wrong]
    return found


def colour_problems(page: Page, part: str = "html") -> list[str]:
    """Texts that cannot be read against what lies behind them, as the page is shown now."""
    _prepare(page)
    return _colours(page, part)


def _prepare(page: Page) -> None:
    if not page.evaluate("'judgeAccessibility' in window"):
        page.evaluate(_script())


def _structure(page: Page, part: str, *, is_first_width: bool) -> list[str]:
    view = {"part": part, "isFirstWidth": is_first_width, "inFull": IN_FULL}
    view |= {"word": LONG_WORD, "typed": _typed()}
    return list(page.evaluate("view => judgeAccessibility(view)", view))


def _colours(page: Page, part: str) -> list[str]:
    if IN_FULL:
        return list(page.evaluate("part => judgeColours({ part })", part))
    looks = set(page.evaluate("part => looksOfTexts(part)", part)) - _sound
    if not looks:
        return []
    view = {"part": part, "looks": sorted(looks)}
    if not (wrong := list(page.evaluate("view => judgeColours(view)", view))):
        _sound.update(looks)
    return wrong
