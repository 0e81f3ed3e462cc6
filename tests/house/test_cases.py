"""Small inputs that once broke something, each standing for a kind: which test holds each."""

import re
from pathlib import Path

from django.conf import settings

CASES = {
    "T1": "control characters in an update: every format is renewed",
    "T2": "control characters in a title, an option, a boundary: the package is made",
    "T3": "Arabic, CJK and emoji are readable in page and PDF",
    "T4": "right-to-left text, overrides and joiners: neighbours stay in place",
    "T5": "a name in look-alike letters of another alphabet is refused or marked",
    "T6": "hostile values in every parameter: never a 5xx",
    "T7": "the search folds composed and decomposed letters and finds CJK",
    "T8": "no cell of a CSV is a formula; umlauts survive a spreadsheet",
    "T9": "file names in a zip unpack on every system, 255 bytes at most",
    "T10": "iCalendar lines of at most 75 octets unfold to the same text",
    "T11": "`~40 min`, `5.0M`, `a_b_c` and lists stand as typed in page and PDF",
    "Z1": "times typed in the second pass of the autumn hour",
    "Z2": "a deadline in the autumn hour, with both readings offered",
    "Z3": "an hour that does not exist in spring is refused",
    "Z4": "a maintenance window across midnight",
    "Z5": "the days of the history are the reader's",
    "Z6": "the zone of the process changes no public format",
    "Z7": "typed times are understood alike in every field",
    "M1": "List-Unsubscribe stands unencoded in the raw mail",
    "M2": "one address is one subscription; what cannot be mailed is refused",
    "M3": "leaving by an older mail's link",
    "M4": "looking at a link changes nothing",
    "M5": "the mails of an incident are one thread",
    "M6": "receivers that hang delay no others",
    "M7": "a receiver that answers 410 is unsubscribed",
    "M8": "followers hear when an incident ends by void, restriction or as a duplicate",
    "F1": "a form sent twice at the same instant is stored once, and both are led to it",
    "F2": "an update sent from two tabs is published once",
    "F3": "the summary of a refusal names every marked field",
    "F4": "a read-only database: a 503 page that keeps the text",
    "F5": "odd charsets, deep TOML, unknown socket paths: refused with a sentence",
    "P1": "a public incident that touches no surface",
    "P2": "a surface that is hidden while its incident runs",
    "P3": "a socket that hangs while connecting is fresh again within 10 s",
    "P4": "steady typing, then a click on a link: every word is in the draft",
    "P5": "a deactivated commander is announced, with the way on",
    "P6": "a word of 85 letters makes no page scroll sideways",
    "P7": "a person's name with U+FFFF, then the package",
    "P8": "settings with line breaks and control characters are refused at the start",
    "P9": "durations and dates that cannot be are refused",
    "P10": "a colleague called Price: an update about prices is published",
    "P11": "subscribe, leave, subscribe, leave by the first mail",
    "P12": "a corrected headline renames no old entry of a feed",
}

MARK = re.compile(r"mark\.case\(([^)]*)\)")


def marked_cases() -> set[str]:
    """The numbers that tests name with ``@pytest.mark.case("T1")``."""
    tests = Path(settings.BASE_DIR) / "tests"
    files = (path for path in tests.rglob("test_*.py") if path != Path(__file__))
    marks = (mark for path in files for mark in MARK.findall(path.read_text()))
    return {number for mark in marks for number in re.findall(r'"(\w+)"', mark)}


def test_each_case_is_held_by_a_test() -> None:
    assert marked_cases() == set(CASES)
