"""Secrets are masked before a text leaves the machine: the commonest ones, quickly.

The server masks again, with far more forms. The marks are those that it writes itself.
Every pattern is bounded, so that a text without line breaks takes no longer than another.
"""

import os
import re
from collections.abc import Iterable, Mapping

_NAME = r"(?:password|passwd|passphrase|secret|token|api[_-]?key|(?:access|secret|private)[_-]?key)"
_SECRET_NAME = re.compile(_NAME + "|credential", re.IGNORECASE)
_MIN_KNOWN_LENGTH = 8
_KEY_LINE = re.compile(r"[A-Za-z0-9+/=\\]{1,200}\s*")
_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----")


def _mark(kind: str) -> str:
    return f"⟦masked: {kind}⟧"


def _after(kind: str) -> str:
    """Keeps what names the secret, in the first group."""
    return rf"\g<1>{_mark(kind)}"


# Each with parts (in small letters) of which a text that it matches has one: looking for those is
# far quicker.
_PATTERNS: list[tuple[tuple[str, ...], "re.Pattern[str]", str]] = [
    (
        ("private key",),
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----"
            r"(?:\s{0,4}[A-Z][\w-]{1,30}: [^\n]{0,200})*"
            r"[A-Za-z0-9+/=\s\\]{0,20000}"
            r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----)?"
        ),
        _mark("private key"),
    ),
    (
        ("_", "glpat-", "xox", "pypi-", "eyj"),
        re.compile(
            r"\b(?:wr_(?:per|svc|agt)_[0-9A-Za-z]{8,100}|gh[pousr]_[0-9A-Za-z]{20,255}"
            r"|github_pat_\w{20,255}|glpat-[\w-]{16,100}|xox[abeprs]-[\w-]{10,255}"
            r"|npm_[0-9A-Za-z]{36}|pypi-[\w-]{50,500}|eyJ[\w-]{8,4000}\.[\w-]{8,8000}\.[\w-]{0,2000})"
        ),
        _mark("access token"),
    ),
    (
        ("akia", "asia", "aiza", "sk-"),
        re.compile(r"\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}\b|AIza[\w-]{35}|sk-[\w-]{20,255})"),
        _mark("API key"),
    ),
    (
        ("hooks.slack.com",),
        re.compile(r"(https://hooks\.slack\.com/services/)[\w/]{1,200}"),
        _after("webhook address"),
    ),
    (
        ("authorization",),
        re.compile(
            r"(\b(?:proxy-)?authorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?"
            r"(?:[a-z-]{2,20}[ \t]+)?)"
            r"(?!⟦)[^\s\"',;]{6,8000}",
            re.IGNORECASE,
        ),
        _after("access token"),
    ),
    (
        ("bearer",),
        # With a digit: "bearer authentication" is prose.
        re.compile(r"(\bbearer[ \t]+)(?=[^\s\d]{0,200}\d)[\w.~+/-]{8,8000}={0,2}", re.IGNORECASE),
        _after("access token"),
    ),
    (("://",), re.compile(r"(://[^\s/:@]{0,100}:)(?!⟦)[^\s/@]{1,200}(?=@)"), _after("password")),
    (
        ("cookie",),
        re.compile(r"(\b(?:set-)?cookie:[ \t]{0,4})(?!⟦)[^\n]{4,8000}", re.IGNORECASE),
        _after("cookie"),
    ),
    (
        ("pass", "secret", "token", "key"),
        # An assignment, as in a shell, JSON or YAML; no placeholder, no line of code and, after a
        # colon, no word of prose ("token: expired").
        re.compile(
            rf"({_NAME}[\"']?[ \t]{{0,4}}"
            r"(?:=|:(?=[ \t]{0,4}(?:[\"']|[^\s\d]{0,200}\d)))[ \t]{0,4})"
            r"(?!(?:none|null|nil|true|false|undefined)\b|[\"']?[$<%{⟦*])"
            r"(?!(?:self|os|settings|config|env|args)\.|[\w.]{1,100}[(\[])"
            r"(?:\"[^\"\n]{1,1000}\"|'[^'\n]{1,1000}'|[^\s\"'&;,)}\]]{4,1000})",
            re.IGNORECASE,
        ),
        _after("secret"),
    ),
    (
        ("--",),
        # An option, as in ``--token x``; a usage text names it in capitals.
        re.compile(
            rf"((?i:--[\w-]{{0,30}}{_NAME})[ =])"
            r"(?![A-Z_]+\b|[$<%\[⟦-])(?:'[^'\n]{1,1000}'|[^\s\"']{1,1000})"
        ),
        _after("secret"),
    ),
]


def mask(text: str, known: Iterable[str] = ()) -> str:
    """``text`` with a mark in place of each secret; ``known`` ones are masked wherever they are."""
    for secret in sorted(known, key=len, reverse=True):
        text = text.replace(secret, _mark("secret"))
    lowered = text.lower()
    for parts, pattern, replacement in _PATTERNS:
        if any(part in lowered for part in parts):
            text = pattern.sub(replacement, text)
    return _without_ends_of_keys(text)


def known_secrets(environment: Mapping[str, str] = os.environ) -> set[str]:
    """What the environment holds under a name such as ``DEPLOY_TOKEN``."""
    return {
        text
        for name, text in environment.items()
        if _SECRET_NAME.search(name) and len(text) >= _MIN_KNOWN_LENGTH and not os.path.exists(text)
    }


def _without_ends_of_keys(text: str) -> str:
    """A private key whose first lines were left out is known by its last line."""
    while end := _KEY_END.search(text):
        start = text.rfind("\n", 0, end.start()) + 1
        while start:
            line_start = text.rfind("\n", 0, start - 1) + 1
            if not _KEY_LINE.fullmatch(text, line_start, start):
                break
            start = line_start
        text = text[:start] + _mark("private key") + text[end.end() :]
    return text
