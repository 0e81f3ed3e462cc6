"""Masking and rendering take time in proportion to the text, whatever a hostile one is made of."""

import time

import pytest

from kernel.text import ansi_to_html, mask_secrets

SMALL, LARGE = 128 * 1024, 1024 * 1024
SLACK = 4
"""How much worse than in proportion it may be: a machine has other work. Squared it would be 8."""

HOSTILE = {
    "one word": "A",
    "digits": "0",
    "base64": "QUJD+/",
    "begins of tokens": "eyJhbGciOi",
    "begins of keys": "-----BEGIN RSA PRIVATE KEY-----\n",
    "names of secrets": "password=",
    "quotes after a name": "secret: \"'",
    "addresses with a password": "postgres://user:",
    "escapes": "\x1b[31m",
    "escapes without an end": "\x1b[38;5;1",
    "titles without an end": "\x1b]0;",
    "invisible": "ghp_\u200b",
    "lines": "x\n",
}


def seconds(work, text: str) -> float:
    """Of this process alone, whatever else the machine does."""
    started = time.process_time()
    work(text)
    return time.process_time() - started


@pytest.mark.parametrize("work", [mask_secrets, ansi_to_html])
@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_eight_times_the_text_takes_about_eight_times_as_long(work, piece: str) -> None:
    small = (piece * (SMALL // len(piece) + 1))[:SMALL]
    large = (piece * (LARGE // len(piece) + 1))[:LARGE]
    work(small)

    # Below a tenth of a second nothing is worth judging.
    assert seconds(work, large) < max(0.1, SLACK * (LARGE / SMALL) * seconds(work, small))
