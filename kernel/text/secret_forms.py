"""The forms of secrets, from the most telling to the least.

Formats of providers come from bc-detect-secrets (its patterns only: its scanner yields values
without positions, guesses by entropy, and can ask the provider) and from the list below.
What makes a value secret by its name is ours: ``secret_names``.

Every pattern must be safe on a hostile megabyte: repeats are bounded, possessive, or cannot
restart inside what they matched. tests/kernel/test_masking_safety.py checks each one.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from detect_secrets.plugins.aws import AWSKeyDetector
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.discord import DiscordBotTokenDetector
from detect_secrets.plugins.github_token import GitHubTokenDetector
from detect_secrets.plugins.mailchimp import MailchimpDetector
from detect_secrets.plugins.sendgrid import SendGridDetector
from detect_secrets.plugins.slack import SlackDetector
from detect_secrets.plugins.square_oauth import SquareOAuthDetector
from detect_secrets.plugins.stripe import StripeDetector
from detect_secrets.plugins.twilio import TwilioKeyDetector

from kernel.text import secret_names as names
from kernel.text.controls import CONTROL
from kernel.text.markers import SecretKind as Kind

_REST_OF_TOKEN = re.compile(r"[\w-]*+")


@dataclass(frozen=True, slots=True)
class Form:
    """A pattern whose value (see ``names.span_of``) is a secret of ``kind``.

    ``gates``: the pattern is tried only when one of these stands in the lower-cased text.
    ``folded``: the pattern is in small letters and reads the lower-cased text (several times
    faster than re.IGNORECASE, which cannot skip ahead).
    ``token``: the secret is a word of its own, masked to its end however long it is.
    """

    pattern: re.Pattern[str]
    kind: Kind | Callable[[re.Match[str]], Kind]
    gates: tuple[str, ...]
    token: bool = False
    folded: bool = False
    accepts: Callable[[re.Match[str]], bool] = lambda match: True

    def find(self, text: str, lowered: str) -> Iterator[tuple[int, int, Kind]]:
        """Spans of secrets in ``text``; ``lowered`` is the same text, of the same length."""
        if not any(gate in lowered for gate in self.gates):
            return
        done = 0
        for match in self.pattern.finditer(lowered if self.folded else text):
            start, end = names.span_of(match)
            if start < done or not self.accepts(match):
                continue
            if self.token:
                if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
                    continue
                rest = _REST_OF_TOKEN.match(text, end)
                end = rest.end() if rest else end
            done = end
            yield start, end, self.kind if isinstance(self.kind, Kind) else self.kind(match)


def _library(
    detector: type[RegexBasedDetector], kind: Kind, *gates: str, index: int | None = None
) -> Iterator[Form]:
    patterns = list(detector.denylist)  # type: ignore[call-overload]  # a class variable
    for pattern in patterns if index is None else patterns[index : index + 1]:
        yield Form(pattern, kind, gates, token=True)


def _token(pattern: str, *gates: str, kind: Kind = Kind.ACCESS_TOKEN) -> Form:
    return Form(re.compile(pattern), kind, gates, token=True)


def _named(
    pattern: str,
    *gates: str,
    kind: Kind | Callable[[re.Match[str]], Kind],
    accepts: Callable[[re.Match[str]], bool] = names.is_a_value,
) -> Form:
    return Form(re.compile(pattern, re.VERBOSE), kind, gates, folded=True, accepts=accepts)


def _block(pattern: str, *gates: str) -> Form:
    return Form(re.compile(pattern, re.VERBOSE | re.MULTILINE), Kind.PRIVATE_KEY, gates)


def _has_digit(match: re.Match[str]) -> bool:
    return any(c.isdigit() for c in match["value"])


def _is_mixed(match: re.Match[str]) -> bool:
    """Digits, capitals and small letters: neither a hash nor a path."""
    value = match["value"]
    return _has_digit(match) and value != value.lower() and value != value.upper()


def _within(command: str, length: int) -> str:
    """The rest of one command's line, without a second one and without a mask."""
    return rf"(?:(?!{command})[^\n|;⟦⟧]|\\\n){{0,{length}}}?"


_KEY_LABEL = r"[A-Z0-9 ]{0,40}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----"

PRIVATE_KEYS = (
    _block(
        rf"-----BEGIN[ ]{_KEY_LABEL}(?:[^-]|-(?!----))*+-----END[ ]{_KEY_LABEL}",
        "private key",
    ),
    # Cut off before its end: the lines that can belong to it.
    _block(
        rf"-----BEGIN[ ]{_KEY_LABEL}"
        r"(?:(?:\s|\\r|\\n){1,40}+(?:[A-Za-z0-9+/=]{16,}+|[A-Za-z-]{1,40}:[ ][^\n]*+))*+",
        "private key",
    ),
    _block(
        r"PuTTY-User-Key-File-\d:[^\n]*+(?:\n[A-Za-z-]{1,40}:[^\n]*+|\n[A-Za-z0-9+/=]{1,80}+$)*+",
        "putty-user-key-file",
    ),
    _token(r"AGE-SECRET-KEY-1[0-9A-Z]{20,}+", "age-secret-key-", kind=Kind.PRIVATE_KEY),
)

PROVIDERS = (
    *_library(AWSKeyDetector, Kind.API_KEY, "a3t", "akia", "asia", "abia", "acca", index=0),
    Form(
        re.compile(
            r"(?i:aws).{0,20}?(?i:key|secret).{0,20}?(?<![\w/+])(?P<value>[\w/+]{40})(?![\w/+=])"
        ),
        Kind.SECRET,
        ("aws",),
        accepts=_is_mixed,
    ),
    *_library(GitHubTokenDetector, Kind.ACCESS_TOKEN, "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    *_library(SlackDetector, Kind.ACCESS_TOKEN, "xox", index=0),
    *_library(SlackDetector, Kind.WEBHOOK, "hooks.slack.com", index=1),
    *_library(DiscordBotTokenDetector, Kind.ACCESS_TOKEN, "."),
    *_library(MailchimpDetector, Kind.API_KEY, "-us"),
    *_library(SendGridDetector, Kind.API_KEY, "sg."),
    *_library(SquareOAuthDetector, Kind.SECRET, "sq0csp-"),
    *_library(StripeDetector, Kind.API_KEY, "k_live_"),
    *_library(TwilioKeyDetector, Kind.API_KEY, "sk", index=1),
    _token(r"github_pat_\w{20,}+", "github_pat_"),
    _token(
        r"gl(?:pat|dt|ft|soat|rtr?|imt|ptt|agent|cbt|ffct|oas|wt)-[\w-]{16,}+|GR1348941[\w-]{20}",
        "gl", "gr1348941",
    ),
    _token(r"xox[a-z](?:\.xox[a-z])?-[\w-]{10,}+|xapp-\d-[\w-]{10,}+", "xox", "xapp-"),
    _token(r"[rs]k_(?:live|test)_\w{10,}+|whsec_[\w+/=]{20,}+", "k_live_", "k_test_", "whsec_",
           kind=Kind.API_KEY),
    _token(r"AIza[\w-]{35}|GOCSPX-[\w-]{20,}+|ya29\.[\w-]{20,}+", "aiza", "gocspx-", "ya29.",
           kind=Kind.API_KEY),
    _token(r"(?<![\w-])sk-(?=[a-zA-Z_-]{0,60}\d)[\w-]{20,}+", "sk-", kind=Kind.API_KEY),
    _token(r"npm_[A-Za-z0-9]{30,}+|pypi-[\w-]{50,}+|dckr_(?:pat|oat)_[\w-]{20,}+",
           "npm_", "pypi-", "dckr_"),
    _token(r"hv[sbr]\.[\w-]{20,}+|do[opr]_v1_[a-f0-9]{64}|dapi[a-f0-9]{32}|hf_[A-Za-z0-9]{30,}+",
           "hvs.", "hvb.", "hvr.", "_v1_", "dapi", "hf_"),
    _token(r"gl(?:c|sa)_[\w+/=]{20,}+|lin_api_\w{20,}+|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
           "glc_", "glsa_", "lin_api_", "shp"),
    _token(r"\d{8,10}:AA[\w-]{33}", ":aa"),
    _token(r"(?<![\w-])eyJ[\w-]{8,}+\.[\w-]{4,}+(?:\.[\w-]*+){0,3}+", "eyj"),
    _token(r"discord(?:app)?\.com/api/webhooks/\d{10,25}/[\w-]{20,}+|webhook\.office\.com/"
           r"webhookb2/[\w@/-]{20,}+", "/webhooks/", "/webhookb2/", kind=Kind.WEBHOOK),
)  # fmt: skip

ADDRESSES = (
    _named(
        rf"://[^\s/:@\"'<>⟦⟧]{{0,128}}:(?P<value>[^\s/\"'<>⟦⟧{CONTROL}]{{1,256}})@(?=[\w.\[-])",
        "://",
        kind=Kind.PASSWORD,
    ),
    _named(
        r"https?://(?P<value>(?=[\w.-]{0,255}\d)[\w.-]{20,256}+)(?::x-oauth-basic)?@",
        "http",
        kind=Kind.ACCESS_TOKEN,
    ),
    _named(
        r"[?&](?:sig|signature|x-amz-signature|x-goog-signature|x-amz-security-token|code)"
        r"=(?P<value>[\w%+/=~.-]{16,}+)",
        "sig=", "signature=", "x-amz-security-token=", "code=",
        kind=Kind.SIGNATURE,
    ),
)  # fmt: skip

HEADERS = (
    _named(
        rf"""\b(?:proxy-)?authorization(?:\\?["'])?[ \t]{{0,8}}[:=][ \t]{{0,8}}(?:\\?["'])?
        (?:(?:bearer|basic|token|digest|negotiate|apikey|key|aws4-hmac-sha256)[ \t]++)?+
        (?P<value>{names.UNQUOTED})""",
        "authorization",
        kind=Kind.ACCESS_TOKEN,
    ),
    _named(
        r"\bbearer[ \t]{1,8}(?P<value>[\w.~+/=-]{12,}+)",
        "bearer",
        kind=Kind.ACCESS_TOKEN,
        accepts=_has_digit,
    ),
    _named(
        rf"\b(?:set-)?cookie:[ \t]{{0,8}}(?P<value>[\w.-]{{1,80}}=[^\n\"'⟦⟧{CONTROL}]++)",
        "cookie:",
        kind=Kind.COOKIE,
    ),
)

COMMANDS = (
    _named(
        rf"""(?<![^\s"'=([])--?[\w-]{{0,40}}?(?P<name>{names.WORD})
        (?:=|[ \t]{{1,8}}){names.VALUE}""",
        *names.GATES,
        kind=names.kind_of,
        accepts=names.is_a_flag_value,
    ),
    _named(
        rf"(?:\bcurl\b{_within('curl', 400)}[ \t](?:-u|--user)|(?<!\S)--proxy-user)[ =]?"
        rf"[\"']?[^\s:\"'⟦⟧]{{1,128}}:(?P<value>{names.UNQUOTED})",
        "curl", "--proxy-user",
        kind=Kind.PASSWORD,
    ),
    _named(
        rf"\b(?:mysql|mariadb)[\w-]{{0,20}}{_within('mysql|mariadb', 200)}[ \t]-p"
        rf"(?P<value>(?![-=]|ort\b){names.UNQUOTED})",
        "mysql", "mariadb",
        kind=Kind.PASSWORD,
    ),
    _named(
        rf"\b(?:sshpass[ \t]{{1,8}}-p|redis-cli\b{_within('redis-cli', 200)}[ \t]-a"
        rf"|(?:docker|podman|helm|az|oc)[ \t]{_within('login', 80)}\blogin"
        rf"{_within('login', 200)}[ \t]-p)"
        rf"[ \t]{{0,8}}{names.VALUE}",
        "sshpass", "redis-cli", "login",
        kind=Kind.PASSWORD,
    ),
    _named(
        rf"\blogin[ \t]{{1,8}}\S{{1,128}}\s{{1,8}}password\s{{1,8}}(?P<value>{names.UNQUOTED})",
        "login",
        kind=Kind.PASSWORD,
    ),
)  # fmt: skip

ASSIGNMENTS = (
    # name=value, "name": "value"; and a name and a value as two entries of one record.
    _named(
        rf"""(?P<name>{names.WORD}){names.SUFFIX}(?:\\?["'`])?
        (?:\]?[ \t]{{0,8}}(?:=>|:=|={{1,3}}|:(?!:))[ \t]{{0,8}}
        |,?\s{{1,80}}(?:\\?["'])?value(?:\\?["'])?\s{{0,8}}[:=]\s{{0,8}}){names.VALUE}""",
        *names.GATES,
        kind=names.kind_of,
    ),
    _named(
        rf"<[\w:.-]{{0,40}}?(?P<name>{names.WORD})>[ \t]{{0,8}}(?P<value>[^\s<⟦⟧][^<\n⟦⟧]*+)</",
        *names.GATES,
        kind=names.kind_of,
    ),
    _named(
        rf"(?P<name>password|passphrase|passcode)[ \t]{{1,8}}(?:is|was)[: \t]{{1,8}}{names.VALUE}",
        "pass",
        kind=Kind.PASSWORD,
        accepts=names.is_no_word,
    ),
)

FORMS = (*PRIVATE_KEYS, *PROVIDERS, *ADDRESSES, *HEADERS, *COMMANDS, *ASSIGNMENTS)
